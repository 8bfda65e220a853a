import type { ByteSource } from '../ports/byte-source.ts';
import { boundAllocated } from './expansion.ts';
import { exactly, type Format, type FormatResult, refusal, Truncated, u64le } from './format.ts';
import { makeMapping, readTables } from './mapping.ts';
import { descriptorBytes, descriptorProblem, isTextDescriptor, typeOfText } from './vmdk-descriptor.ts';

/** Source: VMware Virtual Disk Format 1.1; QEMU block/vmdk.c for what QEMU really reads. Little-endian. */
const sector = 512;
const maxDescriptor = 128 * sector;
const atEnd = 0xffff_ffff_ffff_ffffn;
const flag = { redundantTables: 2, compressed: 0x1_0000, markers: 0x2_0000 };
const maxTables = 1024 ** 2;

export const vmdkText: Format = {
  name: 'vmdk',
  matches: isTextDescriptor,
  inspect: (_source, head) => Promise.resolve(refusal('vmdk-flat', { type: typeOfText(head) })),
};

type Header = {
  version: number;
  flags: number;
  /** In sectors, as all sizes and offsets here. */
  capacity: number;
  grainSize: number;
  descriptor: { offset: number; size: number };
  entriesPerTable: number;
  directory: number;
  directoryAtEnd: boolean;
  redundantDirectory: number;
  grainsBegin: number;
  compression: number;
};

function readHeader(bytes: Buffer): Header {
  return {
    version: bytes.readUInt32LE(4),
    flags: bytes.readUInt32LE(8),
    capacity: u64le(bytes, 12),
    grainSize: u64le(bytes, 20),
    descriptor: { offset: u64le(bytes, 28), size: u64le(bytes, 36) },
    entriesPerTable: bytes.readUInt32LE(44),
    redundantDirectory: u64le(bytes, 48),
    directory: u64le(bytes, 56),
    directoryAtEnd: bytes.readBigUInt64LE(56) === atEnd,
    grainsBegin: u64le(bytes, 64),
    compression: bytes.readUInt16LE(77),
  };
}

function refuseDamaged(field: string): FormatResult {
  return refusal('damaged-header', { format: 'vmdk', field });
}

export const vmdk: Format = {
  name: 'vmdk',
  matches: (head) => head.subarray(0, 4).toString('latin1') === 'KDMV',

  inspect: async (source) => {
    const first = readHeader(await exactly(source, 0, sector));
    const refused = fieldProblem(first) ?? (await checkDescriptor(source, first));
    if (refused) return refused;
    const footer = first.directoryAtEnd ? await readFooter(source, first) : first;
    if ('findings' in footer) return footer;
    return checkGrains(source, footer);
  },
};

/** Numbers that QEMU rejects, and numbers with which it treats the file as another format. */
function fieldProblem({
  version,
  flags,
  capacity,
  grainSize,
  entriesPerTable,
  compression,
}: Header): FormatResult | undefined {
  if (version < 1 || version > 3) return refuseDamaged('version');
  // With 0 in the first header QEMU treats the inner descriptor as one that names other files, whatever the footer says.
  if (capacity === 0) return refuseDamaged('capacity');
  if (grainSize < 1 || grainSize > 2048 || (grainSize & (grainSize - 1)) !== 0) return refuseDamaged('grain size');
  if (entriesPerTable < 1 || entriesPerTable > 512 || (entriesPerTable & (entriesPerTable - 1)) !== 0) {
    return refuseDamaged('grain table size');
  }
  if (capacity / (grainSize * entriesPerTable) > maxTables) return refuseDamaged('capacity');
  // QEMU uses the algorithm, other readers the flag.
  const isCompressed = (flags & flag.compressed) !== 0;
  if (compression > 1 || isCompressed !== (compression === 1)) return refuseDamaged('compression');
  if (isCompressed && (flags & flag.markers) === 0) return refuseDamaged('markers');
  return undefined;
}

