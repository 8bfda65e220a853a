import { Context } from '@temporalio/activity';

/**
 * Heartbeats of the activity that calls it, until they are stopped. By a timer and not by progress, because a step may be
 * silent for long (waiting for a slot, hashing).
 */
export const startBeating = (details?: () => object): (() => void) => {
  const context = Context.current();
  const every = Math.max(500, (context.info.heartbeatTimeoutMs ?? 30_000) / 4);
  const beating = setInterval(() => context.heartbeat(details?.()), every);
  return () => clearInterval(beating);
};
