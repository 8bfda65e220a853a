import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archive, member, paxRecord } from '../../test/hostile/formats/bent-archives.ts';
import { keptImages } from '../../test/hostile/images.ts';
import { emptyIso } from '../../test/hostile/readings.ts';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { catalogue } from '../checks/catalogue.ts';
import type { Admission } from '../contracts/run.ts';
import { admitSource } from './admit.ts';

/** Archives as hypervisors and people write them; reports from public threads stand behind each. */

const MiB = 1024 ** 2;
let dir: string;
let vmdk: Buffer;
let qcow2: Buffer;
let raw: Buffer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'archive-'));
  const { images } = await keptImages(dir);
  const read = (name: string): Buffer => readFileSync(images[name] as string);
  [vmdk, qcow2, raw] = [read('vmdk streamOptimized'), read('qcow2 v3'), read('raw')];
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

function admit(bytes: Buffer, peeked: Buffer = Buffer.alloc(0)): Promise<Admission> {
  return admitSource(bufferSource(bytes), { allowIso: false, maxVirtualBytes: 1024 ** 4, peek: async () => peeked });
}
function told({ findings }: Admission): string[] {
  return findings.flatMap(({ code, outcome }) => (outcome === 'pass' ? [] : [`${code} ${outcome}`]));
}
function chosen({ layers }: Admission): string | undefined {
  return layers[0]?.member;
}

type File = { href: string; isDisk?: boolean; chunkSize?: number };
function ovf(files: readonly File[], prefix = 'ovf:'): Buffer {
  return member(
    { name: 'machine.ovf' },
    [
      `<?xml version="1.0"?>\n<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1">\n<!-- > <Disk ${prefix}fileRef="file1"/> -->`,
      ...files.map(
        ({ href, chunkSize }, index) =>
          `<File ${prefix}href='${href}' ${prefix}id="file${index}"${chunkSize ? ` ${prefix}chunkSize="${chunkSize}"` : ''}/>`,
      ),
      '<DiskSection><Disk ovf:capacity="8" ovf:diskId="empty"/>',
      ...files.map(({ isDisk }, index) =>
        isDisk ? `<${prefix}Disk note="a > b" ${prefix}fileRef="file${index}"/>` : '',
      ),
      '</DiskSection></Envelope>',
    ].join('\n'),
  );
}
function disk(name: string, bytes: Buffer = vmdk): Buffer {
  return member({ name }, bytes);
}
/** mkfs.fat writes such a first sector. */
function floppy(size = 1_474_560): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write('FAT12   ', 54, 'latin1');
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}
/** With one partition in its MBR. */
function smallDisk(): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  bytes[450] = 0x83;
  bytes.writeUInt32LE(1, 454);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}
/** Apple's UDIF is known by its last 512 bytes. */
function appleImage(): Buffer {
  const bytes = Buffer.alloc(MiB);
  bytes.write('koly', MiB - 512, 'latin1');
  return bytes;
}
function emptyQcow2(): Buffer {
  return begun(Buffer.alloc(512), 'QFI\xfb\0\0\0\x03');
}
function begun(bytes: Buffer, beginning: string): Buffer {
  return Buffer.concat([Buffer.from(beginning, 'latin1'), bytes.subarray(beginning.length)]);
}
const macOs = Buffer.concat([Buffer.from('0005160700020000', 'hex'), Buffer.alloc(4088)]);

