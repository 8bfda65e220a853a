/// <reference lib="dom" />
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { visitPortal } from '../support/portal-visit.ts';
import { writeSparseDisk } from '../support/sparse-disk.ts';
import { type Line, startSlowLink } from './slow-link.ts';

/** Uploads as people do them: many at once, dropped on the page, on a laptop that sleeps. A real browser and a real object store. */

const MiB = 1024 ** 2;
const fast: Line = { bitsPerSecond: 8e9, roundTripMs: 0 };

const link = await startSlowLink(fast);
const portal = visitPortal({ roles: [], env: { S3_PUBLIC_ENDPOINT: link.url } });
let folder: string;
let member: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'real-use-'));
  link.target = portal.installation.env.S3_ENDPOINT as string;
  member = await portal.newKey('member');
});
beforeEach(() => {
  link.line = fast;
});
afterAll(async () => {
  await link.close();
  await rm(folder, { recursive: true });
});

async function sparseDisk(name: string, size: number): Promise<string> {
  const path = join(folder, name);
  await writeSparseDisk(path, size, randomBytes(MiB));
  return path;
}

async function hashOf(stream: NodeJS.ReadableStream): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(stream, hash);
  return hash.digest('hex');
}
async function keyOf(name: string): Promise<string> {
  const { upload_key } = await portal.installation.db
    .selectFrom('images')
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .select('upload_key')
    .executeTakeFirstOrThrow();
  return upload_key;
}
async function expectStored(name: string, path: string): Promise<void> {
  const stored = await hashOf(await portal.installation.s3.getObject('uploads', await keyOf(name)));
  expect([name, stored]).toEqual([name, await hashOf(createReadStream(path))]);
}

function dock() {
  return portal.page.getByRole('region', { name: 'Uploads' });
}
function dialog() {
  return portal.page.getByRole('dialog', { name: 'Image hochladen' });
}
/** Sends what the dialog holds, once it has recognised so many disks. */
async function sendRecognised(count: number): Promise<void> {
  await expect
    .poll(
      () =>
        dialog()
          .getByText(/^Erkannt: raw/)
          .count(),
      { timeout: 60_000 },
    )
    .toBe(count);
  await dialog().getByRole('button', { name: 'Erstelle' }).click();
}
async function startUpload(...paths: string[]): Promise<void> {
  const { page } = portal;
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles(paths);
  await sendRecognised(paths.length);
}
async function percentDone(): Promise<number> {
  return Number(await dock().getByRole('progressbar').getAttribute('aria-valuenow'));
}

test('ten files at once, dropped from the desktop', async () => {
  const names = Array.from({ length: 10 }, (_, number) => `web-${number}`);
  const paths = await Promise.all(names.map((name) => sparseDisk(`${name}.raw`, 24 * MiB)));
  await portal.signIn(member);
  const { page } = portal;
  await page.getByRole('button', { name: 'Image hochladen' }).waitFor();
  // As the window system does it: the page gets files with a place on the disk, and no script makes them.
  const devTools = await page.context().newCDPSession(page);
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    devTools.send('Input.dispatchDragEvent', {
      type,
      x: 700,
      y: 500,
      data: { items: [], files: paths, dragOperationsMask: 1 },
    });
  await drag('dragEnter');
  await drag('dragOver');
  await drag('drop');
  await sendRecognised(10);
  await expect.poll(() => dock().getByText('Hochgeladen').count(), { timeout: 120_000 }).toBe(10);
  for (const [index, name] of names.entries()) await expectStored(name, paths[index] as string);
});

/** The process group of the browser that this process has started. */
async function browserGroup(): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (parent === process.pid && command.includes('--remote-debugging-pipe')) return Number(pid);
  }
  throw new Error('no browser');
}

test('a laptop that sleeps for an hour goes on where it was', async () => {
  const path = await sparseDisk('asleep.raw', 64 * MiB);
  await portal.page.clock.install();
  await portal.signIn(member);
  link.line = { bitsPerSecond: 30e6, roundTripMs: 20 };
  await startUpload(path);
  await expect.poll(percentDone, { timeout: 60_000 }).toBeGreaterThanOrEqual(30);
  // All of the browser stands still; meanwhile the router forgets its connections.
  const group = await browserGroup();
  process.kill(-group, 'SIGSTOP');
  link.cut();
  await wait(15_000);
  process.kill(-group, 'SIGCONT');
  await portal.page.clock.fastForward('01:00:00');
  await dock().getByText('Hochgeladen').waitFor({ timeout: 120_000 });
  await expectStored('asleep', path);
});
