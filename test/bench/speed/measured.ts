import { median } from '../run-steps.ts';
import type { Taken } from './contender.ts';

/** One image, brought to its end by each way one after the other, so that all of them had the same noise. */
export type Round = Record<string, Taken>;
export type Measured = {
  workload: string;
  gibibytes: number;
  bytes: number;
  rounds: Round[];
  /** Of the worker's process, MiB. */
  peakMiB: number;
};

export const ownName = 'bootready';
export const floorName = 'floor';

export function readSeconds({ rounds }: Measured, name: string): number | undefined {
  const all = rounds.flatMap((round) => round[name]?.seconds ?? []);
  return all.length > 0 ? median(all) : undefined;
}