describe('the one disk is taken, whatever lies beside it', () => {
  const one = [{ href: 'machine-disk1.vmdk', isDisk: true }];
  test.each<[string, () => Buffer[]]>([
    ['alone', () => [ovf(one), disk('machine-disk1.vmdk')]],
    [
      'a CD that was in the drive',
      () => [
        ovf([...one, { href: 'machine-file1.iso' }]),
        disk('machine-disk1.vmdk'),
        member({ name: 'machine-file1.iso' }, emptyIso()),
      ],
    ],
    [
      'a floppy',
      () => [
        ovf([{ href: 'machine-file1.flp' }, ...one]),
        member({ name: 'machine-file1.flp' }, floppy()),
        disk('machine-disk1.vmdk'),
      ],
    ],
    [
      'a floppy that no envelope tells of',
      () => [member({ name: 'drivers.img' }, floppy()), disk('machine-disk1.vmdk')],
    ],
    [
      'a floppy of zeros',
      () => [
        ovf([...one, { href: 'machine-file1.flp' }]),
        disk('machine-disk1.vmdk'),
        member({ name: 'machine-file1.flp' }, Buffer.alloc(1_474_560)),
      ],
    ],
    [
      'the disk of a USB stick, which the machine does not have',
      () => [ovf([...one, { href: 'stick.img' }]), disk('machine-disk1.vmdk'), disk('stick.img', raw)],
    ],
    [
      'what macOS leaves',
      () => [
        member({ name: './._machine-disk1.vmdk' }, macOs),
        member({ name: '.DS_Store' }, Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from('Bud1xxxx')])),
        ovf(one),
        disk('./machine-disk1.vmdk'),
      ],
    ],
    [
      'text without an ending',
      () => [member({ name: 'Vagrantfile' }, 'Vagrant.configure("2")\n'), disk('machine-disk1.vmdk')],
    ],
    [
      'an envelope in which the prefix stands nowhere',
      () => [ovf([...one, { href: 'stick.img' }], ''), disk('machine-disk1.vmdk'), disk('stick.img', raw)],
    ],
    [
      'a name that is percent-encoded',
      () => [
        ovf([{ href: 'machine%2Ddisk1.vmdk', isDisk: true }, { href: 'stick.img' }]),
        disk('machine-disk1.vmdk'),
        disk('stick.img', raw),
      ],
    ],
  ])('%s', async (_what, members) => {
    const admission = await admit(archive(...members()));
    expect(told(admission)).toEqual([]);
    expect(admission.disk).toMatchObject({ format: 'vmdk', virtualSize: 48 * MiB });
    expect(chosen(admission)).toMatch(/^machine-disk1\.vmdk$/);
  });
});

describe('an envelope never hides what others may take for the disk', () => {
  const one = [{ href: 'a.vmdk', isDisk: true }];
  test.each<[string, string, () => Buffer[]]>([
    ['an image that it does not name', 'ova-several-disks', () => [ovf(one), disk('a.vmdk'), disk('a.xml', qcow2)]],
    ['an image in a tar', 'ova-several-disks', () => [ovf(one), disk('a.vmdk'), disk('b', archive(disk('c', qcow2)))]],
    [
      'two disks',
      'ova-several-disks',
      () => [ovf([...one, { href: 'b.raw', isDisk: true }]), disk('a.vmdk'), disk('b.raw', raw)],
    ],
    [
      'a second disk of zeros',
      'ova-several-disks',
      () => [ovf([...one, { href: 'b.raw', isDisk: true }]), disk('a.vmdk'), disk('b.raw', Buffer.alloc(MiB))],
    ],
    ['a file of the host', 'ova-foreign-file', () => [ovf([...one, { href: '/etc/passwd' }]), disk('a.vmdk')]],
    ['the same by its address', 'ova-foreign-file', () => [ovf([{ href: 'file:///etc/passwd' }]), disk('a.vmdk')]],
    ['the same by another folder', 'ova-foreign-file', () => [ovf([{ href: 'x/..%2F../passwd' }]), disk('a.vmdk')]],
    ['the same in numbers', 'ova-foreign-file', () => [ovf([{ href: '&#47;etc&#x2f;passwd' }]), disk('a.vmdk')]],
    ['a disk of text', 'unrecognised', () => [ovf(one), disk('a.vmdk', Buffer.alloc(MiB, 'text'))]],
    [
      'a disk whose end shows what it is',
      'ova-several-disks',
      () => [ovf(one), disk('a.vmdk'), disk('b', appleImage())],
    ],
    [
      'a CD that is something else as well',
      'ova-several-disks',
      () => [ovf(one), disk('a.vmdk'), disk('b.iso', begun(emptyIso(), 'QFI\xfb\0\0\0\x03'))],
    ],
    [
      'a text about a disk that is a CD as well',
      'ova-several-disks',
      () => [ovf(one), disk('a.vmdk'), disk('b.iso', begun(emptyIso(), '# Disk DescriptorFile\n'))],
    ],
    ['a compressed disk', 'ova-several-disks', () => [ovf(one), disk('a.vmdk'), disk('b', gzipSync(raw))]],
  ])('%s: %s', async (_what, code, members) => {
    const admission = await admit(archive(...members()));
    expect(told(admission)).toEqual([`${code} fail`]);
    expect(catalogue).toHaveProperty(code);
  });
});

