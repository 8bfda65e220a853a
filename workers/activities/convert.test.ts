import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import type { Conversion } from '../../shared/checks/examine.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { archive, member, paxRecord } from '../../test/hostile/formats/bent-archives.ts';
import { buildDisk, largeSectors, patched, soundImages } from '../../test/hostile/images.ts';
import { digest, hash } from '../bytes/hash.ts';
import { sourceUpload } from '../bytes/uploads.ts';
import { peekLayer } from '../tools/decompress.ts';
import { openFileSource } from '../tools/file-source.ts';
import { admitUpload } from './admit.ts';
import { convertUpload } from './convert.ts';
import type { StepControl } from './step.ts';

const MiB = 1024 ** 2;
const foreign = openForeignDoor();
let dir: string;
let scratchDir: string;
let images: Record<string, string>;
let original: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'convert-'));
  const disk = buildDisk(join(dir, 'disk.raw'));
  original = sha256(disk);
  images = soundImages(dir, disk);
  const pack = (name: string, from: string, command: string, ...args: string[]) => {
    writeFileSync(join(dir, name), execFileSync(command, [...args, '-c', from], { maxBuffer: 1024 * MiB }));
    images[name] = join(dir, name);
  };
  pack('raw.gz', disk, 'gzip');
  pack('raw.zst', disk, 'zstd', '-q');
  // As pzstd writes it: a frame to be skipped comes first, and one between.
  const skipped = Buffer.from('502a4d1804000000aaaaaaaa', 'hex');
  const zst = readFileSync(images['raw.zst'] as string);
  images['raw.pzst'] = join(dir, 'raw.pzst');
  writeFileSync(images['raw.pzst'], Buffer.concat([skipped, zst, skipped]));
  pack('raw.bz2', disk, 'bzip2');
  pack('qcow2.xz', images['qcow2 v3'] as string, 'xz', '-1');
  pack('vhd fixed.gz', images['vhd fixed'] as string, 'gzip', '-1');
  pack('ova.gz', images.ova as string, 'gzip', '-1');
  const sparse = (name: string, ...options: string[]) => {
    images[name] = join(dir, `${name}.tar`);
    execFileSync('tar', ['-S', ...options, '-C', dir, '-cf', images[name], 'disk.raw']);
  };
  sparse('tar sparse, GNU', '--format=oldgnu');
  for (const version of ['0.0', '0.1', '1.0']) {
    sparse(`tar sparse, pax ${version}`, '--format=pax', `--sparse-version=${version}`);
  }
  // As Google Cloud wants its images.
  pack('tar sparse, GNU.gz', images['tar sparse, GNU'] as string, 'gzip', '-1');
  pack('raw.tar.xz', images['tar sparse, pax 1.0'] as string, 'xz', '-0');
  // DSP0243, 7.1: ovf:compression="gzip".
  images['ova of gzip'] = join(dir, 'gzip.ova');
  const packed = gzipSync(readFileSync(images['vmdk streamOptimized'] as string));
  writeFileSync(images['ova of gzip'], archive(member({ name: 'a.vmdk.gz' }, packed)));
  images['ova in chunks'] = chunkedOva(join(dir, 'chunks.ova'), images['vmdk streamOptimized'] as string);
}, 180_000);
afterAll(() => rmSync(dir, { recursive: true }));
beforeEach(() => {
  scratchDir = mkdtempSync(join(dir, 's-'));
});

/** As ovftool writes them with --chunkSize. */
function chunkedOva(path: string, vmdk: string): string {
  const folder = mkdtempSync(join(dir, 'chunks-'));
  execFileSync('split', ['-b', '1M', '-d', '-a', '9', vmdk, join(folder, 'a.vmdk.')]);
  const envelope = `<Envelope><File href="a.vmdk" id="f" chunkSize="${MiB}"/><Disk fileRef="f"/></Envelope>`;
  writeFileSync(join(folder, 'a.ovf'), envelope);
  execFileSync('tar', ['--format=ustar', '--sort=name', '-C', folder, '-cf', path, 'a.ovf', ...chunksIn(folder)]);
  return path;
}
function chunksIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /\d{9}$/.test(name));
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
const percents: number[] = [];
function control(signal = new AbortController().signal): StepControl {
  return {
    signal,
    progress: (percent) => percents.push(percent),
  };
}
const limits = { allowIso: false, maxVirtualBytes: 1024 ** 4 };

