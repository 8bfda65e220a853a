import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { amplified } from '../../test/hostile/amplified.ts';
import { keptImages, makeTar } from '../../test/hostile/images.ts';
import {
  begunWith,
  emptyIso,
  probedAsBochs,
  probedAsCloop,
  probedAsQcow,
  probedAsVdi,
  probedAsVmdk,
  vmdkWithFooter,
  withTarSum,
} from '../../test/hostile/readings.ts';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { admitSource } from './admit.ts';

/** Inputs of the security review (H4, H6, H7, L4) and their relatives: what QEMU reads differently is refused. */

const MiB = 1024 ** 2;
let dir: string;
let gpt: string;
let mbr: string;
let ext: string;
let sparse: string;
let streamed: string;
let images: Record<string, string>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'readings-'));
  ({ disk: gpt, images } = await keptImages(dir));
  ext = `${gpt}.ext4`;
  mbr = join(dir, 'mbr');
  writeFileSync(mbr, Buffer.alloc(4 * 1024 ** 2));
  execFileSync('sfdisk', ['-q', mbr], { input: 'label: dos\nstart=2048, bootable\n', stdio: ['pipe', 'pipe', 'pipe'] });
  sparse = images['vmdk monolithicSparse'] as string;
  streamed = images['vmdk streamOptimized'] as string;
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

