import type { StuckReason } from '../contracts/operations.ts';
import type { OpenRun } from '../ports/operations.ts';
import { goneAfterSeconds } from '../ports/workers.ts';

/** A run is started within moments, and so is each of its steps; who waits for this long waits for something that is not there. */
const patienceSeconds = 120;
/** One failed try is not important. */
const manyTries = 3;

/** The error code of a step that concerns the object store and nothing else. */
const ofStore = 'unavailable';

function secondsSince(date: Date, now: Date): number {
  return (now.getTime() - date.getTime()) / 1000;
}

/**
 * Why each of the open runs makes no progress, for metrics and for the operators' page. Undefined if all is well: a long step that works is not stuck, and
 * neither is a step that waits for its turn. In a long queue a run waits for others: it is not stuck while others start.
 */
export function findStuck(open: readonly OpenRun[], now: Date): (StuckReason | undefined)[] {
  const othersBegin = open.some(({ startedAt }) => startedAt && secondsSince(startedAt, now) <= patienceSeconds);
  return open.map((run) => {
    const reason = stuckReason(run, now);
    return reason === 'not-started' && othersBegin ? undefined : reason;
  });
}

function stuckReason(
  { status, createdAt, startedAt, workerSeenAt, step }: OpenRun,
  now: Date,
): StuckReason | undefined {
  if (status === 'queued') return secondsSince(createdAt, now) > patienceSeconds ? 'not-started' : undefined;
  if (workerSeenAt && secondsSince(workerSeenAt, now) > goneAfterSeconds) return 'worker-gone';
  const failing = step?.failureCode === ofStore ? 'store-unreachable' : 'retrying';
  if (step && step.status !== 'done' && step.attempts >= manyTries) return failing;
  if (step?.status === 'running') return undefined;
  const idleSince = step?.finishedAt ?? startedAt ?? createdAt;
  if (secondsSince(idleSince, now) <= patienceSeconds) return undefined;
  return step?.status === 'failed' ? failing : 'not-taken-up';
}
