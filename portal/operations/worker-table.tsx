import { Label, Progress, ProgressMeasureLocation } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { WorkerView } from '../../shared/contracts/operations.ts';
import { useSpeech } from './speech.ts';

/** Who works, and what is left of its room and its slots. */
export function WorkerTable({ workers }: { workers: readonly WorkerView[] }) {
  const { t } = useSpeech();
  if (workers.length === 0) return <p className="quiet">{t('noWorkers')}</p>;
  return (
    <Table aria-label={t('workers')} variant="compact">
      <Thead noWrap>
        <Tr>
          <Th>{t('worker')}</Th>
          <Th>{t('state')}</Th>
          <Th>{t('scratchSpace')}</Th>
          <Th>{t('slots')}</Th>
          <Th>{t('tools')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {workers.map((worker) => (
          <WorkerRow key={worker.id} worker={worker} />
        ))}
      </Tbody>
    </Table>
  );
}

function WorkerRow({ worker }: { worker: WorkerView }) {
  const { t, bytes, time } = useSpeech();
  const { id, roles, version, isGone, seenAt, startedAt, scratch, slots, kvm, tools } = worker;
  return (
    <Tr>
      <Td dataLabel={t('worker')} modifier="breakWord" className="worker-name">
        {id}
        <div className="quiet">
          {roles.map((role) => t(role === 'steps' ? 'roleSteps' : 'roleQueues')).join(', ')} · {version}
        </div>
      </Td>
      <Td dataLabel={t('state')}>
        {isGone ? (
          <Label color="red" variant="outline" icon={<ExclamationCircleIcon />}>
            {t('workerGone')}
          </Label>
        ) : (
          <Label color="green" variant="outline" icon={<CheckCircleIcon />}>
            {t('workerHere')}
          </Label>
        )}
        <div className="quiet">
          {isGone ? t('lastSeen', { time: time(seenAt) }) : t('startedAt', { time: time(startedAt) })}
        </div>
      </Td>
      <Td dataLabel={t('scratchSpace')}>
        {scratch ? (
          <div className="bar">
            <Progress
              aria-label={t('scratchUsed')}
              value={Math.round((1 - scratch.free / scratch.size) * 100)}
              title={t('freeOf', { free: bytes(scratch.free), size: bytes(scratch.size) })}
              measureLocation={ProgressMeasureLocation.none}
              size="sm"
              {...(scratch.free < scratch.size / 10 ? { variant: 'danger' as const } : {})}
            />
            {scratch.free < scratch.size / 10 && <span className="quiet">{t('scratchLow')}</span>}
          </div>
        ) : (
          <span className="quiet">–</span>
        )}
      </Td>
      <Td dataLabel={t('slots')} modifier="nowrap">
        {slots ? (
          t('slotsBusy', { busy: slots.busy, count: slots.count, waiting: slots.waiting })
        ) : (
          <span className="quiet">–</span>
        )}
      </Td>
      <Td dataLabel={t('tools')} modifier="breakWord">
        {kvm !== undefined && <div>{t(kvm ? 'withKvm' : 'withoutKvm')}</div>}
        {Object.entries(tools).map(([name, line]) => (
          <div key={name} className="quiet">
            {line}
          </div>
        ))}
      </Td>
    </Tr>
  );
}
