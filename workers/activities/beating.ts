import { Context } from '@temporalio/activity';

/**
 * As a worker's `maxHeartbeatThrottleInterval`, in milliseconds: the SDK sends at 0.8 of the timeout otherwise, however often it is told. A
 * machine that stands still for the fifth that is left would lose the step, and a cancellation comes with the answer to a heartbeat.
 */
export const leastBetweenMs = 500;

/**
 * Heartbeats of the activity that calls it, until they are stopped. By a timer and not by progress, because a step may be
 * silent for long (waiting for a slot, hashing).
 */
export function startBeating(details?: () => object): () => void {
  const context = Context.current();
  const every = Math.max(leastBetweenMs, (context.info.heartbeatTimeoutMs ?? 30_000) / 4);
  const beating = setInterval(() => context.heartbeat(details?.()), every);
  return () => clearInterval(beating);
}
