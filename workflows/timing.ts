import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import type { Timings } from '../shared/contracts/workflow.ts';

/**
 * Timeouts and retries by kind of step. A step throws what no retry can repair as non-retryable (workers/failures.ts), so the
 * policies here are for what passes: a store that does not answer, a database that restarts.
 */
const backoff = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

/** A few queries. Outlives an outage of the database of a day. */
export function ledger(): ActivityOptions {
  return {
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '24h',
    retry: backoff,
  };
}

/** Waits for a worker with room, for days if necessary. Then it makes a few queries. */
export function turn(): ActivityOptions {
  return { startToCloseTimeout: '1m', retry: backoff };
}

/** A few queries, by the worker that has the workflow: no task of their own. */
export function ledgerHere(): LocalActivityOptions {
  return {
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '24h',
    retry: backoff,
  };
}

/** Work on one worker's scratch folder. Not being picked up in time means that the worker is dead: see `workerIsLost`. */
function scratch(input: Timings): ActivityOptions {
  return {
    heartbeatTimeout: `${input.heartbeatSeconds}s`,
    scheduleToStartTimeout: `${input.claimSeconds}s`,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { ...backoff, maximumAttempts: 8 },
  };
}

/** Seconds of range reads, whatever the size of the upload. */
export function scan(input: Timings): ActivityOptions {
  return {
    ...scratch(input),
    startToCloseTimeout: '30m',
  };
}

/** The same, on whichever worker has a moment: what one leaves undone, the next one does. */
export function scanAnywhere(input: Timings): ActivityOptions {
  const { scheduleToStartTimeout: _, ...options } = scan(input);
  return options;
}

/** Moves or computes every byte of the image: hours are in order as long as heartbeats come. */
export function bulk(input: Timings): ActivityOptions {
  return {
    ...scratch(input),
    startToCloseTimeout: `${input.stepHours * 60} minutes`,
  };
}

/** Copies every byte of a published image to another place, which may be down for a while: about an hour of attempts, on any worker. */
export function copying(input: Timings): ActivityOptions {
  return {
    heartbeatTimeout: `${input.heartbeatSeconds}s`,
    startToCloseTimeout: `${input.stepHours * 60} minutes`,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { ...backoff, maximumInterval: '10m', maximumAttempts: 15 },
  };
}

/**
 * One of our virtual machines checks the image. That takes minutes, and a hostile image may make it hang. The time in the queue for a slot counts. A check that
 * took too long is not tried again: the step reports it and throws nothing (workers/activities/inspect.ts).
 */
export function appliance(input: Timings): ActivityOptions {
  return {
    ...scratch(input),
    startToCloseTimeout: '4h',
    retry: { ...backoff, maximumAttempts: 4 },
  };
}

/** Clearing up is worth a few tries; what is left over is swept when the worker starts again. */
export function tidy(input: Timings): ActivityOptions {
  return {
    startToCloseTimeout: '5m',
    scheduleToStartTimeout: `${input.claimSeconds}s`,
    retry: { ...backoff, maximumAttempts: 3 },
  };
}

/** How often the whole attempt may move to another worker; an image that kills its worker each time ends there. */
export const maximumAttempts = 5;
