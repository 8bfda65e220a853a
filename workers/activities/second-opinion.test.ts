import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import type { Admission, DetectedDisk } from '../../shared/contracts/run.ts';
import { admitTask } from '../../shared/formats/admit-foreign.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import { buildDisk, convert, soundImages } from '../../test/hostile/images.ts';
import {
  begunWith,
  probedAsBochs,
  probedAsCloop,
  probedAsQcow,
  probedAsVdi,
  probedAsVmdk,
} from '../../test/hostile/readings.ts';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { digest, hash } from '../bytes/hash.ts';
import { sourceUpload } from '../bytes/uploads.ts';
import { peekLayer } from '../tools/decompress.ts';
import { openFileSource } from '../tools/file-source.ts';
import { fileInput, qemuImgProbe } from '../tools/qemu-img.ts';
import { admitUpload, secondOpinion } from './admit.ts';
import { convertUpload } from './convert.ts';

/** QEMU as a separate wall: here our detector is left out, or gets wrong input. */

const MiB = 1024 ** 2;
const foreign = openForeignDoor();
let dir: string;
let disk: string;
let images: Record<string, string>;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'opinion-'));
  disk = buildDisk(join(dir, 'disk.raw'));
  images = soundImages(dir, disk);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

const { signal } = new AbortController();
const control = { signal, progress: () => undefined };
const raw: DetectedDisk = { format: 'raw', variant: 'gpt', virtualSize: 48 * MiB };
function written(name: string, bytes: Buffer): string {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
}
const readings: [string, () => Buffer][] = [
  ['vmdk', () => probedAsVmdk('/etc/hostname')],
  ['bochs', probedAsBochs],
  ['cloop', probedAsCloop],
  ['qcow', probedAsQcow],
  ['vdi', probedAsVdi],
];

describe('what QEMU takes a raw disk for when it is not told', () => {
  test.each(readings)('%s is not raw', async (name, beginning) => {
    const path = written(`probed-${name}`, begunWith(disk, beginning()));
    expect(await qemuImgProbe(fileInput(path), signal)).not.toBe('raw');
    expect((await secondOpinion(fileInput(path), raw, signal)).map(({ code }) => code)).toEqual(['hidden-format']);
  });

  test('sound images are what they are declared to be', async () => {
    const formats: Record<string, DetectedDisk['format']> = {
      raw: 'raw',
      'qcow2 v3': 'qcow2',
      'vmdk streamOptimized': 'vmdk',
      'vhd dynamic': 'vpc',
      'vhdx dynamic': 'vhdx',
      'vdi static': 'vdi',
      parallels: 'parallels',
    };
    for (const [name, format] of Object.entries(formats)) {
      const declared = { format, variant: '', virtualSize: 48 * MiB };
      expect(await secondOpinion(fileInput(images[name] as string), declared, signal), name).toEqual([]);
    }
    const fixed = { format: 'vpc', variant: 'fixed', virtualSize: 48 * MiB } as const;
    expect(await secondOpinion(fileInput(images['vhd fixed'] as string), fixed, signal)).toEqual([]);
  });
});

function admit(bytes: Buffer) {
  return admitUpload(
    { foreign, peek: peekLayer },
    {
      source: bufferSource(bytes),
      allowIso: true,
      maxVirtualBytes: 1024 ** 4,
      maxUploadBytes: 1024 ** 4,
      scratchDir: dir,
    },
    control,
  );
}

test('what is no disk is shown to QEMU all the same, for some of it is served as it came', async () => {
  const { findings } = await admit(Buffer.alloc(MiB, 'nothing'));
  expect(findings.map(({ code }) => code)).toEqual(['unrecognised']);
});

describe('the output is looked at whatever admit has said', () => {
  const scratch = () => mkdtempSync(join(dir, 's-'));
  /** The detector says so of what is brought; what comes out it sees as it is. */
  const deceived = (admission: Admission): ForeignDoor => {
    let asked = 0;
    const run = (task: { name: string }, ...rest: never[]) =>
      task.name === admitTask.name && asked++ === 0
        ? Promise.resolve({ state: 'done', value: admission })
        : (foreign.run as (...args: unknown[]) => unknown)(task, ...rest);
    return { ...foreign, run: run as ForeignDoor['run'] };
  };
  const converted = async (path: string, from: DetectedDisk, target: 'raw' | 'qcow2') => {
    const source = await openFileSource(path);
    const admission: Admission = { layers: [{ kind: 'disk' }], disk: from, findings: [] };
    try {
      return await convertUpload(
        { foreign: deceived(admission), peek: peekLayer, bytes: { hash, digest } },
        {
          upload: sourceUpload(source),
          admission,
          target,
          allowIso: false,
          maxVirtualBytes: 1024 ** 4,
          scratchDir: scratch(),
        },
        control,
      );
    } finally {
      await source.close();
    }
  };

  test.each(readings)('a raw disk that begins as %s', async (name, beginning) => {
    const path = written(`out-${name}`, begunWith(disk, beginning()));
    const { findings, converted: output } = await converted(path, raw, 'raw');
    expect(findings.map(({ code }) => code)).toEqual(['hidden-format']);
    expect(output).toBeUndefined();
    // Within a qcow2 it is what the guest sees, and nobody probes that.
    expect((await converted(path, raw, 'qcow2')).findings).toEqual([]);
  });

  test('data of more than the image may become ends the step, and leaves nothing', async () => {
    const path = join(dir, 'full.raw');
    writeFileSync(path, Buffer.alloc(100 * MiB, 'x'));
    truncateSync(path, 128 * MiB);
    const compressed = convert(path, 'qcow2', join(dir, 'full.qcow2'), '-c');
    const from = { format: 'qcow2', variant: 'v3', virtualSize: 128 * MiB } as const;
    expect((await converted(compressed, from, 'raw')).findings).toEqual([]);
    const { findings, converted: output } = await converted(compressed, { ...from, allocatedAtMost: 8 * MiB }, 'raw');
    expect(findings).toMatchObject([
      { code: 'expands-too-much', params: { size: readFileSync(compressed).length, limit: expect.any(Number) } },
    ]);
    expect(output).toBeUndefined();
  });
});
