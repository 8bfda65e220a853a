import { type ComponentType, useEffect } from 'react';
import { useSpeech } from '../words/language.tsx';
import { useProblemWords } from './failure.tsx';
import { useNotify } from './notices.tsx';
import { type Load, Outdated, onDemand, type Waits } from './on-demand.tsx';

/** Something small that a click opens: the rest of the page stays as it is meanwhile. */
export function dialogOnDemand<Props extends object>(load: Load<Props>): ComponentType<Props & Waits> {
  return onDemand(load, WaitingDialog);
}

function WaitingDialog({ error, waiting }: Waits & { error: Error | null }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const problemWords = useProblemWords();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one notice for each failure
  useEffect(() => {
    if (error instanceof Outdated) {
      notify({ variant: 'info', title: t('portalOutdated'), body: t('portalOutdatedHelp') });
    } else if (error) notify({ variant: 'danger', isBrief: true, ...problemWords(error) });
  }, [error === null]);
  return waiting;
}
