import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildSbom, type Sbom } from '../../shared/sbom/cyclonedx.ts';
import { keepOutput, refuseExisting, writeSbom } from './check-output.ts';

const MiB = 1024 ** 2;
let dir: string;
let elsewhere: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-'));
  // Another filesystem.
  elsewhere = await mkdtemp('/dev/shm/output-');
});
afterEach(async () => {
  for (const folder of [dir, elsewhere]) await rm(folder, { recursive: true });
});
const image = { sha256: '00'.repeat(32), madeAt: new Date() };
const never = new AbortController().signal;

async function sparseFile(): Promise<string> {
  const path = join(dir, 'disk.raw');
  await writeFile(path, Buffer.alloc(MiB, 'x'));
  await truncate(path, 64 * MiB + 7);
  return path;
}

test('the disk is moved', async () => {
  await keepOutput(await sparseFile(), join(dir, 'kept.raw'), never);
  expect((await stat(join(dir, 'kept.raw'))).size).toBe(64 * MiB + 7);
});

test('onto another filesystem it is copied, holes and all', async () => {
  const from = await sparseFile();
  const to = join(elsewhere, 'kept.raw');
  expect((await stat(elsewhere)).dev).not.toBe((await stat(dir)).dev);
  await keepOutput(from, to, never);
  expect((await readFile(to)).equals(await readFile(from))).toBe(true);
  expect((await stat(to)).blocks * 512).toBeLessThan(4 * MiB);
});

test('a copy that is interrupted leaves nothing', async () => {
  const to = join(elsewhere, 'kept.raw');
  const stopped = new Error('interrupted');
  await expect(keepOutput(await sparseFile(), to, AbortSignal.abort(stopped))).rejects.toBe(stopped);
  await expect(stat(to)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a folder that is not there', async () => {
  const sbom = buildSbom(
    [{ name: 'a', epoch: 0, version: '1', release: '', arch: '' }],
    { packageFormat: 'deb' },
    image,
  );
  await expect(writeSbom(join(dir, 'no/bill.json'), sbom as Sbom)).rejects.toMatchObject({
    message: expect.stringContaining('bill of materials'),
    remedy: expect.stringContaining('folder exists'),
  });
  await expect(keepOutput(await sparseFile(), join(dir, 'no/kept.raw'), never)).rejects.toMatchObject({
    code: 'unavailable',
    remedy: expect.stringContaining('folder exists'),
  });
});

test('nothing is written over', async () => {
  await expect(refuseExisting(await sparseFile())).rejects.toMatchObject({ code: 'conflict' });
  await refuseExisting(join(dir, 'new.raw'));
});