describe('a disk that no envelope tells of counts, even beside another', () => {
  test.each<[string, () => Buffer]>([
    ['one that was cut off', () => raw.subarray(0, 20 * MiB)],
    ['one that begins as a manifest', () => begun(raw, `SHA1(a.vmdk)= ${'0'.repeat(40)}\n`)],
    ['one that begins as an envelope', () => begun(smallDisk(), '<Envelope/>')],
    ['a FAT that is larger than any floppy', () => floppy(2880 * 1024 + 512)],
  ])('%s', async (_what, make) => {
    expect(told(await admit(archive(disk('a.vmdk'), disk('b', make()))))).toEqual(['ova-several-disks fail']);
  });

  test('but not the largest floppy', async () => {
    expect(told(await admit(archive(disk('a.vmdk'), disk('b', floppy(2880 * 1024)))))).toEqual([]);
  });
});

describe('an envelope is read as an XML parser reads it', () => {
  const foreign = '<Envelope><File href="/etc/passwd"/></Envelope>';
  const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');
  test.each<[string, string, string | Buffer]>([
    ['plain', 'ova-foreign-file', foreign],
    ['behind blanks', 'ova-foreign-file', `${'\r\n\t '.repeat(10)}${foreign}`],
    ['behind a byte order mark', 'ova-foreign-file', `\ufeff${foreign}`],
    ['of two bytes a letter', 'ova-foreign-file', wide(foreign)],
    ['of two bytes a letter, with a mark', 'ova-foreign-file', wide(`\ufeff${foreign}`)],
    ['of two bytes a letter, the high one first', 'ova-foreign-file', wide(foreign).swap16()],
    ['the high one first, with a mark', 'ova-foreign-file', wide(`\ufeff${foreign}`).swap16()],
    ['as long as is read', 'ova-foreign-file', foreign.padEnd(MiB)],
    ['longer than is read', 'damaged-header', '<Envelope/>'.padEnd(MiB + 1)],
    ['with a DTD, which may name any file', 'damaged-header', '<!DOCTYPE x [<!ENTITY f "a">]><Envelope/>'],
  ])('%s: %s', async (_what, code, text) => {
    expect(told(await admit(archive(member({ name: 'x' }, text), disk('a.vmdk'))))).toEqual([`${code} fail`]);
  });

  test('its names are shown without control characters', async () => {
    const { findings } = await admit(archive(ovf([{ href: `/${'x'.repeat(200)}` }, { href: '/b' }])));
    expect(findings).toMatchObject([{ code: 'ova-foreign-file', params: { file: `/${'x'.repeat(119)}` } }]);
    for (const [href, code] of [
      ['/a%00%0a', 'ova-foreign-file'],
      ['a%00%0a', 'ova-file-missing'],
    ] as const) {
      expect((await admit(archive(ovf([{ href }])))).findings).toMatchObject([
        { code, params: { file: expect.stringMatching(/^\/?a\?\?$/) } },
      ]);
    }
  });

  test('a refusal names what is wrong with it', async () => {
    for (const [text, field] of [
      ['<!DOCTYPE x><Envelope/>', 'DOCTYPE'],
      ['<Envelope/>'.padEnd(MiB + 1), 'size'],
    ] as const) {
      const { findings } = await admit(archive(member({ name: 'x' }, text)));
      expect(findings).toMatchObject([{ code: 'damaged-header', params: { format: 'OVF', field } }]);
    }
  });

  test.each([
    ['short', '<html><File href="/etc/passwd"/></html>', []],
    ['longer than is read', `<html><Envelope/>${'x'.repeat(MiB)}`, ['ova-left-out warn']],
  ])('other XML is none, whatever it lists: %s', async (_what, text, expected) => {
    expect(told(await admit(archive(member({ name: 'x' }, text), disk('a.vmdk'))))).toEqual(expected);
  });
});

