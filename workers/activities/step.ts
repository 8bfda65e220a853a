import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { StepResult } from '../../shared/contracts/run.ts';
import type { Step } from '../../shared/contracts/step.ts';
import { explain, isBootreadyError } from '../../shared/errors.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import type { RunContext, RunStore } from '../../shared/ports/runs.ts';
import type { Attempt } from '../../workflows/activities.ts';
import { toFailure } from '../failures.ts';
import { nameAttempt } from '../places.ts';
import type { Turn } from '../scratch-room.ts';
import { createThrottle } from '../throttle.ts';
import { startBeating } from './beating.ts';

/** The controls that a step gets besides its input. Steps know nothing of Temporal. */
export type StepControl = {
  /** Aborted when the run is cancelled, the worker shuts down, or the server has given the step to another worker. */
  signal: AbortSignal;
  /** 0 to 100. Cheap: it is written to Postgres at most once a second. */
  progress(percent: number): void;
};

export type StepDeps = {
  runs: RunStore;
  slots: Slots;
  workerId: string;
  /** The step is not bound to this worker: another worker does it if this one stops. */
  isAnywhere?: boolean;
};

/** How a step gets its turn on this worker: a slot, and everything else that it must wait for. */
export type TakeTurn<Of> = <T>(of: Of, turn: Turn, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
export const slotOnly: TakeTurn<unknown> = (_of, { signal, inSlot }, work) => inSlot(() => work(signal));

/**
 * One step of a run within a Temporal activity: heartbeats while it works, row in run_steps kept true, errors mapped.
 */
export async function runStep<Result>(
  { runs, slots, workerId, isAnywhere = false }: StepDeps,
  attempt: Attempt,
  step: Step,
  work: (context: RunContext, control: StepControl) => Promise<Result>,
  takeTurn: TakeTurn<RunContext> = slotOnly,
): Promise<Result> {
  const { info, cancellationSignal: signal } = Context.current();
  let percent = 0;
  const stopBeating = startBeating(() => ({ percent }));

  let isDue = createThrottle();
  let writing: Promise<void> = Promise.resolve();
  const writeProgress = async (): Promise<void> => {
    // Lost progress is worth nothing; being superseded shows at the next write that matters.
    await runs.stepProgress(attempt, step, percent).catch(() => undefined);
  };
  const progress = (now: number): void => {
    percent = Math.min(100, Math.max(percent, now));
    if (isDue()) writing = writing.then(writeProgress);
  };

  const { log } = Context.current();
  const begun = Date.now();
  const named = { step, attempt: attempt.fence };
  log.info('a step begins', named);
  try {
    await runs.stepStarted(attempt, step, workerId, info.attempt);
    const context = await runs.context(attempt);
    const inSlot: Turn['inSlot'] = (inside, when) =>
      slots.use(
        context.projectId,
        signal,
        inside,
        isAnywhere ? undefined : { image: nameAttempt(attempt), ...(when && { when }) },
      );
    const waits = (isWaiting: boolean): void => {
      if (!isWaiting) return;
      const tellWaiting = () => runs.stepWaits(attempt, step, 'scratch').catch(() => undefined);
      writing = writing.then(tellWaiting);
    };
    const result = await takeTurn(context, { signal, inSlot, waits }, (turnSignal) => {
      // The first of it says that the step has its turn.
      isDue = createThrottle();
      progress(0);
      return work(context, { signal: turnSignal, progress });
    });
    await writing;
    await runs.stepEnded(attempt, step, 'done', undefined, keepResult(result));
    log.info('a step is done', { ...named, seconds: (Date.now() - begun) / 1000 });
    return result;
  } catch (error) {
    await writing;
    const cancelled = signal.aborted;
    const failure = cancelled ? makeCancellation(signal, error, { nonRetryable: !isAnywhere }) : toFailure(error);
    // Temporal shows the error to everyone, without its cause and context. A reader of the logs needs both.
    const details = isBootreadyError(error) ? { code: error.code, ...error.context } : {};
    if (!cancelled) log.warn('a step failed', { ...named, why: explain(error), ...details });
    await runs
      .stepEnded(attempt, step, cancelled ? 'cancelled' : 'failed', {
        code: isBootreadyError(error) ? error.code : 'internal',
        message: failure.message,
      })
      .catch(() => undefined);
    throw failure;
  } finally {
    stopBeating();
  }
}

/** The part of a step's result that its row keeps. */
function keepResult(result: unknown): StepResult | undefined {
  const { findings, disk, guest } = (result ?? {}) as Partial<StepResult>;
  return findings && { findings, ...(disk ? { disk } : {}), ...(guest ? { guest } : {}) };
}

/** Runs everything that accompanies a step but has no row: heartbeats, a slot, the mapping of errors. */
export async function runBeside(
  { runs, slots }: Pick<StepDeps, 'runs' | 'slots'>,
  attempt: Attempt,
  work: (context: RunContext, control: StepControl) => Promise<void>,
): Promise<void> {
  await inActivity(async (signal) => {
    const context = await runs.context(attempt);
    await slots.use(context.projectId, signal, () => work(context, { signal, progress: () => undefined }));
  });
}

/** Work of a Temporal activity that keeps no row: heartbeats, and errors as Temporal has them. */
export async function inActivity(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { cancellationSignal: signal } = Context.current();
  const stopBeating = startBeating();
  try {
    await work(signal);
  } catch (error) {
    throw signal.aborted ? makeCancellation(signal, error) : toFailure(error);
  } finally {
    stopBeating();
  }
}

/**
 * Cancelling the run is one thing; a worker that shuts down is another: its scratch folder goes with it, so the workflow
 * moves the attempt (workflows/outcome.ts knows `worker-stopped`) instead of trying again here.
 */
export function makeCancellation(
  signal: AbortSignal,
  error: unknown,
  { nonRetryable } = { nonRetryable: true },
): Error {
  const details = Context.current().cancellationDetails;
  if ((details?.cancelRequested || details?.paused) && signal.reason instanceof CancelledFailure) return signal.reason;
  return ApplicationFailure.create({
    message: 'The worker was stopped during this step.',
    type: 'worker-stopped',
    nonRetryable,
    cause: error instanceof Error ? error : new Error(String(error)),
  });
}
