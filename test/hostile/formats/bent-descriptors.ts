import { probedAsVmdk } from '../readings.ts';
import type { Base } from './base-images.ts';

/** The text of a VMDK in every way that readers take differently: in a sparse disk, and alone. */

const place = 512;
const room = 10_240;

function putInside(base: Base, text: string | Buffer): Buffer {
  const bytes = Buffer.from(base.bytes);
  bytes.fill(0, place, place + room);
  Buffer.from(text as string, 'latin1').copy(bytes, place, 0, room);
  return bytes;
}

const extent = 'RW 1024 SPARSE "disk.vmdk"';
const lines = [
  '# Disk DescriptorFile',
  'version=1',
  'CID=12345678',
  'parentCID=ffffffff',
  'createType="monolithicSparse"',
  '',
  '# Extent description',
  extent,
  '',
  'ddb.virtualHWVersion = "4"',
];
function toText(change: (lines: string[]) => string[] = (same) => same, end = '\n'): string {
  return change([...lines]).join(end) + end;
}
function instead(from: string, to: string) {
  return toText((all) => all.map((line) => (line === from ? to : line)));
}
function added(line: string) {
  return toText((all) => [...all, line]);
}

const extents = [
  'RW 1 SPARSE "a"',
  'RW 123456789012345 SPARSE "a"',
  'RW 1234567890123456 SPARSE "a"',
  'RW  1024 SPARSE "a"',
  'rw 1024 SPARSE "a"',
  'RW 1024 sparse "a"',
  'RW +1024 SPARSE "a"',
  'RW -1024 SPARSE "a"',
  'RW 0x400 SPARSE "a"',
  'RW 1024 SPARSE a',
  'RW 1024 SPARSE ""',
  'RW 1024 SPARSE "a/b"',
  'RW 1024 SPARSE "/a"',
  'RW 1024 SPARSE "a" 0',
  'x RW 1024 SPARSE "a"',
  'RW 1024 SPARSE "a"b"',
  'RW 1024 FLAT "a" 0',
  'RW 1024 ZERO',
  'RW 1024 VMFS "a"',
  'RW 1024 FLAT "/etc/shadow" 0',
  'RW\t1024\tSPARSE\t"a"',
  'RW 1024 VMFSSPARSE "a"',
  'RDONLY 1024 SPARSE "a"',
  'NOACCESS 1024 SPARSE "a"',
  'RW',
  'RWX 1024 SPARSE "a"',
  'RW 1024 \x01\x02FLAT "a" 0',
  `RW 1024 SPARSE "${'n'.repeat(511)}"`,
  `RW 1024 SPARSE "${'n'.repeat(512)}"`,
  `RW 1024 ${'long '.repeat(20)}"a"`,
];
const types = [
  'createType=monolithicSparse',
  'createType=""',
  'createType="monolithicSparse" ',
  'createType = "monolithicSparse"',
  'CreateType="monolithicSparse"',
  'createType="MonolithicSparse"',
  'createType="streamOptimized"',
  'createType="monolithicFlat"',
  'createType="twoGbMaxExtentSparse"',
  'createType="vmfs"',
  'xcreateType="monolithicSparse"',
  'createType="monolithicSparse"x',
  'createType=x"monolithicSparse"',
  `createType="${'t'.repeat(40)}"`,
  `createType="${'t'.repeat(41)}"`,
  'createType',
  '# createType="monolithicSparse"',
];
const ids = [
  'CID=',
  'CID',
  'cid=1',
  ' CID = 1',
  'CID=1=2',
  'parentCID=0',
  'parentCID=FFFFFFFF',
  'parentCID = ffffffff',
  'parentCID=ffffffff ',
  'parentCID=fffffffe',
  'PARENTCID=ffffffff',
  'xparentCID=ffffffff',
];
const more = [
  'createType="monolithicSparse"',
  '# createType="monolithicSparse"',
  'xcreateType',
  'parentFileNameHint="/etc/passwd"',
  '# PARENTFILENAMEHINT="x"',
  'parentfilenamehint',
  extent,
  `# ${extent}`,
  ` ${extent}`,
  'CID=2',
  'parentCID=ffffffff',
  'parentCID=1',
  'ddb.x = "1"',
  'no setting',
  '=',
  'a-b:c.d_e=1',
  'a b=1',
  'é=1',
  '#',
  ' # a comment',
  '\x01',
  'version=2',
];

