import type { Finding } from '../contracts/finding.ts';
import type { Layer } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type FormatResult, headBytes, refusal, refuseCutOff, warn } from './format.ts';
import { findCompression, toMember } from './layers.ts';
import {
  type Digest,
  type EnvelopeFile,
  leadsElsewhere,
  mostOfEnvelope,
  mostOfManifest,
  plainName,
  readEnvelope,
  readManifest,
} from './ovf.ts';
import { inspectRaw } from './raw.ts';
import { formats } from './table.ts';
import { cleanName, isTar, type Member, readMembers } from './tar.ts';
import { vmdkText } from './vmdk.ts';

/**
 * Which member of an archive is the disk. Content decides, whatever members are called (security review, L4); where it leaves several, an OVF envelope (DMTF DSP0243)
 * says which of them is a disk of the machine and which a CD or floppy that was in a drive.
 */
export async function findDisk(source: ByteSource): Promise<{ layers: Layer[]; notes: Finding[] } | FormatResult> {
  const members = await readMembers(source);
  if ('findings' in members) return members;
  // XenServer and XCP-ng: a disk is thousands of members of 1 MiB each, with gaps. xapi, "XVA"
  if (members.some(({ name }) => /^Ref:\d+\/\d/.test(name))) return refusal('archive-xva');
  const beside = await readTexts(source, members);
  if ('findings' in beside) return beside;
  const joined = joinChunks(members, beside.files);
  if ('findings' in joined) return joined;
  const chosen = choose(await readKinds(source, joined, beside.envelopes), beside.files);
  if ('findings' in chosen) return chosen;
  const { disk, notes } = chosen;
  const digest = disk.pieces ? undefined : beside.digests.get(disk.name);
  const at = disk.pieces
    ? { offset: disk.begin, size: disk.end - disk.begin }
    : { offset: disk.offset, size: disk.size };
  return {
    layers: [
      { kind: 'tar', member: disk.name, ...at, ...(digest ? { digest } : {}) },
      ...(disk.pieces ? [{ kind: 'pieces' as const, declared: disk.pieces.size }] : []),
    ],
    notes,
  };
}

/** A file as a tool gets it when it unpacks the archive. */
type Stored = Omit<Member, 'sparse'> & {
  /** The archive stores it differently: without its holes, or in chunks. `size` is that of the whole file. */
  pieces?: { size: number };
};

type Kind =
  /** The format may hold anything, or name other files. */
  | 'image'
  /** The text of a VMDK, which names other files. A tool that follows it treats it as an image. */
  | 'description'
  | 'raw disk'
  /** A CD or a floppy. */
  | 'medium'
  | 'side file'
  | 'unknown';

/** XML in UTF-16, by its first two bytes: a byte order mark, or "<" (XML 1.0, appendix F). */
const wideEncodings: Readonly<Record<string, string>> = {
  fffe: 'utf-16le',
  '3c00': 'utf-16le',
  feff: 'utf-16be',
  '003c': 'utf-16be',
};

function decode(bytes: Buffer): string {
  return new TextDecoder(wideEncodings[bytes.toString('hex', 0, 2)] ?? 'utf-8').decode(bytes);
}

