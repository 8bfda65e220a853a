import { Bullseye, Button, PageSection, Spinner } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, useEffect } from 'react';
import { useSpeech } from '../words/language.tsx';
import { Problem, useProblemWords } from './failure.tsx';
import { Message } from './message.tsx';
import { useNotify } from './notices.tsx';

/** The server answers, but no longer has the file: it was updated after this page was loaded. */
class Outdated extends Error {}

async function isServerThere(): Promise<boolean> {
  return fetch('/livez').then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Vite does not ask again for styles that a link already names, even if they did not arrive. */
window.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement) target.remove();
  },
  true,
);

/** Parts so far: each is known to the cache by its number. */
let parts = 0;

type Load<Props> = () => Promise<ComponentType<Props>>;
type Waiting = ComponentType<{ error: Error | null }>;

/**
 * A part of the portal whose code is loaded when it is first shown, so the first page does not wait for it. It is asked for as data is: again and again while
 * the server is away.
 */
function onDemand<Props extends object>(load: Load<Props>, Waiting: Waiting): ComponentType<Props> {
  const number = ++parts;
  let Loaded: ComponentType<Props> | undefined;
  const loadOnce = async (): Promise<true> => {
    try {
      Loaded ??= await load();
      return true;
    } catch (error) {
      throw (await isServerThere()) ? new Outdated() : error;
    }
  };
  return (props) => {
    const { isSuccess, error } = useQuery({
      queryKey: ['part', number],
      queryFn: loadOnce,
      staleTime: Number.POSITIVE_INFINITY,
      ...(Loaded ? { initialData: true } : {}),
    });
    return isSuccess && Loaded ? <Loaded {...props} /> : <Waiting error={error} />;
  };
}

export function pageOnDemand<Props extends object>(load: Load<Props>): ComponentType<Props> {
  return onDemand(load, WaitingPage);
}

/** Something small that a click opens: the rest of the page stays as it is meanwhile. */
export function dialogOnDemand<Props extends object>(load: Load<Props>): ComponentType<Props> {
  return onDemand(load, WaitingDialog);
}

function WaitingPage({ error }: { error: Error | null }) {
  const { t } = useSpeech();
  return (
    <PageSection isFilled>
      {error instanceof Outdated ? (
        <Message variant="info" title={t('portalOutdated')}>
          <p>{t('portalOutdatedHelp')}</p>
          <Button onClick={() => location.reload()}>{t('reload')}</Button>
        </Message>
      ) : error ? (
        <Problem error={error} />
      ) : (
        <Bullseye>
          <Spinner aria-label={t('loading')} />
        </Bullseye>
      )}
    </PageSection>
  );
}

function WaitingDialog({ error }: { error: Error | null }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const problemWords = useProblemWords();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one notice for each failure
  useEffect(() => {
    if (error instanceof Outdated) {
      notify({ variant: 'info', title: t('portalOutdated'), body: t('portalOutdatedHelp') });
    } else if (error) notify({ variant: 'danger', isBrief: true, ...problemWords(error) });
  }, [error === null]);
  return null;
}