test('several disks are listed by name, as many as fit', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { findings } = await admit(archive(...names.map((name) => disk(name, emptyQcow2()))));
  expect(findings).toMatchObject([{ params: { count: 6, names: 'a, b, c, d, e' } }]);
  const long = await admit(archive(...names.map((name) => disk(name.repeat(90), emptyQcow2()))));
  expect(String(long.findings[0]?.params?.names)).toHaveLength(200);
});

test('an archive without a disk is refused, and one file alone is looked at', async () => {
  const texts = ['a', 'b'].map((name) => member({ name }, Buffer.alloc(MiB, 'text')));
  expect(told(await admit(archive(...texts)))).toEqual(['ova-no-disk fail']);
  expect(told(await admit(archive(...texts.slice(1))))).toEqual(['unrecognised fail']);
  expect(told(await admit(archive(member({ name: 'a' }, '<html/>'.padEnd(600)))))).toEqual(['unrecognised fail']);
  expect(told(await admit(archive(member({ name: 'a' }, '<Envelope/>'.padEnd(600)))))).toEqual(['ova-no-disk fail']);
});

test('a folder of VMware, where text and bytes are two files, is named', async () => {
  const text = '# Disk DescriptorFile\nversion=1\ncreateType="vmfs"\nRW 98304 VMFS "machine-flat.vmdk"\n';
  const description = member({ name: 'machine.vmdk' }, text);
  const folder = archive(member({ name: 'machine.vmx' }, 'x'), description, disk('machine-flat.vmdk', raw));
  const { disk: found, findings } = await admit(folder);
  expect(found).toBeUndefined();
  expect(findings).toMatchObject([{ code: 'vmdk-flat', outcome: 'fail', params: { type: 'machine.vmdk' } }]);
  expect(told(await admit(archive(ovf([{ href: 'a.vmdk', isDisk: true }]), disk('a.vmdk'), description)))).toEqual([
    'vmdk-flat fail',
  ]);
});

test('names a file that the envelope lists and the archive lacks', async () => {
  const files = [{ href: 'a.vmdk', isDisk: true }, { href: 'machine.nvram' }];
  const without = await admit(archive(ovf(files), disk('a.vmdk')));
  expect(told(without)).toEqual(['ova-file-missing warn']);
  expect(without.findings.find(({ outcome }) => outcome === 'warn')?.params).toEqual({ file: 'machine.nvram' });
  expect(chosen(without)).toBe('a.vmdk');
  const nothing = await admit(archive(ovf(files)));
  expect(nothing.findings).toMatchObject([{ code: 'ova-file-missing', outcome: 'fail', params: { file: 'a.vmdk' } }]);
  // A renamed disk is still a disk.
  expect(told(await admit(archive(ovf([files[0] as File]), disk('b.vmdk'))))).toEqual(['ova-file-missing warn']);
});