async function process(
  source: ByteSource,
  more: { target?: 'raw' | 'qcow2' | 'keep'; signal?: AbortSignal; maxVirtualBytes?: number } = {},
): Promise<Conversion & { admitted: string[] }> {
  const { signal, target = 'raw', ...rest } = more;
  const admission = await admitUpload(
    { foreign, peek: peekLayer },
    { source, ...limits, ...rest, maxUploadBytes: 1024 ** 4, scratchDir },
    control(signal),
  );
  const admitted = admission.findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
  if (admitted.length > 0) return { admitted, layers: [], findings: admission.findings, tools: {} };
  const conversion = await convertUpload(
    { foreign, peek: peekLayer, bytes: { hash, digest } },
    { upload: sourceUpload(source), admission, target, ...limits, ...rest, scratchDir },
    control(signal),
  );
  return { ...conversion, admitted };
}
async function processFile(path: string, more = {}) {
  const source = await openFileSource(path);
  try {
    return await process(source, more);
  } finally {
    await source.close();
  }
}
function failing({ findings }: Conversion): string[] {
  return findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
}

describe('every format comes out as the disk it was made from, block for block', () => {
  test.each([
    'raw',
    'qcow2 v3',
    'qcow2 v2',
    'qcow2 compressed',
    'qcow2 zstd',
    'qcow2 extended L2',
    'vmdk monolithicSparse',
    'vmdk streamOptimized',
    'vhd dynamic',
    'vhd fixed',
    'vhdx dynamic',
    'vdi dynamic',
    'vdi static',
    'parallels',
    'ova',
    'raw.gz',
    'raw.zst',
    'raw.pzst',
    'raw.bz2',
    'qcow2.xz',
    'vhd fixed.gz',
    'ova.gz',
    'tar sparse, GNU',
    'tar sparse, pax 0.0',
    'tar sparse, pax 0.1',
    'tar sparse, pax 1.0',
    'tar sparse, GNU.gz',
    'raw.tar.xz',
    'ova of gzip',
    'ova in chunks',
  ])('%s', async (name) => {
    const conversion = await processFile(images[name] as string);
    expect(conversion.findings.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(conversion.converted).toMatchObject({
      format: 'raw',
      size: 48 * MiB,
      virtualSize: 48 * MiB,
      sha256: original,
    });
    expect(sha256(join(scratchDir, 'disk.raw'))).toBe(original);
    expect(readdirSync(scratchDir)).toEqual(['disk.raw']);
    // Sparse still: 48 MiB of disk, some 4 of data.
    expect(statSync(join(scratchDir, 'disk.raw')).blocks * 512).toBeLessThan(16 * MiB);
  });
});

test('qcow2 on request; `keep` keeps qcow2 and makes raw of all else', async () => {
  expect((await processFile(images['vmdk streamOptimized'] as string, { target: 'qcow2' })).converted?.format).toBe(
    'qcow2',
  );
  const back = join(scratchDir, 'back.raw');
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', join(scratchDir, 'disk.qcow2'), back]);
  expect(sha256(back)).toBe(original);
  expect((await processFile(images['qcow2 v2'] as string, { target: 'keep' })).converted?.format).toBe('qcow2');
  expect((await processFile(images['vdi dynamic'] as string, { target: 'keep' })).converted?.format).toBe('raw');
});

test('the percentage never falls and reaches the end', async () => {
  percents.length = 0;
  await processFile(images['qcow2.xz'] as string);
  const converting = percents.slice(1);
  expect(converting).toEqual([...converting].sort((a, b) => a - b));
  expect(Math.max(...converting)).toBeGreaterThanOrEqual(90);
});

describe('what the disk itself says of its size is told, whatever image it lies in', () => {
  const noted = async (disk: Buffer, format: string, target: 'raw' | 'qcow2' | 'keep'): Promise<string[]> => {
    const [from, to] = [join(dir, 'noted.raw'), join(dir, 'noted.image')];
    writeFileSync(from, disk);
    execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', format, from, to]);
    const { findings, converted } = await processFile(to, { target });
    expect(converted).toBeDefined();
    expect(readdirSync(scratchDir)).toEqual([`disk.${converted?.format}`]);
    return findings.filter(({ outcome }) => outcome !== 'pass').map(({ code, outcome }) => `${code} ${outcome}`);
  };
  test.each([
    ['qcow2', 'raw'],
    ['vmdk', 'raw'],
    ['qcow2', 'keep'],
    ['vhdx', 'qcow2'],
  ] as const)('%s to %s', async (format, target) => {
    const disk = readFileSync(images.raw as string);
    expect(await noted(disk, format, target)).toEqual([]);
    expect(await noted(disk.subarray(0, 40 * MiB), format, target)).toEqual(['disk-cut warn']);
    expect(await noted(largeSectors(disk), format, target)).toEqual(['sector-size warn']);
  });
});

describe('a sparse member is not believed', () => {
  /** Version 1.0 of GNU's form: the map is the beginning of the body. */
  const sparse = (map: [offset: number, length: number][], realSize: number, data: Buffer): Buffer => {
    const records = ['major=1', 'minor=0', 'name=disk.raw', `realsize=${realSize}`].map((text) =>
      paxRecord(`GNU.sparse.${text}`),
    );
    const lines = [map.length, ...map.flat()].map((number) => `${number}\n`).join('');
    const body = Buffer.concat([Buffer.from(lines.padEnd(512, '\0')), data]);
    return archive(member({ name: 'h', type: 'x' }, records.join('')), member({ name: 'disk.raw' }, body));
  };
  const written = async (bytes: Buffer, more = {}) => {
    const path = join(scratchDir, '..', 'sparse.tar');
    writeFileSync(path, bytes);
    return processFile(path, more);
  };
  const data = Buffer.alloc(1024, 'x');

  test('its size is bounded before a byte is written', async () => {
    expect((await written(sparse([[0, 512]], 2 ** 41, data), { maxVirtualBytes: 2 ** 40 })).admitted).toEqual([
      'decompressed-too-large',
    ]);
  });

  test.each<[string, [number, number][], number]>([
    [
      'a map that goes beyond the size',
      [
        [0, 512],
        [2 ** 28, 512],
      ],
      4096,
    ],
    ['a map with more than is stored', [[0, 4096]], 4096],
    ['a size beyond the map', [[0, 1024]], MiB],
  ])('%s', async (_what, map, size) => {
    const conversion = await written(sparse(map, size, data), { maxVirtualBytes: 2 ** 30 });
    expect([...conversion.admitted, ...failing(conversion)]).toEqual(['layer-damaged']);
    expect(readdirSync(scratchDir)).toEqual([]);
  });

  test('what comes out is looked at as if it had been uploaded', async () => {
    const qcow2 = readFileSync(images['qcow2 v3'] as string);
    qcow2.writeBigUInt64BE(512n, 8);
    const made = await written(sparse([[0, qcow2.length]], qcow2.length, qcow2));
    expect(made.admitted).toEqual(['qcow2-backing-file']);
  });
});

describe('from public reports (docs/reports.md)', () => {
  const refusedAs = async (bytes: Buffer): Promise<unknown[]> => {
    const path = join(dir, 'reported');
    writeFileSync(path, bytes);
    const { findings } = await processFile(path);
    return findings.filter(({ outcome }) => outcome !== 'pass').map(({ code, params }) => [code, params?.content]);
  };

  test('a backup of Proxmox is named', async () => {
    const vma = Buffer.concat([Buffer.from('VMA\0\0\0\0\x01', 'latin1'), Buffer.alloc(MiB)]);
    const named = [['unrecognised', 'vma']];
    expect(await refusedAs(vma)).toEqual(named);
    expect(await refusedAs(gzipSync(vma))).toEqual(named);
  });

  test('sources in a tar.gz are no disk', async () => {
    const sources = archive(
      member({ name: 'a/README' }, 'text'),
      member({ name: 'a/main.go' }, 'package main\n'.repeat(20_000)),
    );
    expect(await refusedAs(gzipSync(sources))).toEqual([['ova-no-disk', undefined]]);
  });

  test('disks of no round size go through: Azure alone wants whole MiB', async () => {
    const odd = join(dir, 'odd.raw');
    execFileSync('cp', [images.raw as string, odd]);
    truncateSync(odd, 48 * MiB + 3 * 512);
    for (const options of [
      ['-o', 'subformat=fixed,force_size=on'],
      ['-o', 'force_size=on'],
    ]) {
      const vhd = join(dir, 'odd.vhd');
      execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'vpc', ...options, odd, vhd]);
      const { converted } = await processFile(vhd);
      expect(converted).toMatchObject({ virtualSize: 48 * MiB + 3 * 512, sha256: sha256(odd) });
    }
  });

  test('a streamOptimized VMDK of version 3, and one that was renamed', async () => {
    for (const change of [
      (bytes: Buffer) => bytes.writeUInt32LE(3, 4),
      (bytes: Buffer) => {
        const at = bytes.indexOf('SPARSE "') + 8;
        bytes.write('other', at, 'latin1');
      },
    ]) {
      const bytes = readFileSync(images['vmdk streamOptimized'] as string);
      change(bytes);
      const path = join(dir, 'changed.vmdk');
      writeFileSync(path, bytes);
      expect((await processFile(path)).converted?.sha256).toBe(original);
    }
  });
});

