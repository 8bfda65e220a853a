import { existsSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitSource } from '../../../shared/formats/admit.ts';
import type { DiskFormat } from '../../../shared/formats/facts.ts';
import { bufferSource } from '../../support/buffer-source.ts';
import { type Base, baseImages } from './base-images.ts';
import { descriptors } from './bent-descriptors.ts';
import { differences, type Readings, reasons, unsafe } from './disagreements.ts';
import { bentFields } from './fields.ts';
import { type Mutant, makeMutant } from './mutants.ts';
import { rawDisks } from './raw-disks.ts';
import { openOsloReader, openProbingReader, openToldReader } from './readers.ts';

/**
 * Our detector against QEMU and OpenStack's inspector, on images bent at random. `npm run test:differential` takes 20,000; CI takes a part.
 * DIFFERENTIAL_SEED gives other images. One image again: DIFFERENTIAL_ONLY=index. The large run takes what has a line in `verdicts/` as well.
 */
const images = Number(process.env.DIFFERENTIAL_IMAGES ?? 1500);
const seed = Number(process.env.DIFFERENTIAL_SEED ?? 1);
const only = process.env.DIFFERENTIAL_ONLY;
const withFields = images >= 20_000 || process.env.DIFFERENTIAL_FIELDS !== undefined;

let dir: string;
let bases: Base[];
beforeAll(() => {
  // In memory where that is possible: every image is written once and read by four.
  dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'differential-'));
  for (const name of ['i', 'canary', 'made']) mkdirSync(join(dir, name));
  // Files that are there: what names them could really be opened.
  writeFileSync(join(dir, 'canary', 'secret'), Buffer.alloc(2 * 1024 ** 2, 'secret'));
  writeFileSync(join(dir, 'i', 'secret'), Buffer.alloc(2 * 1024 ** 2, 'secret'));
  bases = baseImages(join(dir, 'made'));
});
afterAll(() => rmSync(dir, { recursive: true }));

async function detected(bytes: Buffer): Promise<Pick<Readings, 'disk' | 'refused'>> {
  const { disk, findings } = await admitSource(bufferSource(bytes), {
    allowIso: true,
    maxVirtualBytes: 64 * 1024 ** 4,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
  return { disk, refused: findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code) };
}

const imagesOf = function* (): Generator<Mutant> {
  if (only) return yield makeMutant(seed, Number(only), bases);
  for (let index = 0; index < images; index++) yield makeMutant(seed, index, bases);
  if (!withFields) return;
  const named = ({ name, bytes }: { name: string; bytes: Buffer }, format: DiskFormat): Mutant => ({
    name,
    format,
    bytes: Buffer.from(bytes),
  });
  for (const base of bases) for (const bent of bentFields(base)) yield named(bent, base.format);
  for (const bent of descriptors(bases)) yield named(bent, 'vmdk');
  for (const disk of rawDisks()) if (disk.bytes.length > 0) yield named(disk, 'raw');
};

/** Readers wait more than they work: several images at a time, each with readers of its own, so that each opened file has its image. */
const lanes = 4;
async function openLane(number: number) {
  return {
    told: openToldReader(dir),
    probing: openProbingReader(dir, number),
    oslo: await openOsloReader(dir),
  };
}
type Lane = Awaited<ReturnType<typeof openLane>>;

test(`${images} bent images: nothing goes through that another reader takes for something else`, async () => {
  const counts = new Map<string, { count: number; example: string }>();
  const count = (what: string, example: string): void => {
    const entry = counts.get(what) ?? { count: 0, example };
    entry.count++;
    counts.set(what, entry);
  };
  const dangers: string[] = [];
  let looked = 0;
  let passed = 0;
  let opened = 0;
  const look = async ({ told, probing, oslo }: Lane, { name, format, bytes }: Mutant, index: number): Promise<void> => {
    const image = `${index}.img`;
    const path = join(dir, 'i', image);
    writeFileSync(path, bytes);
    const ours = await detected(bytes);
    const [one, two, three] = await Promise.all([
      told.read(image, ours.disk?.format ?? format),
      probing.read(image),
      oslo.read(image),
    ]);
    unlinkSync(path);
    const foreign = [...new Set([...one.opened, ...two.opened])];
    const readings: Readings = { ...ours, told: one, probed: two.format, oslo: three, opened: foreign };
    if (ours.disk) passed++;
    if (foreign.length > 0) opened++;
    for (const danger of unsafe(readings)) dangers.push(`${name}: ${danger}`);
    for (const difference of differences(readings)) count(difference, name);
    if (only) console.log(name, JSON.stringify(readings, null, 1));
  };
  const begin = performance.now();
  const waiting = imagesOf();
  await Promise.all(
    Array.from({ length: only ? 1 : lanes }, async (_, number) => {
      const lane = await openLane(number);
      try {
        for (let next = waiting.next(); !next.done; next = waiting.next()) {
          looked++;
          await look(lane, next.value, looked);
        }
      } finally {
        for (const reader of Object.values(lane)) reader.stop();
      }
    }),
  );
  const rows = [...counts].sort(([, a], [, b]) => b.count - a.count);
  const without = rows.filter(([difference]) => !reasons.some((known) => known.difference.test(difference)));
  const perSecond = Math.round((looked / (performance.now() - begin)) * 1000);
  console.log(
    [
      `${looked} images, seed ${seed}: ${passed} let through, ${dangers.length} of them unsafe; ${opened} of all made QEMU open another file. ${perSecond} a second.`,
      ...rows.map(([difference, { count: times }]) => `${String(times).padStart(6)}  ${difference}`),
    ].join('\n'),
  );
  expect(dangers).toEqual([]);
  expect(without.map(([difference, { example }]) => `${difference} (${example})`)).toEqual([]);
  // Proof that there was something to see: the canaries were opened, for images that are refused.
  if (!only) expect(opened).toBeGreaterThan(looked / 1000);
  if (!only) expect(passed).toBeGreaterThan(looked / 20);
}, 1_800_000);