async function checkDescriptor(source: ByteSource, { descriptor }: Header): Promise<FormatResult | undefined> {
  const declared = descriptor.size * sector;
  if (descriptor.offset !== 1 || declared === 0 || declared > maxDescriptor) return refusal('vmdk-descriptor');
  const length = Math.min(Math.max(declared, descriptorBytes), source.size - sector);
  return descriptorProblem(await exactly(source, sector, length), declared);
}

/** The footer may differ from the first header only in the places of its tables. Otherwise readers that use the first header would see another disk. */
const alike: (keyof Header)[] = ['version', 'flags', 'capacity', 'grainSize', 'entriesPerTable', 'compression'];

/** The last three sectors: marker, footer, end of stream. They hold the real header when the first one says so. @throws Truncated */
async function readFooter(source: ByteSource, first: Header): Promise<Header | FormatResult> {
  if (source.size % sector !== 0) throw new Truncated('footer');
  const tail = await exactly(source, source.size - 3 * sector, 3 * sector);
  const [marker, bytes, end] = [0, 1, 2].map((index) => tail.subarray(index * sector, (index + 1) * sector)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const isMarked = marker.readUInt32LE(8) === 0 && marker.readUInt32LE(12) === 3;
  if (bytes.subarray(0, 4).toString('latin1') !== 'KDMV' || !isMarked || !end.every((byte) => byte === 0)) {
    throw new Truncated('footer');
  }
  const footer = readHeader(bytes);
  const [mine, its] = [footer.descriptor, first.descriptor];
  const differs =
    alike.some((field) => footer[field] !== first[field]) || mine.offset !== its.offset || mine.size !== its.size;
  return footer.directoryAtEnd || differs ? refuseDamaged('footer') : footer;
}

/** Reads the whole grain directory and its tables. Every place that they point to must lie within the file, and no place may occur twice. */
async function checkGrains(source: ByteSource, header: Header): Promise<FormatResult> {
  const { capacity, grainSize, entriesPerTable } = header;
  const compressed = header.compression === 1;
  if (header.grainsBegin * sector > source.size) throw new Truncated('grains');
  const length = Math.ceil(capacity / (grainSize * entriesPerTable)) * 4;
  if ((header.flags & flag.redundantTables) !== 0) await exactly(source, header.redundantDirectory * sector, length);
  const directory = await exactly(source, header.directory * sector, length);
  const tables = makeMapping(entriesPerTable * 4, source.size);
  const offsets: number[] = [];
  for (let at = 0; at < length; at += 4) {
    const offset = directory.readUInt32LE(at) * sector;
    if (offset === 0) continue;
    tables.add(offset);
    offsets.push(offset);
  }
  if (tables.isShared()) return refusal('shared-blocks', { format: 'VMDK' });

  // Each compressed grain uses at least one sector: its marker has its sector (8 bytes) and length (4).
  const grains = makeMapping(compressed ? sector : grainSize * sector, source.size + grainSize * sector);
  let last = 0;
  await readTables(source, offsets, entriesPerTable * 4, (table) => {
    for (let at = 0; at < table.length; at += 4) {
      // 0: nothing there, 1: zeros.
      const grain = table.readUInt32LE(at);
      if (grain <= 1) continue;
      if (grain * sector >= source.size) throw new Truncated('grain');
      grains.add(grain * sector);
      last = Math.max(last, grain);
    }
  });
  if (grains.isShared()) return refusal('shared-blocks', { format: 'VMDK' });
  if (compressed && last > 1) {
    const bytes = (await exactly(source, last * sector, 12)).readUInt32LE(8);
    if (last * sector + 12 + bytes > source.size) throw new Truncated('grain');
  }
  const virtualSize = capacity * sector;
  return {
    disk: {
      format: 'vmdk',
      // As QEMU names it; what the descriptor calls itself changes nothing of what is read.
      variant: compressed ? 'streamOptimized' : 'monolithicSparse',
      virtualSize,
      allocatedAtMost: boundAllocated({ size: source.size, virtualSize, compressed }),
    },
    findings: [],
  };
}
