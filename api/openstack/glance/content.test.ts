import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForeignDoor } from '../../../adapters/foreign/door.ts';
import { buildDisk, convert, makeTar, patched } from '../../../test/hostile/images.ts';
import { bufferSource } from '../../../test/support/buffer-source.ts';
import { judgeContent } from './content.ts';

const foreign = openForeignDoor();
let dir: string;
const files: Record<string, Buffer> = {};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'content-'));
  const disk = buildDisk(join(dir, 'disk.raw'));
  const qcow2 = convert(disk, 'qcow2', join(dir, 'disk.qcow2'));
  convert(disk, 'vmdk', join(dir, 'disk.vmdk'), '-o', 'subformat=streamOptimized');
  // Its header names a file that lies beside it (bytes 8 to 20).
  const stolen = patched(join(dir, 'stolen'), qcow2, 8, [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 11]);
  files.raw = readFileSync(disk);
  files.qcow2 = readFileSync(qcow2);
  files.vmdk = readFileSync(join(dir, 'disk.vmdk'));
  files.backed = readFileSync(stolen);
  files.gz = gzipSync(files.qcow2);
  files.noise = Buffer.from(Array.from({ length: 1024 }, (_, index) => (index * 37) % 251));
  files.tar = readFileSync(makeTar(join(dir, 'machine.ova'), dir, 'disk.vmdk'));
  execFileSync('tar', ['-S', '-C', dir, '-cf', join(dir, 'sparse.tar'), 'disk.raw']);
  files.sparse = readFileSync(join(dir, 'sparse.tar'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function judged(file: string, diskFormat: string, containerFormat = 'bare') {
  return judgeContent(foreign, bufferSource(files[file] as Buffer), { diskFormat, containerFormat }, 1024 ** 4);
}
const MiB = 1024 ** 2;

test.each([
  ['raw', 'raw', 'bare', 48 * MiB],
  ['qcow2', 'qcow2', 'bare', 48 * MiB],
  ['vmdk', 'vmdk', 'bare', 48 * MiB],
  ['tar', 'vmdk', 'ova', 48 * MiB],
  ['noise', 'raw', 'bare', 1024],
  ['noise', 'aki', 'aki', null],
  ['gz', 'raw', 'bare', null],
  ['gz', 'qcow2', 'compressed', null],
])('%s may be kept as %s in %s', async (file, diskFormat, container, virtualSize) => {
  expect(await judged(file, diskFormat, container)).toEqual({ virtualSize });
});

test.each([
  ['qcow2', 'raw', /is qcow2 by its content/],
  ['vmdk', 'qcow2', /is vmdk by its content/],
  ['raw', 'qcow2', /is raw by its content/],
  ['noise', 'qcow2', /is not qcow2 by its content/],
  ['gz', 'qcow2', /is compressed/],
  ['tar', 'vmdk', /tar archive/],
  ['sparse', 'raw', /without its holes/],
  ['backed', 'qcow2', /not safe/],
  ['backed', 'raw', /not safe/],
  ['qcow2', 'aki', /is qcow2 by its content/],
])('%s may not be kept as %s', async (file, diskFormat, why) => {
  await expect(judged(file, diskFormat)).rejects.toMatchObject({
    code: 'unsupported-media',
    message: expect.stringMatching(why),
  });
});
