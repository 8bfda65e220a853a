import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert, grown, keptImages, largeSectors, makeTar, patched } from '../../test/hostile/images.ts';
import { bufferSource, countedFile } from '../../test/support/buffer-source.ts';
import { catalogue } from '../checks/catalogue.ts';
import type { Admission } from '../contracts/run.ts';
import { admitSource } from './admit.ts';

const MiB = 1024 ** 2;
const options = { allowIso: false, maxVirtualBytes: 1024 ** 4, peek: () => Promise.resolve(Buffer.alloc(0)) };
let dir: string;
let disk: string;
let images: Record<string, string>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'formats-'));
  ({ disk, images } = await keptImages(dir));
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

async function admitFile(path: string, more = {}): Promise<Admission & { readBytes: number }> {
  const source = await countedFile(path);
  try {
    return { ...(await admitSource(source, { ...options, ...more })), readBytes: source.readBytes };
  } finally {
    await source.close();
  }
}
function admitBytes(bytes: Buffer, more = {}) {
  return admitSource(bufferSource(bytes), { ...options, ...more });
}
function refused({ findings }: Admission): string[] {
  return findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
}
function at(name: string): string {
  return join(dir, `bent-${name}`);
}
function image(name: string): string {
  return images[name] as string;
}

describe('sound images are known and let through, by a few reads', () => {
  test.each([
    ['raw', 'raw', 'gpt'],
    ['qcow2 v3', 'qcow2', 'v3'],
    ['qcow2 v2', 'qcow2', 'v2'],
    ['qcow2 compressed', 'qcow2', 'v3'],
    ['qcow2 zstd', 'qcow2', 'v3'],
    ['qcow2 extended L2', 'qcow2', 'v3'],
    ['qcow2 small clusters', 'qcow2', 'v3'],
    ['vmdk monolithicSparse', 'vmdk', 'monolithicSparse'],
    ['vmdk streamOptimized', 'vmdk', 'streamOptimized'],
    ['vhd dynamic', 'vpc', 'dynamic'],
    ['vhd fixed', 'vpc', 'fixed'],
    ['vhdx dynamic', 'vhdx', 'vhdx'],
    ['vhdx fixed', 'vhdx', 'vhdx'],
    ['vdi dynamic', 'vdi', 'dynamic'],
    ['vdi static', 'vdi', 'static'],
    ['parallels', 'parallels', 'expanding, extended'],
    ['ova', 'vmdk', 'streamOptimized'],
  ])('%s', async (name, format, variant) => {
    const admission = await admitFile(image(name));
    expect(refused(admission)).toEqual([]);
    expect(admission.disk).toMatchObject({ format, variant, virtualSize: 48 * MiB });
    expect(admission.readBytes).toBeLessThan(4 * MiB);
  });

  test('an OVA tells where its disk lies', async () => {
    const { layers } = await admitFile(image('ova'));
    expect(layers).toMatchObject([{ kind: 'tar', member: 'machine-disk1.vmdk' }, { kind: 'disk' }]);
    const { offset = 0, size = 0 } = layers[0] ?? {};
    expect(
      readFileSync(image('ova'))
        .subarray(offset, offset + size)
        .equals(readFileSync(image('vmdk streamOptimized'))),
    ).toBe(true);
  });

  test('a GPT for sectors of 4096 bytes, with a warning that says so', async () => {
    const { disk: found, findings } = await admitBytes(largeSectors(readFileSync(image('raw'))));
    expect(found).toMatchObject({ format: 'raw', variant: 'gpt' });
    expect(findings.filter(({ outcome }) => outcome !== 'pass')).toMatchObject([
      { code: 'sector-size', outcome: 'warn', params: { format: 'GPT', bytes: 4096 } },
    ]);
  });

  test('MBR, hybrid MBR, and bare filesystems', async () => {
    const mbr = at('mbr');
    writeFileSync(mbr, Buffer.alloc(8 * MiB));
    execFileSync('sfdisk', ['-q', mbr], {
      input: 'label: dos\nstart=2048, bootable\n',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    expect((await admitFile(mbr)).disk?.variant).toBe('mbr');
    const hybrid = grown(at('hybrid'), image('raw'), 0);
    execFileSync('sgdisk', ['-h', '1', hybrid], { stdio: 'pipe' });
    expect((await admitFile(hybrid)).disk?.variant).toBe('hybrid');
    expect((await admitFile(`${disk}.ext4`)).disk?.variant).toBe('ext');
  });
});

function qcow(offset: number, bytes: number[]) {
  return () => patched(at(`qcow2-${offset}-${bytes.join('.')}`), image('qcow2 v3'), offset, bytes);
}
function vmdkText(insert: (text: string) => string) {
  return () => {
    const bytes = readFileSync(image('vmdk monolithicSparse'));
    const text = insert(
      bytes
        .subarray(512, 512 + 10_240)
        .toString('latin1')
        .replace(/\0+$/, ''),
    );
    bytes.fill(0, 512, 512 + 10_240);
    bytes.write(text, 512, 'latin1');
    return bytes;
  };
}
function cut(name: string, by: number) {
  return () => readFileSync(image(name)).subarray(0, statSync(image(name)).size - by);
}
function differencing() {
  const path = at('diff.vhd');
  const bytes = readFileSync(image('vhd dynamic'));
  for (const offset of [0, bytes.length - 512]) {
    bytes.writeUInt32BE(4, offset + 60);
    let sum = 0;
    for (let index = 0; index < 512; index++) if (index < 64 || index >= 68) sum += bytes[offset + index] as number;
    bytes.writeUInt32BE(~sum >>> 0, offset + 64);
  }
  writeFileSync(path, bytes);
  return path;
}

describe('what is refused, by name', () => {
  const cases: [string, string, () => string | Buffer][] = [
    ['an empty object', 'empty', () => Buffer.alloc(0)],
    ['one byte', 'too-small', () => Buffer.from('x')],
    ['a qcow2 header of 200 bytes', 'truncated', () => readFileSync(image('qcow2 v3')).subarray(0, 200)],
    ['zeros', 'unrecognised', () => Buffer.alloc(MiB)],
    ['noise', 'unrecognised', () => Buffer.alloc(MiB, 'no disk')],
    ['a ZIP archive', 'unrecognised', () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(2000)])],
    ['qcow2 with a backing file', 'qcow2-backing-file', qcow(8, [0, 0, 0, 0, 0, 0, 2, 0])],
    ['qcow2 with an external data file', 'qcow2-data-file', qcow(72, [0, 0, 0, 0, 0, 0, 0, 4])],
    ['qcow2 with unknown features', 'qcow2-features', qcow(72, [0, 0, 0, 0, 0, 0, 0, 64])],
    ['qcow2 marked corrupt', 'qcow2-corrupt', qcow(72, [0, 0, 0, 0, 0, 0, 0, 2])],
    ['qcow2 of version 4', 'qcow2-version', qcow(4, [0, 0, 0, 4])],
    ['qcow2 encrypted', 'encrypted', qcow(32, [0, 0, 0, 2])],
    ['qcow2 with absurd clusters', 'damaged-header', qcow(20, [0, 0, 0, 60])],
    ['qcow2 cut off', 'truncated', cut('qcow2 v3', 2 * MiB)],
    [
      'qcow2 that is a partitioned disk as well',
      'ambiguous',
      () => {
        const bytes = readFileSync(image('raw'));
        bytes.write('QFI\xfb', 0, 'latin1');
        return bytes;
      },
    ],
    [
      'VMDK monolithicFlat',
      'vmdk-flat',
      () => convert(disk, 'vmdk', at('flat.vmdk'), '-o', 'subformat=monolithicFlat'),
    ],
    [
      'VMDK in pieces',
      'vmdk-flat',
      () => convert(disk, 'vmdk', at('split.vmdk'), '-o', 'subformat=twoGbMaxExtentSparse'),
    ],
    [
      'a VMDK descriptor behind a byte order mark',
      'vmdk-flat',
      () =>
        Buffer.from(
          `\ufeff# Disk DescriptorFile\ncreateType="monolithicFlat"\nRW 1 FLAT "/etc/passwd" 0\n${' '.repeat(600)}`,
        ),
    ],
    [
      'a VMDK descriptor behind comments and odd bytes',
      'vmdk-flat',
      () =>
        Buffer.from(
          `# \u00fc\n\n version=1\ncreateType = "monolithicFlat"\nRW 1 FLAT "/etc/passwd" 0\n${' '.repeat(600)}`,
        ),
    ],
    ['VMDK with a parent', 'vmdk-parent', vmdkText((text) => text.replace('parentCID=ffffffff', 'parentCID=12345678'))],
    ['VMDK with a parent hint', 'vmdk-parent', vmdkText((text) => `${text}\nparentFileNameHint="/base.vmdk"\n`)],
    [
      'VMDK with a parent hint in a comment',
      'vmdk-parent',
      vmdkText((text) => `${text}\n# parentFileNameHint="/base.vmdk"\n`),
    ],
    [
      'VMDK with a parent hint beyond the declared descriptor',
      'vmdk-parent',
      () => {
        const bytes = vmdkText((text) => `${text.padEnd(6000, '\0')}parentFileNameHint="/base.vmdk"`)();
        bytes.writeBigUInt64LE(2n, 36);
        return bytes;
      },
    ],
    ['VMDK with two extents', 'vmdk-extents', vmdkText((text) => text.replace(/RW .*\n/, (line) => line + line))],
    [
      'VMDK without a descriptor',
      'vmdk-descriptor',
      () => patched(at('nodesc.vmdk'), image('vmdk monolithicSparse'), 28, [0, 0, 0, 0, 0, 0, 0, 0]),
    ],
    ['VMDK monolithicSparse cut off', 'truncated', cut('vmdk monolithicSparse', 2 * MiB)],
    ['VMDK streamOptimized cut off', 'truncated', cut('vmdk streamOptimized', 256 * 1024)],
    ['VHD differencing', 'differencing', differencing],
    ['VHD dynamic cut off', 'truncated', cut('vhd dynamic', 2 * MiB)],
    [
      'VHD fixed with bytes missing',
      'truncated',
      () => {
        const bytes = readFileSync(image('vhd fixed'));
        return Buffer.concat([bytes.subarray(0, 20 * MiB), bytes.subarray(bytes.length - 512)]);
      },
    ],
    [
      'VHD with a wrong checksum',
      'damaged-header',
      () => patched(at('sum.vhd'), image('vhd fixed'), 48 * MiB + 40, [9]),
    ],
    [
      'VHDX with a parent',
      'differencing',
      () => {
        const bytes = readFileSync(image('vhdx dynamic'));
        const metadata = bytes.indexOf('metadata');
        const parameters = metadata + bytes.readUInt32LE(metadata + 32 + 16);
        bytes.writeUInt32LE(bytes.readUInt32LE(parameters + 4) | 2, parameters + 4);
        return bytes;
      },
    ],
    [
      'VHDX that names a parent, but does not say that it has one',
      'differencing',
      () => {
        const bytes = readFileSync(image('vhdx dynamic'));
        const metadata = bytes.indexOf('metadata');
        // [MS-VHDX] 2.6.2.6, parent locator, in the place of the page 83 data, which nobody needs.
        const entry = bytes.indexOf(Buffer.from('ab12cabee6b22345', 'hex'), metadata);
        bytes.write('2d5fd3a80bb34d45abf7d3d84834ab0c', entry, 'hex');
        return bytes;
      },
    ],
    [
      'VHDX with sectors of 4096 bytes',
      'sector-size',
      () => {
        const bytes = readFileSync(image('vhdx dynamic'));
        const metadata = bytes.indexOf('metadata');
        // [MS-VHDX] 2.6.2.4, logical sector size.
        const entry = bytes.indexOf(Buffer.from('1dbf41816fa90947', 'hex'), metadata);
        bytes.writeUInt32LE(4096, metadata + bytes.readUInt32LE(entry + 16));
        return bytes;
      },
    ],
    ['VHDX cut off', 'truncated', cut('vhdx dynamic', 9 * MiB)],
    [
      'VHDX with damaged headers',
      'damaged-header',
      () => {
        const bytes = readFileSync(image('vhdx dynamic'));
        bytes[64 * 1024 + 100] = 1;
        bytes[128 * 1024 + 100] = 1;
        return bytes;
      },
    ],
    ['VDI differencing', 'differencing', () => patched(at('diff.vdi'), image('vdi dynamic'), 0x4c, [4])],
    ['VDI with a parent', 'differencing', () => patched(at('parent.vdi'), image('vdi dynamic'), 0x1b8, [1])],
    ['VDI cut off', 'truncated', cut('vdi dynamic', 2 * MiB)],
    ['Parallels in use', 'not-closed', () => patched(at('used.hds'), image('parallels'), 44, [0x59, 0x6e, 0x6f, 0x74])],
    ['Parallels cut off', 'truncated', cut('parallels', 3 * MiB)],
    [
      'QED',
      'unsupported-format',
      () => {
        execFileSync('qemu-img', ['create', '-f', 'qed', at('a.qed'), '8M'], { stdio: 'pipe' });
        return at('a.qed');
      },
    ],
    ['COWD', 'unsupported-format', () => Buffer.concat([Buffer.from('COWD'), Buffer.alloc(2048)])],
    [
      'SESparse',
      'unsupported-format',
      () => Buffer.concat([Buffer.from('bebafeca00000000', 'hex'), Buffer.alloc(2048)]),
    ],
    ['LUKS', 'encrypted', () => Buffer.concat([Buffer.from('LUKS\xba\xbe\0\x02', 'latin1'), Buffer.alloc(4096)])],
    [
      'ISO 9660',
      'iso-not-allowed',
      () => {
        const bytes = Buffer.alloc(64 * 1024);
        bytes.write('\x01CD001', 32768, 'latin1');
        return bytes;
      },
    ],
    [
      'ISO 9660 with a qcow2 header',
      'ambiguous',
      () => {
        const bytes = Buffer.alloc(64 * 1024);
        bytes.write('\x01CD001', 32768, 'latin1');
        bytes.write('QFI\xfb\0\0\0\x03', 0, 'latin1');
        return bytes;
      },
    ],
    ['a GPT disk cut off', 'truncated', cut('raw', 8 * MiB)],
    ['a GPT with a wrong checksum', 'damaged-header', () => patched(at('gpt'), image('raw'), 512 + 40, [9])],
    ['an ext4 filesystem cut off', 'truncated', () => readFileSync(`${disk}.ext4`).subarray(0, 8 * MiB)],
    [
      'an OVA with two disks',
      'ova-several-disks',
      () => {
        execFileSync('cp', [image('qcow2 v3'), join(dir, 'disk2.vmdk')]);
        return makeTar(at('two.ova'), dir, 'machine.ovf', 'machine-disk1.vmdk', 'disk2.vmdk');
      },
    ],
    ['an OVA without a disk', 'ova-no-disk', () => makeTar(at('none.ova'), dir, 'machine.ovf', 'machine.mf')],
    [
      'an OVA whose disk is a link',
      'ova-no-disk',
      () => {
        execFileSync('ln', ['-sf', '/etc/passwd', join(dir, 'link.vmdk')]);
        return makeTar(at('link.ova'), dir, 'machine.ovf', 'link.vmdk');
      },
    ],
    ['an OVA cut off', 'truncated', () => readFileSync(image('ova')).subarray(0, 2 * MiB)],
    [
      'tars in tars',
      'too-many-layers',
      () => {
        let name = 'machine-disk1.vmdk';
        for (const level of [1, 2, 3]) {
          makeTar(join(dir, `level${level}`), dir, name);
          name = `level${level}`;
        }
        return join(dir, name);
      },
    ],
  ];
  test('of several readings each is named', async () => {
    const bytes = Buffer.alloc(64 * 1024);
    bytes.write('\x01CD001', 32768, 'latin1');
    bytes.write('QFI\xfb\0\0\0\x03', 0, 'latin1');
    expect((await admitBytes(bytes)).findings).toMatchObject([{ params: { formats: 'qcow2, iso' } }]);
  });

  test.each(cases)('%s: %s', async (_name, code, make) => {
    const made = make();
    const admission = typeof made === 'string' ? await admitFile(made) : await admitBytes(made);
    expect(refused(admission)).toEqual([code]);
    expect(admission.disk).toBeUndefined();
    expect(Object.keys(catalogue)).toContain(code);
  });

  test('limits of size', async () => {
    expect(refused(await admitFile(image('qcow2 v3'), { maxVirtualBytes: 47 * MiB }))).toEqual(['virtual-size-limit']);
    expect(refused(await admitFile(image('qcow2 v3'), { maxUploadBytes: 1024 }))).toEqual(['upload-size-limit']);
  });

  test('an ISO that is allowed', async () => {
    const bytes = Buffer.alloc(64 * 1024);
    bytes.write('\x01CD001', 32768, 'latin1');
    expect((await admitBytes(bytes, { allowIso: true })).disk).toMatchObject({ format: 'iso', variant: 'iso9660' });
    // isohybrid
    for (const [signature, variant] of [
      [[0x55, 0xaa], 'hybrid'],
      [[0x55, 0], 'iso9660'],
      [[0, 0xaa], 'iso9660'],
    ] as const) {
      bytes.set(signature, 510);
      expect((await admitBytes(bytes, { allowIso: true })).disk?.variant).toBe(variant);
    }
  });

  test('a signature at the end of the first sector alone makes no second disk', async () => {
    const bytes = readFileSync(image('vdi dynamic'));
    bytes.writeUInt16LE(0xaa55, 510);
    expect((await admitBytes(bytes)).disk?.format).toBe('vdi');
    // A partition that the file is too short for: cut off as a disk, sound as a VDI.
    bytes[482] = 0x83;
    bytes.writeUInt32LE(2 ** 31, 486);
    expect((await admitBytes(bytes)).disk?.format).toBe('vdi');
    bytes.writeUInt32LE(1, 486);
    expect(refused(await admitBytes(bytes))).toEqual(['ambiguous']);
  });

  test('a source that fails is no verdict, whichever read it is', async () => {
    const compressed = execFileSync('zstd', ['-qc', image('qcow2 v3')], { maxBuffer: 64 * MiB });
    for (const bytes of [...['raw', 'qcow2 v3', 'ova'].map((name) => readFileSync(image(name))), compressed]) {
      let failing = 0;
      for (let isThrough = false; !isThrough; failing++) {
        let reads = 0;
        const whole = bufferSource(bytes);
        const read = (offset: number, length: number) =>
          reads++ === failing ? Promise.reject(new Error('the store is away')) : whole.read(offset, length);
        const admission = admitSource({ size: bytes.length, read }, options);
        isThrough = await admission.then(
          () => reads <= failing,
          ({ message }: Error) => message !== 'the store is away',
        );
        if (!isThrough) await expect(admission).rejects.toThrow('the store is away');
      }
      expect(failing).toBeGreaterThan(2);
    }
  });
});

describe('compressed images', () => {
  const compressed = Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0]);
  const makePeek = (path: string) => ({
    peek: (_: string, __: unknown, bytes: number) => Promise.resolve(readFileSync(path).subarray(0, bytes)),
  });

  test('nothing is certain of a sound one until it is decompressed', async () => {
    for (const path of Object.values(images)) {
      const admission = await admitBytes(compressed, makePeek(path));
      expect(admission).toEqual({ layers: [{ kind: 'gz' }], findings: [] });
    }
  });

  test('what the beginning shows for certain is refused at once', async () => {
    expect(refused(await admitBytes(compressed, makePeek(qcow(8, [0, 0, 0, 0, 0, 0, 2, 0])())))).toEqual([
      'qcow2-backing-file',
    ]);
    expect(refused(await admitBytes(compressed))).toEqual(['layer-damaged']);
    const exceeding = await admitBytes(compressed, { peek: () => Promise.resolve('exceeds') });
    expect(exceeding.findings).toMatchObject([
      { code: 'decompression-exceeds', outcome: 'fail', params: { memory: 512 * MiB, hours: 24 } },
    ]);
  });
});
