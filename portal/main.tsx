import '@patternfly/react-core/dist/styles/base.css';
import './portal.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './app.tsx';
import { applyTheme, firstTheme } from './shell/theme.ts';
import { LanguageProvider } from './words/language.tsx';

applyTheme(firstTheme());

const queries = new QueryClient({
  defaultOptions: { queries: { retry: 2, staleTime: 5_000, refetchOnReconnect: true } },
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
