import { Label, Progress, ProgressMeasureLocation } from '@patternfly/react-core';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { Link } from 'react-router';
import type { OpenRunView, Operations, StuckReason } from '../../shared/contracts/operations.ts';
import type { WaitsFor } from '../../shared/contracts/run.ts';
import { stepStates } from '../../shared/status/image-state.ts';
import { stepWords } from '../words/steps.ts';
import type { WordKey } from './speech.ts';
import { useSpeech } from './speech.ts';

const waitWords: Record<WaitsFor, WordKey> = { scratch: 'waitsForScratch', worker: 'waitsForWorker' };

const stuckWords: Record<StuckReason, WordKey> = {
  'not-started': 'stuckNotStarted',
  'worker-gone': 'stuckWorkerGone',
  'store-unreachable': 'stuckStoreUnreachable',
  retrying: 'stuckRetrying',
  'not-taken-up': 'stuckNotTakenUp',
};

type Props = { operations: Operations };

/** Stuck ones first, each with why, and what its last try said. */
export function RunTable({ operations: { runs, links } }: Props) {
  const { t } = useSpeech();
  if (runs.length === 0) return <p className="quiet">{t('noOpenRuns')}</p>;
  return (
    <Table aria-label={t('openRuns')} variant="compact">
      <Thead noWrap>
        <Tr>
          <Th>{t('image')}</Th>
          <Th>{t('owner')}</Th>
          <Th>{t('step')}</Th>
          <Th>{t('state')}</Th>
          <Th>{t('age')}</Th>
          <Th>{t('worker')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {runs.map((run) => (
          <RunRow key={run.workflowId} run={run} temporal={links.temporal} />
        ))}
      </Tbody>
    </Table>
  );
}

function RunRow({ run, temporal }: { run: OpenRunView; temporal: string | null }) {
  const { t, duration } = useSpeech();
  const age = (Date.now() - new Date(run.createdAt).getTime()) / 1000;
  return (
    <Tr>
      <Td dataLabel={t('image')} modifier="breakWord">
        <Link to={`/images/${run.imageId}`} className="guest-text">
          {run.imageName}
        </Link>
        <div className="quiet">
          {t('run', { number: run.runNumber })}
          {temporal && (
            <>
              {' · '}
              <a href={`${temporal}/${encodeURIComponent(run.workflowId)}`} target="_blank" rel="noreferrer">
                {t('inTemporal')}
              </a>
            </>
          )}
        </div>
      </Td>
      <Td dataLabel={t('owner')}>{run.projectId}</Td>
      <Td dataLabel={t('step')} modifier="nowrap">
        {run.step ? t(stepWords[run.step.name].title) : '–'}
        {run.step && run.step.attempts > 1 && (
          <div className="quiet">{t('attempt', { number: run.step.attempts })}</div>
        )}
      </Td>
      <Td dataLabel={t('state')} modifier="breakWord">
        <State run={run} />
      </Td>
      <Td dataLabel={t('age')} modifier="nowrap" className="figures">
        {duration(age)}
      </Td>
      <Td dataLabel={t('worker')} modifier="breakWord">
        {run.step?.status === 'running' || run.worker ? run.worker : <span className="quiet">–</span>}
      </Td>
    </Tr>
  );
}

function State({ run: { status, step, stuck } }: { run: OpenRunView }) {
  const { t, percent } = useSpeech();
  if (stuck) {
    return (
      <>
        <Label color="red" variant="outline" icon={<ExclamationCircleIcon />}>
          {t(stuckWords[stuck])}
        </Label>
        {step?.message && <div className="guest-text">{step.message}</div>}
      </>
    );
  }
  if (status === 'queued') return t('runQueued');
  if (step?.status === 'waiting') return t(step.waitsFor ? waitWords[step.waitsFor] : 'waitsForSlot');
  if (step?.status === 'running' && !stepStates[step.name].hasPercent) return t('stepIsRunning');
  if (step?.status === 'running') {
    return (
      <Progress
        aria-label={t(stepWords[step.name].title)}
        value={Math.floor(step.percent)}
        label={percent(step.percent)}
        measureLocation={ProgressMeasureLocation.outside}
        size="sm"
      />
    );
  }
  return (
    <>
      {t('betweenSteps')}
      {step?.message && <div className="guest-text quiet">{step.message}</div>}
    </>
  );
}