const alone = [
  'version=1',
  'version=2',
  'version = 3',
  'VERSION=1',
  'version=',
  'version=x',
  'xversion=1',
  'version\t=\t9',
  '\n\nversion=1',
  '#\n# a\n version=1',
  '# a\r\rversion=1',
  'x\nversion=1',
  '\xef\xbb\xbfversion=1',
  'x\xef\xbb\xbfversion=1',
  '# Disk DescriptorFile',
  '#Disk DescriptorFile',
  '#  disk descriptorfile',
  '# DiskDescriptorFile',
  'x # Disk DescriptorFile',
  '##  Disk DescriptorFile',
  'createType="vmfs"',
  'createtype  =  monolithicFlat',
  'xcreateType="vmfs"',
  'x\n createType="custom"',
  'createType="a b"',
  `createType="${'t'.repeat(60)}"`,
  'createType=   "    flat"',
  'KDMV version=1',
  'COWD\nversion=1',
  'version=1\ncreateType=%',
  'version=1\ncreateType         =x',
  'version=1\ncreateType=         x',
];

export const descriptors = function* (bases: readonly Base[]): Generator<{ name: string; bytes: Buffer }> {
  const sparse = bases.find(({ name }) => name === 'vmdk sparse') as Base;
  const inside = (name: string, text: string): { name: string; bytes: Buffer } => ({
    name: name.replaceAll(/[^ -~]/g, '?').slice(0, 90),
    bytes: putInside(sparse, text),
  });
  yield inside('as it is', toText());
  for (const line of new Set(lines))
    yield inside(
      `without ${line || 'blank lines'}`,
      toText((all) => all.filter((each) => each !== line)),
    );
  for (const line of new Set(lines))
    yield inside(
      `twice ${line || 'blank'}`,
      toText((all) => all.flatMap((each) => (each === line ? [each, each] : [each]))),
    );
  for (const end of ['\r\n', '\r', '\n\n', '\v', '\0', '\u0085'])
    yield inside(`lines that end with ${JSON.stringify(end)}`, toText(undefined, end));
  for (const line of extents) yield inside(`extent ${line}`, instead(extent, line));
  for (const line of types) yield inside(`type ${line}`, instead('createType="monolithicSparse"', line));
  for (const line of ids)
    yield inside(`id ${line}`, instead(/parent/i.test(line) ? 'parentCID=ffffffff' : 'CID=12345678', line));
  for (const line of more) yield inside(`and ${line}`, added(line));
  yield inside(
    'no extent',
    toText((all) => all.filter((each) => each !== extent)),
  );
  yield inside('behind a zero byte: parentFileNameHint', `${toText()}\0parentFileNameHint="x"`);
  yield inside('behind a zero byte: createType', `${toText()}\0createType="monolithicFlat"`);
  yield inside('behind a zero byte: an extent', `${toText()}\0RW 1 FLAT "x" 0`);
  yield inside('as long as it may be', toText().padEnd(room, '\n'));
  for (const sectors of [0, 1, 2, 19, 20, 21, 128, 129]) {
    for (const text of [toText(), toText().padEnd(512, '\n'), toText().padEnd(513, '\n')]) {
      const bytes = putInside(sparse, text);
      bytes.writeBigUInt64LE(BigInt(sectors), 36);
      yield { name: `declared as ${sectors} sectors, ${text.length} bytes`, bytes };
    }
  }
  for (const text of alone)
    yield {
      name: `alone ${JSON.stringify(text).slice(0, 80)}`.replaceAll(/[^ -~]/g, '?'),
      bytes: Buffer.concat([Buffer.from(`${text}\n`, 'latin1'), Buffer.alloc(1024)]),
    };
  yield { name: 'alone, behind 10 KiB of blank lines', bytes: Buffer.from(`${'\n'.repeat(10_240)}version=1\n`) };
  yield { name: 'alone, at the end of 10 KiB of blank lines', bytes: Buffer.from(`${'\n'.repeat(10_230)}version=1\n`) };
  yield { name: 'alone, as QEMU probes it', bytes: Buffer.concat([probedAsVmdk('/etc/hostname'), Buffer.alloc(600)]) };
};
