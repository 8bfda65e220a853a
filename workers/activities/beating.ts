import { Context } from '@temporalio/activity';

/**
 * In milliseconds, for the worker's `maxHeartbeatThrottleInterval`. Without it the SDK sends a heartbeat only after 0.8 of the timeout, however often the step
 * reports one. Then a machine that stalls for the last fifth of the timeout would lose the step. A cancellation arrives with the answer to a heartbeat.
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
