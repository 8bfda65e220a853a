import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../../shared/checks/catalogue.ts';
import { admitSource } from '../../../shared/formats/admit.ts';
import { secondOpinion } from '../../../workers/activities/admit.ts';
import { openFileSource } from '../../../workers/tools/file-source.ts';
import { fileInput } from '../../../workers/tools/qemu-img.ts';
import { buildDisk } from '../images.ts';
import { type KnownGood, knownGood } from './known-good.ts';

let dir: string;
let images: KnownGood[];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'known-good-'));
  images = knownGood(dir, buildDisk(join(dir, 'disk.raw')));
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true }));

const { signal } = new AbortController();
async function judged({ path }: KnownGood): Promise<string> {
  const source = await openFileSource(path);
  try {
    const { disk, findings } = await admitSource(source, {
      allowIso: false,
      maxVirtualBytes: 1024 ** 4,
      peek: () => Promise.resolve(Buffer.alloc(0)),
    });
    const all = [...findings, ...(disk ? await secondOpinion(fileInput(path), disk, signal) : [])];
    return all.find(({ outcome }) => outcome === 'fail')?.code ?? 'let through';
  } finally {
    await source.close();
  }
}

test('what is sound goes through our detector and both questions to QEMU, or has a documented code', async () => {
  const rows: { image: KnownGood; result: string }[] = [];
  for (const image of images) rows.push({ image, result: await judged(image) });
  const wrong = rows.filter(({ image, result }) => result !== (image.code ?? 'let through'));
  console.log(
    [
      `${images.length} sound images: ${rows.filter(({ result }) => result === 'let through').length} let through, ${wrong.length} not as expected.`,
      ...rows.map(({ image, result }) => `${image.writer.padEnd(11)} ${image.name.padEnd(62)} ${result}`),
    ].join('\n'),
  );
  expect(wrong.map(({ image, result }) => `${image.writer}, ${image.name}: ${result}`)).toEqual([]);
  for (const { result } of rows) if (result !== 'let through') expect(Object.keys(catalogue)).toContain(result);
});
