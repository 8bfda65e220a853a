import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../shared/contracts/finding.ts';
import { admitSource } from '../../../shared/formats/admit.ts';
import type { AdmitOptions } from '../../../shared/formats/layers.ts';
import { bufferSource } from '../../support/buffer-source.ts';
import { type Base, baseImages } from './base-images.ts';
import { archives } from './bent-archives.ts';
import { descriptors } from './bent-descriptors.ts';
import { layered } from './bent-layers.ts';
import { bentFields } from './fields.ts';
import { rawDisks } from './raw-disks.ts';

/**
 * What the detector says of every value of every field: one line each in `verdicts/`. A change there is a change of what is let through: look at each line
 * before you take it over (`npx vitest run --project formats -u`), and ask QEMU about it (`npm run test:differential` does).
 */

const options: AdmitOptions = {
  allowIso: true,
  maxVirtualBytes: 1024 ** 4,
  peek: () => Promise.resolve(Buffer.alloc(0)),
};

let dir: string;
let bases: Base[];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'verdicts-'));
  bases = baseImages(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

function told({ code, outcome, params }: Finding): string {
  return [
    outcome === 'fail' ? code : `${outcome}: ${code}`,
    ...Object.entries(params ?? {}).map((pair) => pair.join('=')),
  ].join(' ');
}

async function findVerdict(bytes: Buffer, more: Partial<AdmitOptions> = {}): Promise<string> {
  const { disk, layers, findings } = await admitSource(bufferSource(bytes), { ...options, ...more });
  const wrapped = layers.map(({ kind, member, offset, size }) =>
    [kind, member, offset, size].filter((each) => each !== undefined).join(' '),
  );
  const most =
    disk?.allocatedAtMost === bytes.length
      ? 'the file'
      : disk?.allocatedAtMost === disk?.virtualSize
        ? 'the disk'
        : 'more';
  return [
    ...(disk ? [`through ${disk.format}, ${disk.variant}, ${disk.virtualSize} bytes, data: ${most}`] : []),
    ...findings.filter(({ code }) => code !== 'format').map(told),
    ...(wrapped.length > 0 && wrapped.join() !== 'disk' ? [`layers: ${wrapped.join(', ')}`] : []),
  ].join('; ');
}

/** Bends of one place that come to the same stand in one line. */
async function table(
  images: Iterable<{ name: string; bytes: Buffer; options?: Partial<AdmitOptions> }>,
): Promise<string> {
  const lines: { place: string; values: string[]; verdict: string }[] = [];
  for (const { name, bytes, options } of images) {
    const [, place = name, value = ''] = /^(.* \+\d+) (\S+)$/.exec(name) ?? [];
    const verdict = await findVerdict(bytes, options);
    const last = lines.at(-1);
    if (value && last?.place === place && last.verdict === verdict) last.values.push(value);
    else lines.push({ place, values: value ? [value] : [], verdict });
  }
  return `${lines.map(({ place, values, verdict }) => `${[place, values.join(',')].filter(Boolean).join(' ')}: ${verdict}`).join('\n')}\n`;
}

const names = [
  'raw gpt',
  'raw mbr',
  'raw ext',
  'iso',
  'qcow2',
  'qcow2 v2',
  'qcow2 compressed',
  'qcow2 zstd',
  'qcow2 extended',
  'qcow2 512',
  'vmdk sparse',
  'vmdk streamed',
  'vmdk footer',
  'vhd dynamic',
  'vhd fixed',
  'vhdx',
  'vdi',
  'vdi static',
  'parallels',
  'qed',
];
test('every base image has its table', () => expect(bases.map(({ name }) => name)).toEqual(names));

test.each(names)('%s', async (name) => {
  const base = bases.find((each) => each.name === name) as Base;
  await expect(await table(bentFields(base))).toMatchFileSnapshot(`verdicts/${name.replaceAll(' ', '-')}.txt`);
});

test.each([
  ['raw disks', rawDisks],
  ['descriptors', descriptors],
  ['archives', archives],
  ['layers', layered],
])('%s', async (name, make) => {
  await expect(await table(make(bases))).toMatchFileSnapshot(`verdicts/${name.replaceAll(' ', '-')}.txt`);
});
