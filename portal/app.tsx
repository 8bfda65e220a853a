import {
  Bullseye,
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Spinner,
} from '@patternfly/react-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiProblem, api } from './api/client.ts';
import { SignInPage } from './pages/sign-in.tsx';
import { pageOnDemand } from './shell/on-demand.tsx';
import { noteSignedIn } from './shell/session-over.ts';
import { LanguageSwitch, ThemeSwitch } from './shell/switches.tsx';
import { useSpeech } from './words/language.tsx';

const loadSignedIn = async () => (await import('./signed-in.tsx')).SignedIn;
const SignedIn = pageOnDemand(loadSignedIn);

const storageKey = 'bootready.signed-in';

/** The page knows these without a user: whether somebody is signed in, the ways to sign in, and parts of its own code. */
const ofNobody: ReadonlySet<unknown> = new Set(['self', 'sign-in', 'part']);

/** A browser that was signed in the last time need not wait for the answer who it is. */
if (localStorage.getItem(storageKey)) void loadSignedIn().catch(() => undefined);

export function App() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const self = useSelf();
  useEffect(() => {
    if (self.data) {
      localStorage.setItem(storageKey, 'yes');
      noteSignedIn();
    } else if (self.data === null) {
      localStorage.removeItem(storageKey);
      // However the session ended: the next user of this browser must not see what this one has read (ASVS 5.0, 14.3.1).
      queries.removeQueries({ predicate: ({ queryKey: [what] }) => !ofNobody.has(what) });
    }
  }, [queries, self.data]);
  if (self.isPending) {
    return (
      <Bullseye>
        <Spinner aria-label={t('loading')} />
      </Bullseye>
    );
  }
  if (self.data === undefined) {
    return (
      <main className="unreachable">
        <div className="sign-in-switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
        <EmptyState titleText={t('unreachable')} headingLevel="h1" status="danger">
          <EmptyStateBody>{t('unreachableHelp')}</EmptyStateBody>
          <EmptyStateFooter>
            <EmptyStateActions>
              <Button isLoading={self.isFetching} onClick={() => void self.refetch()}>
                {t('tryAgain')}
              </Button>
            </EmptyStateActions>
          </EmptyStateFooter>
        </EmptyState>
      </main>
    );
  }
  if (self.data === null) return <SignInPage />;
  return <SignedIn self={self.data} />;
}

/** Undefined while it is not known, null if nobody is signed in. */
function useSelf() {
  return useQuery({
    queryKey: ['self'],
    queryFn: () =>
      api.self().catch((error: unknown) => {
        if (error instanceof ApiProblem && error.status === 401) return null;
        throw error;
      }),
    staleTime: 60_000,
  });
}
