import { Bullseye, Button, Spinner } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { useSpeech } from '../words/language.tsx';
import { Problem } from './failure.tsx';
import { Message } from './message.tsx';

/** The server answers, but no longer has the file: it was updated after this page was loaded. */
export class Outdated extends Error {}

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

export type Load<Props> = () => Promise<ComponentType<Props>>;
export type Waits = {
  /** Shown until the part is there. */
  waiting?: ReactNode;
};
type Waiting = ComponentType<Waits & { error: Error | null }>;

/**
 * A part of the portal whose code is loaded when it is first shown, so the first page does not wait for it. It is asked for as data is: again and again while
 * the server is away.
 */
export function onDemand<Props extends object>(load: Load<Props>, Waiting: Waiting): ComponentType<Props & Waits> {
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
    return isSuccess && Loaded ? <Loaded {...props} /> : <Waiting error={error} waiting={props.waiting} />;
  };
}

export function pageOnDemand<Props extends object>(load: Load<Props>): ComponentType<Props> {
  return onDemand(load, WaitingPage);
}

function WaitingPage({ error }: { error: Error | null }) {
  const { t } = useSpeech();
  return (
    <div className="waiting-page">
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
    </div>
  );
}
