import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archive, member, oldSparse } from '../../test/hostile/formats/bent-archives.ts';
import { keptImages } from '../../test/hostile/images.ts';
import { makeXz } from '../../test/hostile/xz-index.ts';
import { bufferSource } from '../../test/support/buffer-source.ts';
import type { Admission } from '../contracts/run.ts';
import { admitSource } from './admit.ts';
import { xzSize } from './xz.ts';

/** The most that reading an image may cost, whatever the image contains. */

const MiB = 1024 ** 2;
const options = { allowIso: false, maxVirtualBytes: 1024 ** 4, peek: () => Promise.resolve(Buffer.alloc(0)) };
let dir: string;
let images: Record<string, string>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cost-'));
  ({ images } = await keptImages(dir));
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

test('an L1 table of the largest size costs little (L3)', async () => {
  // 4M entries: 128 GiB of clusters of 512 bytes, each entry naming another table.
  const cluster = 512;
  const entries = 4 * 1024 ** 2;
  const header = Buffer.alloc(cluster);
  header.write('QFI\xfb', 0, 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(9, 20);
  header.writeBigUInt64BE(BigInt(entries) * 32_768n, 24);
  header.writeUInt32BE(entries, 36);
  header.writeBigUInt64BE(BigInt(cluster), 40);
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(104, 100);
  const l1 = Buffer.alloc(entries * 8);
  const begins = cluster + l1.length;
  for (let index = 0; index < entries; index++) {
    const offset = begins + (entries - 1 - index) * cluster;
    l1.writeUInt32BE(Math.floor(offset / 2 ** 32), index * 8);
    l1.writeUInt32BE(offset % 2 ** 32, index * 8 + 4);
  }
  const front = Buffer.concat([header, l1]);
  const source = {
    size: begins + entries * cluster,
    read: (offset: number, length: number) => {
      const bytes = Buffer.alloc(length);
      front.copy(bytes, 0, Math.min(offset, front.length), Math.min(offset + length, front.length));
      return Promise.resolve(bytes);
    },
  };
  const begin = process.cpuUsage();
  const { disk } = await admitSource(source, options);
  const { user, system } = process.cpuUsage(begin);
  expect(disk?.variant).toBe('v3');
  // Some 0.3 s here. A comparison of each entry with each other one would take hours.
  expect((user + system) / 1e6).toBeLessThan(20);
});

test('the longest index of an xz file that is read costs little', async () => {
  const bytes = makeXz(4 * MiB - 100, 1);
  const begin = process.cpuUsage();
  expect(await xzSize(bufferSource(bytes))).toEqual({ bytes: 4 * MiB - 100, exact: true });
  const { user, system } = process.cpuUsage(begin);
  expect((user + system) / 1e6).toBeLessThan(5);
  expect(await xzSize(bufferSource(makeXz(4 * MiB, 1)))).toEqual({ bytes: 0, exact: false });
});

test('the longest map of a sparse member costs few reads', async () => {
  const read = async (blocks: number): Promise<{ reads: number; admission: Admission }> => {
    const source = bufferSource(archive(oldSparse(Buffer.from('data'), blocks)));
    let reads = 0;
    const counted = {
      ...source,
      read: (offset: number, length: number) => {
        reads++;
        return source.read(offset, length);
      },
    };
    return { admission: await admitSource(counted, options), reads };
  };
  // A megabyte of map, as long as it may be in all other forms.
  const longest = await read(2048);
  expect(longest.admission.layers.map(({ kind }) => kind)).toEqual(['tar', 'pieces']);
  expect(longest.reads).toBeLessThan(50);
  const longer = await read(100_000);
  expect(longer.admission.findings).toMatchObject([{ code: 'damaged-header', outcome: 'fail' }]);
  expect(longer.reads).toBeLessThan(50);
});

test('an envelope that lists very many files costs no more beside many members', async () => {
  const files = Array.from({ length: 28_000 }, (_, index) => `<File id="${index}" href="f${index}"/>`).join('');
  const envelopes = [...'abcdefgh'].map((name) => member({ name }, `<Envelope>${files}</Envelope>`));
  const cost = async (...parts: Buffer[]): Promise<number> => {
    const begin = process.cpuUsage();
    const { findings } = await admitSource(bufferSource(archive(...parts)), options);
    expect(findings.map(({ outcome }) => outcome)).toEqual(['fail']);
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6;
  };
  const members = Array.from({ length: 900 }, (_, index) => member({ name: `m${index}` }, 'x'));
  const apart = (await cost(...envelopes)) + (await cost(...members));
  // A comparison of each file with each member takes seconds more.
  expect(await cost(...envelopes, ...members)).toBeLessThan(1.5 * apart + 0.2);
});

test('an envelope with one element of very many attributes costs no more than its length', async () => {
  const begin = process.cpuUsage();
  const element = `<File${' id="a" href="b"'.repeat(60_000)}/>`;
  const { findings } = await admitSource(bufferSource(archive(member({}, `<Envelope>${element}</Envelope>`))), options);
  expect(findings).toMatchObject([{ outcome: 'fail', code: 'ova-file-missing' }]);
  // Whoever looks at all attributes for each of them takes half a minute.
  expect(process.cpuUsage(begin).user / 1e6).toBeLessThan(4);
});

test('no mutation of a sound image makes the detector throw, hang or read much', async () => {
  const originals = [
    'qcow2 v3',
    'vmdk monolithicSparse',
    'vmdk streamOptimized',
    'vhd dynamic',
    'vhdx dynamic',
    'vdi dynamic',
    'parallels',
    'ova',
    'raw',
  ].map((name) => readFileSync(images[name] as string).subarray(0, 6 * MiB));
  const mutation = fc.record({ where: fc.nat(70_000), value: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...originals),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      async (original, mutations) => {
        const bytes = Buffer.from(original);
        for (const { where, value } of mutations) bytes.set(value, Math.min(where, bytes.length - value.length));
        const source = bufferSource(bytes);
        const { disk, findings } = await admitSource(source, options);
        expect(source.readBytes).toBeLessThan(80 * MiB);
        expect(disk !== undefined || findings.some(({ outcome }) => outcome === 'fail')).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
}, 120_000);