test('a disk that is not what the manifest says is told, and taken all the same', async () => {
  const vmdk = readFileSync(images['vmdk streamOptimized'] as string);
  const withSum = async (algorithm: string, bytes: Buffer): Promise<string[]> => {
    const sum = createHash(algorithm).update(bytes).digest('hex');
    const path = join(dir, 'manifest.ova');
    const manifest = `${algorithm.toUpperCase()}(a.vmdk)= ${sum}\n`;
    writeFileSync(path, archive(member({ name: 'a.vmdk' }, vmdk), member({ name: 'a.mf' }, manifest)));
    const { findings, converted } = await processFile(path);
    expect(converted?.sha256).toBe(original);
    return findings.filter(({ outcome }) => outcome !== 'pass').map(({ code, outcome }) => `${code} ${outcome}`);
  };
  for (const algorithm of ['sha1', 'sha256', 'sha512']) {
    expect(await withSum(algorithm, vmdk)).toEqual([]);
    expect(await withSum(algorithm, vmdk.subarray(1))).toEqual(['ova-manifest warn']);
  }
});

test('a compressed stream that is cut off is a finding', async () => {
  const path = join(dir, 'cut.gz');
  writeFileSync(path, readFileSync(images['raw.gz'] as string).subarray(0, 2 * MiB));
  expect(failing(await processFile(path))).toEqual(['layer-damaged']);
  expect(readdirSync(scratchDir)).toEqual([]);
});

