/// <reference lib="dom" />
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { visitPortal } from '../support/portal-visit.ts';
import { writeSparseDisk } from '../support/sparse-disk.ts';

/**
 * A file that is much larger than the memory of the machine, sent by a browser to a real object store. The file itself has holes and takes no room; every byte of it
 * goes over the line, and the store keeps them all: the parts, and at the end for a moment the whole object beside them.
 */

const [MiB, GiB] = [1024 ** 2, 1024 ** 3];
const gibibytes = Number(process.env.LARGE_FILE_GIB ?? 20);
const size = gibibytes * GiB;

/** Room that others need meanwhile. */
const spareBytes = 6 * GiB;

const { bavail, bsize } = await statfs(tmpdir());
const wanted = 2 * size + spareBytes;
const isTooFull = bavail * bsize < wanted;
if (isTooFull) {
  process.stderr.write(
    `SKIPPED: a file of ${gibibytes} GiB through the browser. ${tmpdir()} has ${Math.floor((bavail * bsize) / GiB)} GiB free, and the store needs ${Math.ceil(wanted / GiB)} GiB. Make room, or set LARGE_FILE_GIB to fewer.\n`,
  );
}

const portal = visitPortal({ roles: [] });

async function hashOf(stream: NodeJS.ReadableStream): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(stream, hash);
  return hash.digest('hex');
}

/** Bytes in memory of all processes of the browser that this process has started; shared pages count once. */
async function browserMemory(): Promise<number> {
  const processes = new Map<number, { parent: number; name: string }>();
  for (const pid of (await readdir('/proc')).map(Number).filter(Boolean)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    processes.set(pid, { parent, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) });
  }
  const isOfBrowser = (pid: number): boolean => {
    const { parent = 0, name = '' } = processes.get(pid) ?? {};
    return parent === process.pid ? /chrom/i.test(name) : parent > 1 && isOfBrowser(parent);
  };
  let bytes = 0;
  for (const pid of [...processes.keys()].filter(isOfBrowser)) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    bytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  }
  return bytes;
}

test.skipIf(isTooFull)(
  `a file of ${gibibytes} GiB arrives whole, and the page stays small`,
  { timeout: 7_200_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'large-file-'));
    try {
      const path = join(folder, 'huge.raw');
      await writeSparseDisk(path, size, randomBytes(MiB));
      const file = await open(path, 'r+');
      for (let at = GiB; at < size; at += GiB) await file.write(randomBytes(MiB), 0, MiB, at);
      await file.close();

      await portal.signIn(await portal.newKey('member'));
      const { page } = portal;
      const devTools = await page.context().newCDPSession(page);
      await devTools.send('Performance.enable');
      const heapBytes = async (): Promise<number> => {
        const { metrics } = await devTools.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
      };
      const requests = { parts: 0, others: 0 };
      page.on('request', (request) => {
        requests[/partNumber=/.test(request.url()) && request.method() === 'PUT' ? 'parts' : 'others']++;
      });
      await page.getByRole('button', { name: 'Image hochladen' }).click();
      await page.locator('input[type=file]').setInputFiles(path);
      const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
      await dialog.getByText(/^Erkannt: raw/).waitFor();
      const before = { heap: await heapBytes(), browser: await browserMemory() };
      const most = { ...before };
      const start = performance.now();
      await dialog.getByRole('button', { name: 'Erstelle' }).click();
      const arrived = page.getByRole('region', { name: 'Uploads' }).getByText('Hochgeladen');
      while ((await arrived.count()) === 0) {
        most.heap = Math.max(most.heap, await heapBytes());
        most.browser = Math.max(most.browser, await browserMemory());
        await page.waitForTimeout(1000);
      }
      const seconds = Math.round((performance.now() - start) / 1000);
      const inMiB = ({ heap, browser }: typeof most): string =>
        `${Math.round(heap / MiB)} MiB of the page's own, ${Math.round(browser / MiB)} MiB of the whole browser`;
      process.stderr.write(
        `${gibibytes} GiB in ${seconds} s (${Math.round(size / MiB / seconds)} MiB/s), ${requests.parts} parts and ${requests.others} other requests; memory before: ${inMiB(before)}; at most: ${inMiB(most)}\n`,
      );
      // What is sent at a time is a few parts, however large the file is.
      expect(most.heap).toBeLessThan(100 * MiB);
      expect(most.browser - before.browser).toBeLessThan(500 * MiB);

      const { upload_key } = await portal.installation.db
        .selectFrom('images')
        .where('name', '=', 'huge')
        .select('upload_key')
        .executeTakeFirstOrThrow();
      const { s3 } = portal.installation;
      expect((await s3.statObject('uploads', upload_key)).size).toBe(size);
      const stored = await hashOf(await s3.getObject('uploads', upload_key));
      expect(stored).toBe(await hashOf(createReadStream(path)));
      await s3.removeObject('uploads', upload_key);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
