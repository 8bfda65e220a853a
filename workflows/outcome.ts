import { ActivityFailure, ApplicationFailure, patched, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from '../shared/errors.ts';

function findCause(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error;
}

/**
 * A step on a worker's own task queue that nobody picks up: the worker died, and its scratch folder with it.
 * A worker that dies within a step is noticed by the missing heartbeat first; the retry then waits on the same queue and ends here.
 * A worker that is shut down in good order says so itself.
 */
export function workerIsLost(error: unknown): boolean {
  const cause = findCause(error);
  if (cause instanceof ApplicationFailure) return cause.type === 'worker-stopped';
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

/** Whether beginning again on another worker may help: this one died with its scratch folder, or was overtaken. */
export function canMove(error: unknown): boolean {
  const cause = findCause(error);
  if (workerIsLost(error)) return true;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'HEARTBEAT';
  if (!(cause instanceof ApplicationFailure)) return false;
  // It would fill the next one too. Workflows of before did move.
  if (cause.type === 'scratch-full') return !patched('scratch-full-stays');
  return cause.type === 'superseded';
}

export type Failed = { status: 'failed'; failure: Failure };

/** How a run that failed explains itself; workers/failures.ts puts code and remedy into the failure. */
export function toFailureRecord(error: unknown, again = 'retry the image'): Failed {
  const cause = findCause(error);
  const step = error instanceof ActivityFailure ? error.activityType : 'workflow';
  if (cause instanceof ApplicationFailure) {
    const remedy = (cause.details?.[0] as { remedy?: string } | undefined)?.remedy;
    return {
      status: 'failed',
      failure: { code: cause.type ?? 'internal', message: cause.message, ...(remedy ? { remedy } : {}) },
    };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      status: 'failed',
      failure: {
        code: 'timeout',
        message: `The step "${step}" did not end in time, or its worker died each time.`,
        remedy: `Check the logs of the workers, then ${again}.`,
      },
    };
  }
  return {
    status: 'failed',
    failure: {
      code: 'internal',
      message: `The step "${step}" failed for an unexpected reason.`,
      remedy: `Check the logs of the workers, then ${again}.`,
    },
  };
}