function admitted(bytes: Buffer) {
  return admitSource(bufferSource(bytes), {
    allowIso: true,
    maxVirtualBytes: 1024 ** 4,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
}
async function findCode(bytes: Buffer): Promise<string | undefined> {
  const { disk, findings } = await admitted(bytes);
  const code = findings.find(({ outcome }) => outcome === 'fail')?.code;
  expect(disk === undefined).toBe(code !== undefined);
  return code;
}

describe('a disk that QEMU probes as another format (H7)', () => {
  const readings: [string, () => Buffer][] = [
    ['vmdk', () => probedAsVmdk('/etc/hostname')],
    [
      'vmdk behind comments and blanks',
      () => Buffer.concat([Buffer.from('#x\n  \r\n'), probedAsVmdk('/etc/hostname')]),
    ],
    ['bochs', probedAsBochs],
    ['cloop', probedAsCloop],
    ['qcow', probedAsQcow],
    ['vdi', probedAsVdi],
  ];
  const disks: [string, () => Buffer][] = [
    ['an MBR disk', () => readFileSync(mbr)],
    ['a GPT disk', () => readFileSync(gpt)],
    ['a bare ext4', () => readFileSync(ext)],
    ['an ISO', emptyIso],
  ];
  test.each(disks)('%s alone is let through', async (_name, make) => {
    expect(await findCode(make())).toBeUndefined();
  });
  test.each(disks.flatMap(([disk, make]) => readings.map(([name, beginning]) => ({ disk, name, make, beginning }))))(
    '$disk that begins as $name',
    async ({ make, beginning }) => {
      const bytes = make();
      beginning().copy(bytes);
      expect(['ambiguous', 'vmdk-flat', 'unsupported-format', 'qcow2-version', 'damaged-header']).toContain(
        await findCode(bytes),
      );
    },
  );

  test('the text alone, and less of it than a sector', async () => {
    expect(await findCode(Buffer.concat([probedAsVmdk('/etc/hostname'), Buffer.alloc(600)]))).toBe('vmdk-flat');
    expect(await findCode(probedAsVmdk('/etc/hostname'))).toBe('truncated');
  });

  test('a tar whose first name is the beginning of a qcow2, and of a descriptor', async () => {
    const tar = readFileSync(makeTar(join(dir, 'a.tar'), dir, 'machine-disk1.vmdk'));
    expect(await findCode(tar)).toBeUndefined();
    for (const name of [Buffer.from('QFI\xfb\0\0\0\x02', 'latin1'), Buffer.from('version=1\n')]) {
      const bent = Buffer.from(tar);
      name.copy(bent);
      expect(await findCode(withTarSum(bent))).toBe('ambiguous');
    }
  });

  test('a gzip whose name field holds the mark of a VDI', async () => {
    const bytes = Buffer.alloc(1024, 'a');
    Buffer.from([0x1f, 0x8b, 8, 8]).copy(bytes);
    bytes.writeUInt32LE(0xbeda107f, 0x40);
    expect(await findCode(bytes)).toBe('ambiguous');
  });

  test("a disk image with Apple's trailer", async () => {
    const bytes = readFileSync(mbr);
    bytes.write('koly', bytes.length - 512, 'latin1');
    expect(['ambiguous', 'unsupported-format']).toContain(await findCode(bytes));
  });
});

describe('a VMDK that QEMU reads in another way (H6)', () => {
  const changed = (from: string, text: (text: string) => string): Buffer => {
    const bytes = readFileSync(from);
    const descriptor = bytes.subarray(512, 512 + 10_240);
    const now = text(descriptor.toString('latin1').replace(/\0+$/, ''));
    descriptor.fill(0).write(now, 'latin1');
    return bytes;
  };
  const line = (more: string) => () => changed(sparse, (text) => `${text}${more}\n`);

  test('with a footer, as ovftool writes them, it is let through', async () => {
    expect(await findCode(vmdkWithFooter(streamed))).toBeUndefined();
  });

  const cases: [string, string, () => Buffer][] = [
    ['capacity 0 in the first header', 'damaged-header', () => vmdkWithFooter(streamed, { capacity: 0 })],
    [
      'capacity 0 and a descriptor inside that names a file of the host',
      'damaged-header',
      () =>
        vmdkWithFooter(streamed, {
          capacity: 0,
          text: (text) =>
            `# createType="monolithicFlat"\nRW +2048 FLAT "/etc/hostname" 0\n${text.replace(/RW (\d+)/, 'RDONLY $1')}`,
        }),
    ],
    ['another capacity in the footer', 'damaged-header', () => vmdkWithFooter(streamed, { capacity: 2048 })],
    [
      'another algorithm in the footer',
      'damaged-header',
      () => vmdkWithFooter(streamed, { footer: (footer) => footer.writeUInt16LE(0, 77) }),
    ],
    ['a second createType', 'vmdk-descriptor', line('createType="monolithicFlat"')],
    ['a createType in a comment', 'vmdk-descriptor', line('# createType="monolithicFlat"')],
    ['a createType within a word', 'vmdk-descriptor', line('ddb.xcreateType="monolithicFlat"')],
    ['a createType in other letters', 'vmdk-descriptor', line('CREATETYPE="monolithicFlat"')],
    ['a flat extent besides', 'vmdk-extents', line('RW 2048 FLAT "/etc/hostname" 0')],
    ['a flat extent with a sign', 'vmdk-extents', line('RW +2048 FLAT "/etc/hostname" 0')],
    ['an extent of zeros', 'vmdk-extents', line('RW 2048 ZERO')],
    ['an extent split over lines', 'vmdk-extents', line('RW\t\n2048\nFLAT "/etc/hostname" 0')],
    ['an extent of VMFS', 'vmdk-extents', line('rw 2048 VMFS "x"')],
    [
      'its only extent flat and signed',
      'vmdk-flat',
      () => changed(sparse, (text) => text.replace(/RW \d+ SPARSE/, 'RW +2048 FLAT')),
    ],
    ['its only extent read-only', 'vmdk-flat', () => changed(sparse, (text) => text.replace(/^RW/m, 'RDONLY'))],
    [
      'an own extent that is a path',
      'vmdk-flat',
      () => changed(sparse, (text) => text.replace(/SPARSE ".*"/, 'SPARSE "/etc/hostname"')),
    ],
    [
      'another place of the descriptor in the footer',
      'damaged-header',
      () => vmdkWithFooter(streamed, { footer: (footer) => footer.writeBigUInt64LE(2n, 28) }),
    ],
    [
      'its only extent behind another letter',
      'vmdk-extents',
      () => changed(sparse, (text) => text.replace(/^RW/m, 'xRW')),
    ],
    [
      'an own extent in one line with another',
      'vmdk-flat',
      () => changed(sparse, (text) => text.replace(/^RW.*$/m, (own) => `RW 1 FLAT "/etc/hostname" 0 ${own}`)),
    ],
    ['a line that is nothing', 'vmdk-descriptor', line('version')],
    ['no CID', 'vmdk-descriptor', () => changed(sparse, (text) => text.replace(/^CID=.*$/m, ''))],
    [
      'a grain table of 1024 entries',
      'damaged-header',
      () => {
        const bytes = readFileSync(sparse);
        bytes.writeUInt32LE(1024, 44);
        return bytes;
      },
    ],
  ];
  test.each(cases)('%s: %s', async (_name, code, make) => {
    expect(await findCode(make())).toBe(code);
  });
});

describe('a descriptor of blank lines takes no time (H4)', () => {
  test.each([
    ['alone', () => Buffer.alloc(1024 ** 2, '\n')],
    ['alone, of returns', () => Buffer.alloc(1024 ** 2, '\r')],
    ['alone, of blanks', () => Buffer.alloc(1024 ** 2, ' ')],
    [
      'in a VMDK',
      () => begunWith(sparse, Buffer.concat([readFileSync(sparse).subarray(0, 512), Buffer.alloc(65_536, '\n')])),
    ],
    [
      'in a VMDK that declares 1 MiB of it',
      () => {
        const header = Buffer.from(readFileSync(sparse).subarray(0, 512));
        header.writeBigUInt64LE(2048n, 36);
        return Buffer.concat([header, Buffer.alloc(1024 ** 2, '\n')]);
      },
    ],
    [
      'of one setting',
      () =>
        begunWith(sparse, Buffer.concat([readFileSync(sparse).subarray(0, 512), Buffer.alloc(10_240, 'createType')])),
    ],
  ])('%s', async (_name, make) => {
    const bytes = make();
    const begin = performance.now();
    expect(await findCode(bytes)).toBeDefined();
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

test('a Parallels image whose extension lies nowhere, of which QEMU dies', async () => {
  const bytes = readFileSync(images.parallels as string);
  expect(await findCode(bytes)).toBeUndefined();
  bytes.fill(0xff, 56, 64);
  expect(await findCode(bytes)).toBe('truncated');
});

describe('kilobytes that would become any size (H9)', () => {
  test.each(Object.entries(amplified))('%s', async (_name, { code, make }) => {
    expect(await findCode(make(images))).toBe(code);
  });

  test('what convert may write is the file at most, unless it is compressed', async () => {
    for (const [name, path] of Object.entries(images)) {
      const bytes = readFileSync(path);
      const { disk } = await admitted(bytes);
      const compressed = /compressed|zstd|streamOptimized|ova/.test(name);
      expect(disk?.allocatedAtMost, name).toBe(compressed ? 48 * MiB : Math.min(48 * MiB, bytes.length));
    }
  });
});

describe('members of an archive that is kept as it came (L4)', () => {
  const withMember = (name: string, bytes: Buffer): Buffer => {
    writeFileSync(join(dir, name), bytes);
    return readFileSync(makeTar(join(dir, 'with.ova'), dir, 'machine.ovf', 'machine-disk1.vmdk', name));
  };
  const backed = () => {
    const bytes = readFileSync(images['qcow2 v3'] as string);
    bytes.writeBigUInt64BE(512n, 8);
    return bytes;
  };

  test.each([
    ['disk.xml', 'ova-several-disks', backed],
    ['disk.txt', 'vmdk-flat', () => Buffer.concat([probedAsVmdk('/etc/hostname'), Buffer.alloc(600)])],
    ['small.md', 'vmdk-flat', () => probedAsVmdk('/etc/hostname')],
    ['machine.nvram', 'ova-several-disks', () => readFileSync(mbr)],
    ['machine.sha256', 'ova-several-disks', () => begunWith(mbr, Buffer.from([0x1f, 0x8b, 8]))],
  ])('%s that is a disk counts as one: %s', async (name, code, make) => {
    expect(await findCode(withMember(name, make()))).toBe(code);
  });

  test('what is no disk does not count: texts, the CD in the drive, what macOS leaves', async () => {
    const side = Buffer.alloc(4096, 1);
    side.writeUInt32BE(0x0005_1607, 0);
    for (const [name, bytes] of [
      ['notes.txt', Buffer.from('hello')],
      ['tools.iso', emptyIso()],
      ['._machine-disk1.vmdk', side],
    ] as const) {
      expect(await findCode(withMember(name, bytes)), name).toBeUndefined();
    }
  });

  test.each([
    ['GNU', ['--format=gnu']],
    ['pax 0.0', ['--format=pax', '--sparse-version=0.0']],
    ['pax 0.1', ['--format=pax', '--sparse-version=0.1']],
    ['pax 1.0', ['--format=pax', '--sparse-version=1.0']],
  ])('a sparse member of %s is never taken as it lies there', async (_name, options) => {
    execFileSync('tar', ['-S', ...options, '-C', dir, '-cf', join(dir, 'sparse.tar'), 'disk.raw']);
    const { disk: found, layers } = await admitted(readFileSync(join(dir, 'sparse.tar')));
    expect(found).toBeUndefined();
    expect(layers).toMatchObject([
      { kind: 'tar', member: 'disk.raw' },
      { kind: 'pieces', declared: 48 * MiB },
    ]);
    // Beside another disk it counts as one, because nobody has inspected it.
    execFileSync('tar', ['-S', ...options, '-C', dir, '-cf', join(dir, 'both.tar'), 'disk.raw', 'machine-disk1.vmdk']);
    expect(await findCode(readFileSync(join(dir, 'both.tar')))).toBe('ova-several-disks');
  });
});
