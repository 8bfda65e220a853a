import '@patternfly/react-core/dist/styles/base.css';
import './portal.css';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { ApiProblem } from './api/client.ts';
import { App } from './app.tsx';
import { noteSessionOver } from './shell/session-over.ts';
import { applyTheme, firstTheme } from './shell/theme.ts';
import { LanguageProvider } from './words/language.tsx';

applyTheme(firstTheme());

/** How soon a page that has lost the server asks again. A server that comes back is no "reconnect" for the browser. */
const outageMs = 2000;
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.passes;
}

/** If any answer shows that the session is over, the page goes back to signing in. */
const queryCache = new QueryCache({
  onError: (error) => {
    if (!(error instanceof ApiProblem && error.status === 401)) return;
    if (queries.getQueryData(['self'])) noteSessionOver();
    queries.setQueryData(['self'], null);
  },
});
const queries: QueryClient = new QueryClient({
  queryCache,
  defaultOptions: {
    queries: {
      // Only what may pass by itself is asked again: first soon, then every few seconds until the server is back.
      retry: (count, error) => count < 2 && mayPass(error),
      retryDelay: 1000,
      refetchInterval: ({ state }) => (state.status === 'error' && mayPass(state.error) ? outageMs : false),
      staleTime: 5_000,
      refetchOnReconnect: true,
    },
  },
});

createRoot(document.getElementById('portal') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
