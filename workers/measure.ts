import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Outcome } from '../shared/contracts/finding.ts';
import type { QueueHandlers } from '../shared/ports/jobs.ts';
import type { JobMeter, StepMeter, StepOutcome } from '../shared/ports/meters.ts';
import { Postponed } from '../shared/ports/postponed.ts';
import type { AdmitActivities, DeliveryActivities, LedgerActivities, OnOwnQueue } from '../workflows/activities.ts';
import type { WorkingHandlers } from './queues/handlers.ts';

export function toOutcome(error: unknown): StepOutcome {
  if (error instanceof CancelledFailure) return 'cancelled';
  return error instanceof ApplicationFailure && error.type === 'worker-stopped' ? 'stopped' : 'failed';
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return (['fail', 'warn', 'unknown'] as const).find((each) => outcomes.includes(each)) ?? 'pass';
}

/** Waits for work that has started. Reports how long it took and, if it failed, why; then returns its result. */
async function timed<Result>(
  begun: Promise<Result>,
  ended: (seconds: number, failure?: { error: unknown }) => void,
  seen: (result: Result) => void = () => undefined,
): Promise<Result> {
  const since = performance.now();
  const seconds = (): number => (performance.now() - since) / 1000;
  const result = await begun.catch((error: unknown) => {
    ended(seconds(), { error });
    throw error;
  });
  ended(seconds());
  seen(result);
  return result;
}

function stepTimer(meter: StepMeter) {
  return <Result>(step: Parameters<StepMeter['step']>[0], begun: Promise<Result>, seen?: (result: Result) => void) =>
    timed(begun, (seconds, failure) => meter.step(step, failure ? toOutcome(failure.error) : 'done', seconds), seen);
}

/** The same deliveries, counted by a meter. */
export function measureDeliveries(work: DeliveryActivities, meter: StepMeter): DeliveryActivities {
  return {
    ...work,
    deliver: (order) => stepTimer(meter)('deliver', work.deliver(order)),
  };
}

/** The same steps, counted by a meter. */
export function measureSteps(work: OnOwnQueue, meter: StepMeter): OnOwnQueue {
  const step = stepTimer(meter);
  return {
    ...work,
    admit: (attempt) => step('admit', work.admit(attempt)),
    convert: (attempt, admission) =>
      step('convert', work.convert(attempt, admission), ({ disk, converted }) => {
        if (converted) meter.converted({ from: disk?.format ?? 'raw', to: converted.format }, converted.size);
      }),
    inspect: (attempt, converted) => step('inspect', work.inspect(attempt, converted)),
    bootCheck: (attempt, parts) =>
      step('boot-check', work.bootCheck(attempt, parts), ({ boot, findings }) => {
        if (boot) meter.bootChecked(boot.accelerator, worst(findings.map(({ outcome }) => outcome)));
      }),
    publish: (attempt, converted, report) =>
      step('publish', work.publish(attempt, converted, report), () => meter.ended('published')),
    mend: (attempt) => step('mend', work.mend(attempt)),
    handOver: (attempt) => step('hand-over', work.handOver(attempt)),
    fetchUpload: (attempt) => step('fetch', work.fetchUpload(attempt)),
  };
}

/** The same checks, judgements and ends of runs, counted by a meter. */
export function measureEnds<Work extends LedgerActivities & AdmitActivities>(work: Work, meter: StepMeter): Work {
  return {
    ...work,
    admitFirst: (run) => stepTimer(meter)('admit', work.admitFirst(run)),
    judge: async (attempt, parts) => {
      const judgement = await work.judge(attempt, parts);
      meter.judged(judgement.verdict, judgement.report.findings);
      return judgement;
    },
    finishRun: async (input) => {
      await work.finishRun(input);
      meter.ended(input.status);
    },
  };
}

/** The same jobs, counted by a meter. */
export function measureJobs(handlers: WorkingHandlers, meter: JobMeter): QueueHandlers {
  const job = <Result>(
    name: Parameters<JobMeter['job']>[0],
    begun: Promise<Result>,
    seen?: (result: Result) => void,
  ): Promise<Result> => timed(begun, (seconds, failure) => meter.job(name, failure ? 'failed' : 'done', seconds), seen);
  const { intake, notify, housekeeping } = handlers;
  return {
    intake: (data, attempt) =>
      job({ queue: 'intake', name: 'settle' }, intake(data, attempt), (outcome) => {
        if (!(outcome instanceof Postponed)) meter.settled(outcome);
      }),
    notify: (data, isLastTry) =>
      job({ queue: 'notify', name: 'deliver' }, notify(data, isLastTry), (outcome) =>
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
