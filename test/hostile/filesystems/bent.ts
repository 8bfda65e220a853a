import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Random } from '../formats/mutants.ts';

const block = 4096;

/** Where blocks lie that hold anything: bends of others would be seen by nobody. */
export function usedBlocks(path: string): number[] {
  const file = openSync(path, 'r');
  const used: number[] = [];
  const bytes = Buffer.alloc(block);
  const { size } = fstatSync(file);
  for (let at = 0; at < size; at += block) {
    const length = readSync(file, bytes, 0, block, at);
    if (bytes.subarray(0, length).some((byte) => byte !== 0)) used.push(at);
  }
  closeSync(file);
  return used;
}

/** A copy with some bits flipped, some of them close together, or with its end cut off. */
export function bendDisk(sound: string, used: readonly number[], path: string, random: Random): void {
  execFileSync('cp', ['--sparse=always', sound, path]);
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  try {
    if (random.chance(0.1)) {
      ftruncateSync(file, Math.max(512, Math.floor(random.below(fstatSync(file).size) / 512) * 512));
      return;
    }
    const places = random.of([1, 4, 16, 64]);
    for (let count = 0; count < places; count++) {
      // The first blocks are what is read first.
      const from = random.chance(0.4) ? (used[random.below(Math.min(8, used.length))] ?? 0) : random.of(used);
      const at = from + random.below(block);
      for (let more = random.of([1, 1, 8]); more > 0; more--) {
        readSync(file, byte, 0, 1, at + more);
        writeSync(file, Buffer.of((byte[0] ?? 0) ^ (1 << random.below(8))), 0, 1, at + more);
      }
    }
  } finally {
    closeSync(file);
  }
}
