import { Label, Skeleton, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import type { EndedRuns as Ended } from '../../shared/contracts/operations.ts';
import { Problem } from '../shell/failure.tsx';
import { useEndedRuns } from './polled-data.ts';
import { useSpeech } from './speech.ts';

const statusWords = { rejected: 'runRejected', failed: 'runFailed', cancelled: 'runCancelled' } as const;
const statusColors = { rejected: 'yellow', failed: 'red', cancelled: 'grey' } as const;

/** How the runs of the last day ended, and why some gave no image. */
export function EndedRuns() {
  const { t, duration } = useSpeech();
  const { data, error } = useEndedRuns();
  if (!data) return error ? <Problem error={error} /> : <Skeleton screenreaderText={t('loading')} />;
  const { counts, medianSeconds, slowestSeconds, unpublished } = data;
  return (
    <>
      <Title headingLevel="h2">{t('endedRuns')}</Title>
      <p>
        {t('endedCounts', counts)}
        {medianSeconds !== null && slowestSeconds !== null && (
          <> {t('endedTimes', { median: duration(medianSeconds), slowest: duration(slowestSeconds) })}</>
        )}
      </p>
      {unpublished.length > 0 && <Unpublished runs={unpublished} />}
    </>
  );
}

function Unpublished({ runs }: { runs: Ended['unpublished'] }) {
  const { t, duration, time } = useSpeech();
  return (
    <Table aria-label={t('endedRuns')} variant="compact">
      <Thead noWrap>
        <Tr>
          <Th>{t('image')}</Th>
          <Th>{t('owner')}</Th>
          <Th>{t('outcome')}</Th>
          <Th>{t('ended')}</Th>
          <Th>{t('took')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {runs.map((run) => (
          <Tr key={run.workflowId}>
            <Td dataLabel={t('image')} modifier="breakWord">
              <Link to={`/images/${run.imageId}`} className="guest-text">
                {run.imageName}
              </Link>
            </Td>
            <Td dataLabel={t('owner')}>{run.projectId}</Td>
            <Td dataLabel={t('outcome')} modifier="breakWord">
              <Label color={statusColors[run.status]} variant="outline">
                {t(statusWords[run.status])}
              </Label>
              {run.failure && <div className="guest-text">{run.failure.message}</div>}
            </Td>
            <Td dataLabel={t('ended')} modifier="nowrap" className="figures">
              {time(run.finishedAt)}
            </Td>
            <Td dataLabel={t('took')} modifier="nowrap" className="figures">
              {run.seconds === null ? '–' : duration(run.seconds)}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
