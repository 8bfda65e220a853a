import type { QueueHandlers } from '../../shared/ports/jobs.ts';
import type { JobMeter } from '../../shared/ports/meters.ts';
import { Postponed } from '../../shared/ports/postponed.ts';
import { timeWork } from '../measure.ts';
import type { WorkingHandlers } from './handlers.ts';

/** The same jobs, counted by a meter. */
export function measureJobs(handlers: WorkingHandlers, meter: JobMeter): QueueHandlers {
  const job = <Result>(
    name: Parameters<JobMeter['job']>[0],
    begun: Promise<Result>,
    seen?: (result: Result) => void,
  ): Promise<Result> =>
    timeWork(begun, (seconds, failure) => meter.job(name, failure ? 'failed' : 'done', seconds), seen);
  const { intake, notify, housekeeping } = handlers;
  return {
    intake: (data, attempt) =>
      job({ queue: 'intake', name: 'settle' }, intake(data, attempt), (outcome) => {
        if (!(outcome instanceof Postponed)) meter.settled(outcome);
      }),
    notify: (data, isLastTry) =>
      job({ queue: 'notify', name: 'send-message' }, notify(data, isLastTry), (outcome) =>
        meter.delivered(outcome instanceof Postponed ? 'postponed' : outcome),
      ),
    housekeeping: {
      relay: () => job({ queue: 'housekeeping', name: 'relay' }, housekeeping.relay()),
      sweep: () => job({ queue: 'housekeeping', name: 'sweep' }, housekeeping.sweep(), meter.swept),
      reap: () => job({ queue: 'housekeeping', name: 'reap' }, housekeeping.reap(), meter.reaped),
      refresh: () => job({ queue: 'housekeeping', name: 'refresh' }, housekeeping.refresh()),
    },
  };
}
