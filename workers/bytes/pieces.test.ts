import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { splitPieces } from './pieces.ts';

const dir = mkdtempSync(join(tmpdir(), 'pieces-'));
afterAll(() => rmSync(dir, { recursive: true }));

const noise = randomBytes(5000);
const path = join(dir, 'f');
function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('pieces are the file where it has data, and zeros elsewhere, whatever its spans are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 900 }),
      fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 1, max: 1500 })), { maxLength: 12 }),
      async (size, pieceSize, gaps) => {
        writeFileSync(path, noise.subarray(0, size));
        let at = 0;
        const data = gaps.flatMap(([gap, length]) => {
          const span = { offset: at + gap, size: Math.min(length, size - at - gap) };
          at += gap + length;
          return span.size > 0 ? [span] : [];
        });
        const expected = Buffer.alloc(size);
        for (const { offset, size: length } of data) noise.copy(expected, offset, offset, offset + length);
        const got: Buffer[] = [];
        for await (const { bytes, offset, done } of splitPieces({ path, size, data }, pieceSize)) {
          expect(offset).toBe(got.reduce((sum, each) => sum + each.length, 0));
          got.push(Buffer.from(bytes));
          done();
        }
        expect(sha256(Buffer.concat(got))).toBe(sha256(expected));
      },
    ),
    { numRuns: 300 },
  );
});

test('what is still needed is not overwritten', async () => {
  writeFileSync(path, noise);
  const held = [];
  for await (const piece of splitPieces({ path, size: noise.length }, 1000)) held.push(piece.bytes);
  expect(Buffer.concat(held).equals(noise)).toBe(true);
});

test('a file of another size is refused', async () => {
  writeFileSync(path, noise);
  truncateSync(path, 4999);
  await expect(splitPieces({ path, size: 5000 }, 1000).next()).rejects.toMatchObject({ code: 'tool-failed' });
});