test('what grows beyond the limit when decompressed is stopped there', async () => {
  const bomb = join(dir, 'bomb.zst');
  execFileSync('bash', ['-c', `head -c 300M /dev/zero | zstd -q -o ${bomb}`]);
  expect(statSync(bomb).size).toBeLessThan(MiB);
  expect(failing(await processFile(bomb, { maxVirtualBytes: 64 * MiB }))).toEqual(['decompressed-too-large']);
  expect(readdirSync(scratchDir)).toEqual([]);
});

test('a refusal behind compression is found, by its end too', async () => {
  const backing = patched(join(dir, 'late.qcow2'), images['qcow2 v3'] as string, 8, [0, 0, 0, 0, 0, 0, 2, 0]);
  const path = join(dir, 'late.gz');
  writeFileSync(path, execFileSync('gzip', ['-1', '-c', backing], { maxBuffer: 1024 * MiB }));
  expect((await processFile(path)).admitted).toEqual(['qcow2-backing-file']);
  const cut = join(dir, 'cut.qcow2.gz');
  const short = join(dir, 'short.qcow2');
  writeFileSync(short, readFileSync(images['qcow2 v3'] as string).subarray(0, 2 * MiB));
  writeFileSync(cut, execFileSync('gzip', ['-1', '-c', short], { maxBuffer: 1024 * MiB }));
  expect(failing(await processFile(cut))).toEqual(['truncated']);
});

