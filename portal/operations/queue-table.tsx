import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { QueueView } from '../../shared/contracts/operations.ts';
import { useSpeech } from './speech.ts';

const states = ['waiting', 'active', 'delayed', 'failed'] as const;
const words = { waiting: 'jobsWaiting', active: 'jobsActive', delayed: 'jobsDelayed', failed: 'jobsFailed' } as const;

export function QueueTable({ queues }: { queues: readonly QueueView[] }) {
  const { t, duration } = useSpeech();
  return (
    <Table aria-label={t('queues')} variant="compact">
      <Thead noWrap>
        <Tr>
          <Th>{t('queue')}</Th>
          {states.map((state) => (
            <Th key={state}>{t(words[state])}</Th>
          ))}
          <Th>{t('oldestWaits')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {queues.map(({ name, counts, oldestWaitingSeconds }) => (
          <Tr key={name}>
            <Td dataLabel={t('queue')}>{name}</Td>
            {states.map((state) => (
              <Td key={state} dataLabel={t(words[state])} className="figures">
                {counts[state] ?? 0}
              </Td>
            ))}
            <Td dataLabel={t('oldestWaits')} className="figures">
              {oldestWaitingSeconds > 0 ? duration(oldestWaitingSeconds) : '–'}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
