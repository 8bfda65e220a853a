import { expect, test } from 'vitest';
import type { Layer } from '../../shared/contracts/run.ts';
import { scratchNeed } from './scratch-need.ts';

const [MiB, GiB, TiB] = [1024 ** 2, 1024 ** 3, 1024 ** 4];
function computeNeed(size: number, layer: Layer) {
  return scratchNeed(
    { layers: [layer], findings: [] },
    { upload: { size } as never },
    { maxVirtualBytes: TiB, target: 'raw' },
  );
}

test('what a compressed file says of its size makes the guess smaller, and the bound never', () => {
  const guess = computeNeed(GiB, { kind: 'xz' });
  const said = computeNeed(GiB, { kind: 'xz', declared: GiB });
  expect(guess.bytes).toBeGreaterThan(20 * GiB);
  expect([said.bytes > 3 * GiB, said.bytes < 3.3 * GiB]).toEqual([true, true]);
  expect(said.atMost).toBe(guess.atMost);
});

test('a disk that is mostly holes does not ask for its whole size', () => {
  expect(computeNeed(MiB, { kind: 'zstd', declared: 100 * GiB })).toEqual(computeNeed(MiB, { kind: 'zstd' }));
});