test.each(['qcow2 v3', 'names a file of the host', 'raw, of another size'])(
  'what is brought and is not what was admitted is opened by no tool: %s',
  async (other) => {
    const bytes = Buffer.from(readFileSync(images.raw as string));
    const overlay = join(dir, 'overlay.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', images.raw as string, overlay]);
    const kinds: Record<string, Buffer> = {
      'qcow2 v3': readFileSync(images['qcow2 v3'] as string),
      'names a file of the host': readFileSync(overlay),
      'raw, of another size': Buffer.concat([bytes, Buffer.alloc(MiB)]),
    };
    const changed = kinds[other] as Buffer;
    const admitted = await openFileSource(images.raw as string);
    const admission = await admitUpload(
      { foreign, peek: peekLayer },
      { source: admitted, ...limits, maxUploadBytes: 1024 ** 4, scratchDir },
      control(),
    );
    await admitted.close();
    const source = {
      size: changed.length,
      read: async (at: number, length: number) => changed.subarray(at, at + length),
    };
    const deps = { foreign, peek: peekLayer, bytes: { hash, digest } };
    const upload = sourceUpload(source);
    await expect(
      convertUpload(deps, { upload, admission, target: 'raw', ...limits, scratchDir }, control()),
    ).rejects.toMatchObject({ code: 'object-changed' });
    expect(readdirSync(scratchDir).filter((name) => /^(upload|disk|partial)/.test(name))).toEqual([]);
  },
);

test('an object that changes underneath ends the step as such, not as a damaged image', async () => {
  const file = await openFileSource(images.raw as string);
  let reads = 0;
  const changed = new BootreadyError({ code: 'object-changed', message: 'It was replaced.' });
  const source: ByteSource = {
    size: file.size,
    read: (offset, length) => (offset >= 4 * MiB && ++reads > 0 ? Promise.reject(changed) : file.read(offset, length)),
  };
  const admission = {
    layers: [{ kind: 'disk' as const }],
    disk: { format: 'raw' as const, variant: 'gpt', virtualSize: 48 * MiB },
    findings: [],
  };
  await expect(
    convertUpload(
      { foreign, peek: peekLayer, bytes: { hash, digest } },
      { upload: sourceUpload(source), admission, target: 'raw', ...limits, scratchDir },
      control(),
    ),
  ).rejects.toMatchObject({ code: 'object-changed' });
  expect(reads).toBeGreaterThan(0);
  expect(readdirSync(scratchDir)).toEqual([]);
  await file.close();
});

test('cancelling ends the tools and leaves no file', async () => {
  const file = await openFileSource(images.raw as string);
  const controller = new AbortController();
  const source: ByteSource = {
    size: file.size,
    read: async (offset, length, signal) => {
      if (offset > 0) {
        controller.abort(new Error('cancelled'));
        await new Promise(
          (_, reject) =>
            signal?.addEventListener('abort', () => reject(signal.reason)) ?? reject(new Error('no signal')),
        );
      }
      return file.read(offset, length);
    },
  };
  const admission = {
    layers: [{ kind: 'disk' as const }],
    disk: { format: 'raw' as const, variant: 'gpt', virtualSize: 48 * MiB },
    findings: [],
  };
  await expect(
    convertUpload(
      { foreign, peek: peekLayer, bytes: { hash, digest } },
      { upload: sourceUpload(source), admission, target: 'raw', ...limits, scratchDir },
      control(controller.signal),
    ),
  ).rejects.toThrow();
  expect(readdirSync(scratchDir)).toEqual([]);
  expect(existsSync(scratchDir)).toBe(true);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(scratchDir);
  await file.close();
});
