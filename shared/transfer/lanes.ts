import type { Part } from './part-plan.ts';

/**
 * Works through parts in lanes. Each lane has one reader, so memory depends on the number of lanes, not on the size of the file. The first error stops all
 * lanes, and nothing runs any more when this returns.
 */
export async function inLanes<P extends Part, Lane>(
  parts: readonly P[],
  { lanes, signal, open }: { lanes: number; signal: AbortSignal; open: (longest: number) => Lane },
  work: (part: P, lane: Lane, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const longest = Math.max(0, parts[0]?.length ?? 0, parts.at(-1)?.length ?? 0);
  let next = 0;
  let failure: unknown;
  const run = async (): Promise<void> => {
    const lane = open(longest);
    for (;;) {
      either.throwIfAborted();
      const part = parts[next++];
      if (!part) return;
      await work(part, lane, either);
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(lanes, parts.length) }, () =>
      run().catch((error: unknown) => {
        failure ??= error;
        stopping.abort(error);
      }),
    ),
  );
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
}