async function readTexts(
  source: ByteSource,
  members: readonly Member[],
): Promise<{ files: EnvelopeFile[]; digests: Map<string, Digest>; envelopes: Set<number> } | FormatResult> {
  const files: EnvelopeFile[] = [];
  const digests = new Map<string, Digest>();
  const envelopes = new Set<number>();
  for (const { offset, size } of members) {
    const upTo = async (most: number) => decode(await exactly(source, offset, Math.min(size, most)));
    const start = await upTo(16);
    // Blanks may come before the first element.
    if (/^\s*(?:<|$)/.test(start)) {
      const found = readEnvelope(await upTo(mostOfEnvelope));
      if (!found) continue;
      if (found === 'doctype') return refusal('damaged-header', { format: 'OVF', field: 'DOCTYPE' });
      // The part behind that could name any file.
      if (size > mostOfEnvelope) return refusal('damaged-header', { format: 'OVF', field: 'size' });
      const foreign = found.find(({ href }) => leadsElsewhere(href));
      if (foreign) return refusal('ova-foreign-file', { file: cleanName(foreign.href) });
      envelopes.add(offset);
      for (const file of found) files.push({ ...file, href: cleanName(file.href) });
    } else if (/^SHA(?:1|256|512)[ (]/.test(start)) {
      for (const [name, digest] of readManifest(await upTo(mostOfManifest))) digests.set(name, digest);
    }
  }
  return { files, digests, envelopes };
}

/** DSP0243, 7.1: a file with a chunkSize is stored as HREF.000000000, HREF.000000001 and so on. */
function joinChunks(members: readonly Member[], files: readonly EnvelopeFile[]): Stored[] | FormatResult {
  const stored: Stored[] = members.map(({ sparse, ...member }) => ({
    ...member,
    name: plainName(member.name),
    ...(sparse ? { pieces: sparse } : {}),
  }));
  // Looked up, because an envelope may list very many files.
  const names = new Set(stored.map(({ name }) => name));
  for (const { href, chunkSize } of files) {
    if (names.has(href) || !names.has(`${href}.000000000`)) continue;
    const first = stored.findIndex(({ name }) => name === `${href}.000000000`);
    const isChunk = ({ name }: Stored) => name.startsWith(`${href}.`) && /^\d{9}$/.test(name.slice(href.length + 1));
    const count = stored.filter(isChunk).length;
    const chunks = stored.slice(first, first + count);
    const inOrder = chunks.every(
      ({ name, begin, size, pieces }, index) =>
        name === `${href}.${String(index).padStart(9, '0')}` &&
        pieces === undefined &&
        begin === (chunks[index - 1]?.end ?? begin) &&
        (index < count - 1 ? size === (chunkSize ?? size) : size <= (chunkSize ?? size)),
    );
    if (!inOrder) return refusal('ova-chunks', { file: href, count });
    const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
    const { begin } = chunks[0] as Stored;
    const { end } = chunks.at(-1) as Stored;
    for (const { name } of chunks) names.delete(name);
    names.add(href);
    stored.splice(first, count, { name: href, begin, end, offset: begin, size, pieces: { size } });
  }
  return stored;
}

async function readKinds(
  source: ByteSource,
  members: readonly Stored[],
  envelopes: ReadonlySet<number>,
): Promise<(Stored & { kind: Kind })[]> {
  const found: (Stored & { kind: Kind })[] = [];
  for (const member of members) {
    const kind = member.pieces ? 'image' : await readKind(source, member);
    found.push({ ...member, kind: kind === 'unknown' && envelopes.has(member.offset) ? 'side file' : kind });
  }
  return found;
}

/** The largest floppy: 2.88 MB. */
const floppy = 2880 * 1024;

async function readKind(source: ByteSource, { offset, size }: Stored): Promise<Kind> {
  const head = await exactly(source, offset, Math.min(size, headBytes));
  const tail = await exactly(source, offset + Math.max(0, size - 512), Math.min(size, 512));
  const matching = formats.filter((format) => format.matches(head, tail));
  if (matching.length > 0) {
    if (matching.every((format) => format === vmdkText)) return 'description';
    return matching.every(({ name }) => name === 'iso') ? 'medium' : 'image';
  }
  // Files that macOS puts beside each file: AppleDouble (RFC 1740, appendix A), and a folder's .DS_Store.
  if (head.length > 8 && (head.readUInt32BE(0) === 0x0005_1607 || head.subarray(4, 8).toString('latin1') === 'Bud1')) {
    return 'side file';
  }
  if (findCompression(head) || isTar(head)) return 'image';
  const member = toMember(source, { kind: 'tar', offset, size });
  // Damaged, or cut off, but still a disk.
  const raw = await refuseCutOff(() => inspectRaw(member, head));
  if (!raw) return 'unknown';
  return raw.disk?.variant === 'fat' && size <= floppy ? 'medium' : 'raw disk';
}

/** Text beside a disk is never this long. A longer file that nobody recognises may be somebody's data. */
const worthTelling = 1024 * 1024;

function choose(
  members: readonly (Stored & { kind: Kind })[],
  files: readonly EnvelopeFile[],
): { disk: Stored; notes: Finding[] } | FormatResult {
  const there = new Set(members.map(({ name }) => name));
  const absent = files.find(({ href }) => !there.has(href))?.href;
  const listed = new Set(files.map(({ href }) => href));
  const disksOfMachine = new Set(files.filter(({ isDisk }) => isDisk).map(({ href }) => href));
  const isDiskOfMachine = ({ name }: Stored): boolean => disksOfMachine.has(name);
  const of = (...kinds: Kind[]) => members.filter(({ kind }) => kinds.includes(kind));
  // An image that the envelope does not name is still an image for a tool that unpacks the archive. The raw bytes of a CD or a floppy name no other file.
  const byEnvelope = members.some(isDiskOfMachine)
    ? members.filter((each) => isDiskOfMachine(each) || each.kind === 'image' || each.kind === 'description')
    : [];
  const candidates =
    [byEnvelope, of('image', 'description', 'raw disk'), of('medium'), members.length === 1 ? of('unknown') : []].find(
      ({ length }) => length > 0,
    ) ?? [];
  const [disk, ...others] = candidates;
  if (!disk) {
    return absent === undefined ? refusal('ova-no-disk') : refusal('ova-file-missing', { file: absent });
  }
  // A folder of VMware: the text and the bytes are two files, and only together a disk.
  const description = candidates.find(({ kind }) => kind === 'description');
  if (others.length > 0 && description) return refusal('vmdk-flat', { type: description.name });
  if (others.length > 0) {
    const names = candidates.slice(0, 5).map(({ name }) => name);
    return refusal('ova-several-disks', { count: candidates.length, names: names.join(', ').slice(0, 200) });
  }
  const leftOut = of('unknown').filter(
    ({ name, size }) => name !== disk.name && size >= worthTelling && !listed.has(name),
  );
  return {
    disk,
    notes: [
      ...(absent === undefined ? [] : [warn('ova-file-missing', { file: absent })]),
      ...(leftOut[0] ? [warn('ova-left-out', { file: leftOut[0].name, count: leftOut.length })] : []),
    ],
  };
}
