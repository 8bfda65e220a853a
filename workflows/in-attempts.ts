import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { canMove, type Failed, toFailureRecord, workerIsLost } from './outcome.ts';
import { maximumAttempts } from './timing.ts';

/** One attempt after the other, each on one worker, until one succeeds or another worker would not help. */
export async function inAttempts<Attempt, Result>(
  begin: () => Promise<Attempt>,
  onOneWorker: (attempt: Attempt) => Promise<Result>,
): Promise<Result> {
  for (let number = 1; ; number++) {
    const attempt = await begin();
    try {
      return await onOneWorker(attempt);
    } catch (error) {
      if (!canMove(error) || number === maximumAttempts) throw error;
    }
  }
}

/** Work that uses a worker's scratch folder, which is cleared afterwards. When the worker is lost, the folder is lost with it. */
export async function withScratch<Result>(work: () => Promise<Result>, discard: () => Promise<void>): Promise<Result> {
  let lost = false;
  try {
    return await work();
  } catch (error) {
    lost = workerIsLost(error);
    throw error;
  } finally {
    // If this cannot remove the folder, the worker removes it at its next start. No run fails because of it.
    if (!lost) await CancellationScope.nonCancellable(discard).catch(() => undefined);
  }
}

/** Work whose record must say how it ended, whatever happens to the workflow. */
export async function orFail<Result>(
  work: () => Promise<Result>,
  end: (how: { status: 'cancelled' } | Failed) => Promise<void>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const how = isCancellation(error) ? { status: 'cancelled' as const } : toFailureRecord(error);
    await CancellationScope.nonCancellable(() => end(how));
    throw error;
  }
}