test('unknown large data is not skipped silently', async () => {
  const beside = (size: number) => admit(archive(disk('a.vmdk'), member({ name: 'data' }, Buffer.alloc(size, 'x'))));
  expect(told(await beside(MiB))).toEqual(['ova-left-out warn']);
  expect(told(await beside(MiB - 1))).toEqual([]);
  const data = Buffer.alloc(MiB, 'x');
  const named = ovf([{ href: 'a.vmdk', isDisk: true }, { href: 'named' }]);
  const { findings } = await admit(
    archive(named, ...['named', './one', 'two'].map((name) => member({ name }, data)), disk('a.vmdk')),
  );
  expect(findings.filter(({ code }) => code === 'ova-left-out')).toMatchObject([{ params: { file: 'one', count: 2 } }]);
});

test('what the manifest says of the disk is handed on', async () => {
  const digest = createHash('sha1').update(vmdk).digest('hex');
  const manifest = (line: string): Buffer =>
    member({ name: 'machine.mf' }, `SHA1(machine.ovf)= ${'0'.repeat(40)}\n${line}\n`);
  for (const line of [`SHA1(a.vmdk)= ${digest}`, `SHA1 (a.vmdk) = ${digest.toUpperCase()}\r`]) {
    const { layers } = await admit(archive(manifest(line), disk('a.vmdk')));
    expect(layers[0]).toMatchObject({ digest: { algorithm: 'sha1', hex: digest } });
  }
  const text = member({ name: 'readme' }, `See SHA1(a.vmdk)\nSHA1(a.vmdk)= ${digest}\n`);
  expect((await admit(archive(text, disk('a.vmdk')))).layers[0]).not.toHaveProperty('digest');
  const { layers } = await admit(archive(manifest(`SHA1(b.vmdk)= ${digest}`), disk('a.vmdk')));
  expect(layers[0]).not.toHaveProperty('digest');
});

