import { Button } from '@patternfly/react-core';
import type { RunView } from '../../shared/contracts/api.ts';
import type { RunStatus } from '../../shared/contracts/run.ts';
import { useSpeech } from '../words/language.tsx';
import type { WordKey } from '../words/words.ts';

const statusWords: Record<RunStatus, WordKey> = {
  queued: 'runQueued',
  running: 'runRunning',
  published: 'runPublished',
  rejected: 'runRejected',
  failed: 'runFailed',
  cancelled: 'runCancelled',
};

type Props = { runs: readonly RunView[]; chosen: number | undefined; onChoose: (number: number) => void };

/** Newest first; choosing one shows its steps and findings. */
export function RunHistory({ runs, chosen, onChoose }: Props) {
  const { t, time } = useSpeech();
  return (
    <ul className="run-history">
      {runs.map(({ id, number, status, createdAt }) => (
        <li key={id}>
          <Button variant="link" isInline aria-pressed={number === chosen} onClick={() => onChoose(number)}>
            {t('run', { number })}
          </Button>
          <span className="quiet figures">
            {t(statusWords[status])} · {time(createdAt)}
          </span>
        </li>
      ))}
    </ul>
  );
}
