import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Outcome } from '../shared/contracts/finding.ts';
import type { QueueHandlers } from '../shared/ports/jobs.ts';
import type { JobMeter, StepMeter, StepOutcome } from '../shared/ports/meters.ts';
import type {
  DeliveryActivities,
  DownloadActivities,
  DownloadLedger,
  RepairActivities,
  RepairLedger,
  ScratchActivities,
  SharedActivities,
} from '../workflows/activities.ts';
import type { WorkingHandlers } from './queues/handlers.ts';

export const outcomeOf = (error: unknown): StepOutcome => {
  if (error instanceof CancelledFailure) return 'cancelled';
  return error instanceof ApplicationFailure && error.type === 'worker-stopped' ? 'stopped' : 'failed';
};

const worst = (outcomes: readonly Outcome[]): Outcome =>
  (['fail', 'warn', 'unknown'] as const).find((each) => outcomes.includes(each)) ?? 'pass';

type OnScratch = ScratchActivities & RepairActivities & DownloadActivities;
type OnLedger = SharedActivities & RepairLedger & DownloadLedger;

const stepTimer =
  (meter: StepMeter) =>
  async <Result>(
    step: Parameters<StepMeter['step']>[0],
    begun: Promise<Result>,
    seen: (result: Result) => void = () => undefined,
  ): Promise<Result> => {
    const since = performance.now();
    const tell = (outcome: StepOutcome): void => meter.step(step, outcome, (performance.now() - since) / 1000);
    try {
      const result = await begun;
      tell('done');
      seen(result);
      return result;
    } catch (error) {
      tell(outcomeOf(error));
      throw error;
    }
  };

/** The same deliveries, told to a meter. */
export const measureDeliveries = (work: DeliveryActivities, meter: StepMeter): DeliveryActivities => ({
  ...work,
  deliver: (order) => stepTimer(meter)('deliver', work.deliver(order)),
});

/** The same steps, told to a meter. */
export const measureSteps = (work: OnScratch, meter: StepMeter): OnScratch => {
  const timed = stepTimer(meter);
  return {
    ...work,
    admit: (attempt) => timed('admit', work.admit(attempt)),
    convert: (attempt, admission) =>
      timed('convert', work.convert(attempt, admission), ({ disk, converted }) => {
        if (converted) meter.converted({ from: disk?.format ?? 'raw', to: converted.format }, converted.size);
      }),
    inspect: (attempt, converted) => timed('inspect', work.inspect(attempt, converted)),
    bootCheck: (attempt, parts) =>
      timed('boot-check', work.bootCheck(attempt, parts), ({ boot, findings }) => {
        if (boot) meter.bootChecked(boot.accelerator, worst(findings.map(({ outcome }) => outcome)));
      }),
    publish: (attempt, converted, report) =>
      timed('publish', work.publish(attempt, converted, report), () => meter.ended('published')),
    mend: (attempt) => timed('mend', work.mend(attempt)),
    handOver: (attempt) => timed('hand-over', work.handOver(attempt)),
    fetchUpload: (attempt) => timed('fetch', work.fetchUpload(attempt)),
  };
};

/** The same judgements and ends of runs, told to a meter. */
export const measureEnds = (work: OnLedger, meter: StepMeter): OnLedger => ({
  ...work,
  judge: async (attempt, parts) => {
    const judgement = await work.judge(attempt, parts);
    meter.judged(judgement.verdict, judgement.report.findings);
    return judgement;
  },
  finishRun: async (input) => {
    await work.finishRun(input);
    meter.ended(input.status);
  },
});

/** The same jobs, told to a meter. */
export const measureJobs = (handlers: WorkingHandlers, meter: JobMeter): QueueHandlers => {
  const timed = async <Result>(
    job: Parameters<JobMeter['job']>[0],
    begun: Promise<Result>,
    seen: (result: Result) => void = () => undefined,
  ): Promise<Result> => {
    const since = performance.now();
    try {
      const result = await begun;
      meter.job(job, 'done', (performance.now() - since) / 1000);
      seen(result);
      return result;
    } catch (error) {
      meter.job(job, 'failed', (performance.now() - since) / 1000);
      throw error;
    }
  };
  const { intake, notify, housekeeping } = handlers;
  return {
    intake: (job, attempt) => timed({ queue: 'intake', name: 'settle' }, intake(job, attempt), meter.settled),
    notify: (job, isLastTry) => timed({ queue: 'notify', name: 'deliver' }, notify(job, isLastTry), meter.delivered),
    housekeeping: {
      relay: () => timed({ queue: 'housekeeping', name: 'relay' }, housekeeping.relay()),
      sweep: () => timed({ queue: 'housekeeping', name: 'sweep' }, housekeeping.sweep(), meter.swept),
      reap: () => timed({ queue: 'housekeeping', name: 'reap' }, housekeeping.reap(), meter.reaped),
      refresh: () => timed({ queue: 'housekeeping', name: 'refresh' }, housekeeping.refresh()),
    },
  };
};
