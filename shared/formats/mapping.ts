import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, sample } from './format.ts';

/**
 * The places of an image's data in its file, according to its tables. A table whose entries share one place makes terabytes from kilobytes; no honest tool
 * writes that. Without shared places, an image that is not compressed holds no more data than its file has bytes.
 */
export type Mapping = {
  /** Byte offset of one more block. */
  add(offset: number): void;
  /** Blocks that were added. */
  readonly count: number;
  /** Whether two blocks have a byte in common. */
  isShared(): boolean;
};

/** @param unit bytes of the file that each block takes at least @param size bytes of the file */
export function makeMapping(unit: number, size: number): Mapping {
  const offsets: number[] = [];
  let count = 0;
  let ascending = true;
  return {
    get count() {
      return count;
    },
    add: (offset) => {
      // More blocks than the file has room for: shared for certain, and nothing more need be kept.
      if (++count * unit > size) return;
      if (offset < (offsets.at(-1) ?? -unit) + unit) ascending = false;
      offsets.push(offset);
    },
    isShared: () => {
      if (count * unit > size) return true;
      if (ascending) return false;
      const sorted = Float64Array.from(offsets).sort();
      return sorted.some((offset, index) => index > 0 && offset < (sorted[index - 1] ?? 0) + unit);
    },
  };
}

/** The most that is read of an image's second-level tables. If an image has more, only a sample is checked. */
const budget = { bytes: 16 * 1024 ** 2, reads: 512 };
const readBytes = 1024 ** 2;

/**
 * Reads tables of one length, neighbours together. All of them where that is within the budget, an even sample else: what is not seen
 * here is stopped by the limit on what convert writes (expansion.ts).
 *
 * @param offsets where they begin, none twice @throws Truncated
 */
export async function readTables(
  source: ByteSource,
  offsets: readonly number[],
  length: number,
  visit: (table: Buffer) => void,
): Promise<{ all: boolean }> {
  const sorted = Float64Array.from(offsets).sort();
  const runs: { offset: number; tables: number }[] = [];
  for (const offset of sorted) {
    const run = runs.at(-1);
    if (run && run.offset + run.tables * length === offset && (run.tables + 1) * length <= readBytes) run.tables++;
    else runs.push({ offset, tables: 1 });
  }
  const all = runs.length <= budget.reads && sorted.length * length <= budget.bytes;
  const chosen = all ? runs : sample(runs.length, 32).map((index) => runs[index] as (typeof runs)[number]);
  for (const { offset, tables } of chosen) {
    const bytes = await exactly(source, offset, tables * length);
    for (let index = 0; index < tables; index++) visit(bytes.subarray(index * length, (index + 1) * length));
  }
  return { all };
}
