import type { OperationsStore, UsualSeconds } from '../../shared/ports/operations.ts';

const keptMs = 10 * 60_000;

/** Asks for it once in ten minutes, at the first need. If the database does not answer, nothing is known; the caller meets the same trouble with its own query. */
export function keepUsualSeconds({ usualSeconds }: Pick<OperationsStore, 'usualSeconds'>): () => Promise<UsualSeconds> {
  let kept: Promise<UsualSeconds> | undefined;
  let until = 0;
  return () => {
    if (kept && Date.now() < until) return kept;
    until = Date.now() + keptMs;
    kept = usualSeconds().catch(() => {
      until = 0;
      return {};
    });
    return kept;
  };
}
