import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Deliverable } from '../../shared/ports/targets.ts';
import { createDirectoryTarget } from './directory.ts';

/** Others may write into a shared folder too. test/conformance/targets.test.ts has what the port promises. */

let base: string;
let root: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'directory-'));
  root = join(base, 'share');
  await mkdir(root);
});
afterEach(() => rm(base, { recursive: true, force: true }));

const bytes = Buffer.from('the disk');
const sha256 = createHash('sha256').update(bytes).digest('hex');
function someImage(): Deliverable {
  return {
    ...{ imageId: randomUUID(), projectId: 'demo', name: 'x', format: 'qcow2', virtualSize: 1, properties: {} },
    ...{ documents: [], digests: { sha256, md5: undefined, sha512: undefined } },
    source: { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) },
  } as Deliverable;
}
const control = () => ({ signal: AbortSignal.timeout(20_000), progress: () => undefined });
const refused = { code: 'forbidden', retryable: false };

test('no bytes go through a link that stands where a file of ours is written', async () => {
  const image = someImage();
  const folder = join(root, image.projectId, image.imageId);
  const victim = join(base, 'of-the-worker');
  await mkdir(folder, { recursive: true });
  await writeFile(victim, 'code');
  await symlink(victim, join(folder, `.${sha256}.qcow2.partial`));
  await expect(
    createDirectoryTarget('t', { kind: 'directory', path: root }).deliver(image, control()),
  ).rejects.toMatchObject(refused);
  expect(await readFile(victim, 'utf8')).toBe('code');
});

test('a folder of ours that leads elsewhere is neither filled nor cleared', async () => {
  const image = someImage();
  const elsewhere = join(base, 'elsewhere');
  await mkdir(join(elsewhere, image.imageId), { recursive: true });
  await writeFile(join(elsewhere, image.imageId, 'SHA256SUMS'), 'of somebody else');
  await symlink(elsewhere, join(root, image.projectId));
  const target = createDirectoryTarget('t', { kind: 'directory', path: root });
  await expect(target.deliver(image, control())).rejects.toMatchObject(refused);
  const left = { ...image, wasThere: false };
  await expect(target.clear(left, control().signal)).rejects.toMatchObject(refused);
  expect(await readdir(join(elsewhere, image.imageId))).toEqual(['SHA256SUMS']);
});

test('the folder itself may be a link: so mounts are often named', async () => {
  const link = join(base, 'named');
  await symlink(root, link);
  const image = someImage();
  const { location } = await createDirectoryTarget('t', { kind: 'directory', path: link }).deliver(image, control());
  expect(await readFile(location)).toEqual(bytes);
});

test.each([
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ['a link to a device without an end', (path: string) => symlink('/dev/zero', path)],
  ['a file that is far too long', (path: string) => writeFile(path, Buffer.alloc(64 * 1024 ** 2, ' '))],
])('%s instead of a record is not read', async (_what, put) => {
  const image = someImage();
  const folder = join(root, image.projectId, image.imageId);
  await mkdir(folder, { recursive: true });
  await put(join(folder, `${sha256}.stream.json`));
  const target = createDirectoryTarget('t', { kind: 'directory', path: root, simplestreams: true });
  const before = process.memoryUsage().rss;
  await target.deliver(image, control());
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 ** 2);
  expect(await readFile(join(root, 'streams/v1/images.json'), 'utf8')).toContain(image.imageId);
});