describe('a disk in chunks', () => {
  const size = 1_500_000;
  const chunks = (): Buffer[] => {
    const pieces: Buffer[] = [];
    for (let at = 0; at < vmdk.length; at += size) {
      const name = `a.vmdk.${String(pieces.length).padStart(9, '0')}`;
      pieces.push(member({ name }, vmdk.subarray(at, at + size)));
    }
    return pieces;
  };
  const envelope = (chunkSize = size): Buffer => ovf([{ href: 'a.vmdk', isDisk: true, chunkSize }]);
  /** Chunks of a few bytes: only how they lie is looked at. */
  const small = (...sizes: number[]): Buffer[] =>
    sizes.map((bytes, index) => member({ name: `./a.vmdk.${String(index).padStart(9, '0')}` }, Buffer.alloc(bytes)));

  test('is to be put together, and its beginning is looked at', async () => {
    const before = envelope();
    const { layers, findings } = await admit(archive(before, ...chunks()), vmdk);
    const length = Buffer.concat(chunks()).length;
    expect(layers).toEqual([
      { kind: 'tar', member: 'a.vmdk', offset: before.length, size: length },
      { kind: 'pieces', declared: vmdk.length },
    ]);
    expect(findings).toEqual([]);
    const backing = Buffer.from(qcow2);
    backing.writeBigUInt64BE(512n, 8);
    expect(told(await admit(archive(before, ...chunks()), backing))).toEqual(['qcow2-backing-file fail']);
  });

  test.each<[string, () => Buffer[]]>([
    ['the last may be as large as the others', () => [envelope(5), ...small(5, 5)]],
    ['there may be one only', () => [envelope(5), ...small(3)]],
    ['an envelope need not tell their size', () => [ovf([{ href: 'a.vmdk', isDisk: true }]), ...small(5, 7, 6)]],
    ['the envelope may come last', () => [...small(5, 5), envelope(5)]],
    [
      'what only has such a name is none',
      () => [
        ...['a.vmdk.0000000010', 'a.vmdk.x000000001', 'b.vmdk.000000001'].map((name) => member({ name }, 'x')),
        ...small(5, 5),
        envelope(5),
      ],
    ],
  ])('is accepted: %s', async (_what, members) => {
    const { layers, findings } = await admit(archive(...members()), vmdk);
    expect(findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(layers).toMatchObject([{ member: 'a.vmdk' }, { kind: 'pieces' }]);
  });

  test('is refused with its name and the number of its chunks', async () => {
    const { findings } = await admit(archive(envelope(5), ...small(5, 4, 5)));
    expect(findings).toMatchObject([{ code: 'ova-chunks', params: { file: 'a.vmdk', count: 3 } }]);
  });

  test.each<[string, () => Buffer[]]>([
    ['the last is larger', () => [envelope(5), ...small(5, 6)]],
    [
      'one is stored without its holes',
      () => [
        envelope(5),
        ...small(5),
        member({ name: 'x', type: 'x' }, paxRecord('GNU.sparse.realsize=5')),
        ...small(5, 5).slice(1),
      ],
    ],
    ['one lacks', () => [envelope(), ...chunks().filter((_, index) => index !== 1)]],
    ['in another order', () => [envelope(), chunks()[0] as Buffer, ...chunks().slice(1).reverse()]],
    [
      'something lies between',
      () => [envelope(), chunks()[0] as Buffer, member({ name: 'x' }, 'x'), ...chunks().slice(1)],
    ],
    [
      'a folder lies between',
      () => [envelope(), chunks()[0] as Buffer, member({ name: 'x/', type: '5' }), ...chunks().slice(1)],
    ],
    ['of another size', () => [envelope(size + 1), ...chunks()]],
  ])('is refused by name: %s', async (_what, members) => {
    expect(chunks().length).toBeGreaterThan(2);
    expect(told(await admit(archive(...members()), vmdk))).toEqual(['ova-chunks fail']);
  });
});

test('an export of XenServer is named', async () => {
  const xenServer = (name: string) => admit(archive(member({ name }, 'x'), disk('a.vmdk')));
  for (const name of ['Ref:4/00000000', 'Ref:123/00000017.xxhash']) {
    expect(told(await xenServer(name))).toEqual(['archive-xva fail']);
  }
  for (const name of ['Ref:4', 'Ref:a/0', 'Ref:4/a', 'xRef:4/00000000'])
    expect(told(await xenServer(name))).toEqual([]);
  const blocks = [0, 1].flatMap((index) => [
    member({ name: `Ref:4/0000000${index}` }, Buffer.alloc(MiB, 1)),
    member({ name: `Ref:4/0000000${index}.checksum` }, 'a'.repeat(40)),
  ]);
  const xva = archive(member({ name: 'ova.xml' }, '<?xml version="1.0"?><value><struct/></value>'), ...blocks);
  expect(told(await admit(xva))).toEqual(['archive-xva fail']);
});

describe('the headers of an archive', () => {
  test('another sum in the first is no archive', async () => {
    const bytes = archive(member({ name: 'a' }, Buffer.alloc(4096, 1)));
    bytes[0] = 'b'.charCodeAt(0);
    expect(told(await admit(bytes))).toEqual(['unrecognised fail']);
  });

  test('a folder in front of the name is POSIX, and something else to GNU', async () => {
    const names = ['ustar\0', 'ustar  \0'].map((magic) => archive(member({ name: 'a', prefix: 'b', magic }, vmdk)));
    expect(await Promise.all(names.map(async (bytes) => chosen(await admit(bytes))))).toEqual(['b/a', 'a']);
  });

  test('a disk without its holes that was cut off is not unpacked', async () => {
    const sparse = archive(member({ type: 'x' }, paxRecord('GNU.sparse.realsize=9')), disk('a', Buffer.alloc(4096)));
    expect((await admit(sparse, vmdk)).layers).toMatchObject([{ kind: 'tar' }, { kind: 'pieces', declared: 9 }]);
    expect(told(await admit(sparse.subarray(0, 1024 + 512 + 4095), vmdk))).toEqual(['truncated fail']);
  });
});
