import type { Finding } from '../contracts/finding.ts';
import type { Admission, DetectedDisk, Layer } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { findDisk } from './archive-disk.ts';
import { type DeclaredSize, nothingDeclared } from './declared-size.ts';
import { boundDecompressed, decompressorBounds } from './expansion.ts';
import { describeFormat } from './facts.ts';
import { type FormatResult, headBytes, refusal, refuseCutOff, Truncated } from './format.ts';
import { type AdmitOptions, type Compression, findCompression, toMember } from './layers.ts';
import { inspectRaw } from './raw.ts';
import { findMistake, formats } from './table.ts';
import { isTar } from './tar.ts';
import { xzSize } from './xz.ts';
import { zstdSize } from './zstd.ts';

/** tar in gz, disk in tar: no sound upload has more layers. */
const maxLayers = 3;

/** gz has the size modulo 2^32 of its last member only (RFC 1952, ISIZE); bzip2 has none. */
const declaredSizes: Partial<Record<Compression, (source: ByteSource) => Promise<DeclaredSize>>> = {
  xz: xzSize,
  zstd: zstdSize,
};

/**
 * Finds out what an upload is from its content alone: names and declared types do not count. Makes a handful of range reads, whatever the size. Every reason to
 * refuse is a failing finding. Throws only if the source cannot be read.
 */
export async function admitSource(source: ByteSource, options: AdmitOptions): Promise<Admission> {
  if (source.size > (options.maxUploadBytes ?? Number.POSITIVE_INFINITY)) {
    return { layers: [], ...refusal('upload-size-limit', { size: source.size, limit: options.maxUploadBytes ?? 0 }) };
  }
  const layers: Layer[] = [];
  const notes: Finding[] = [];
  let current = source;
  /** The content is hidden until it is unpacked. But its beginning may already show enough to refuse it. */
  const peekInto = async (kind: Compression, declared: number): Promise<Admission> => {
    if (declared > boundDecompressed(options.maxVirtualBytes)) {
      return { layers, ...refusal('decompressed-too-large', { limit: options.maxVirtualBytes }) };
    }
    const inner = await options.peek(kind, current, headBytes, options.signal, layers.slice(0, -1));
    return { layers, findings: [...notes, ...(await certainRefusals(inner, layers.length, options))] };
  };
  while (layers.length < maxLayers) {
    const head = await current.read(0, headBytes, options.signal);
    const compression = findCompression(head);
    const wrapped = compression ?? (isTar(head) ? 'tar' : undefined);
    // The names in both headers are free text with enough room for another format's header. The wrapped data follows, and may be one too.
    const inside = wrapped && formats.find((format) => format.matches(head.subarray(0, 512), Buffer.alloc(0)));
    if (wrapped && inside) return { layers, ...refusal('ambiguous', { formats: `${wrapped}, ${inside.name}` }) };
    if (compression) {
      const declared = (await declaredSizes[compression]?.(current)) ?? nothingDeclared;
      layers.push({ kind: compression, ...(declared.exact ? { declared: declared.bytes } : {}) });
      return peekInto(compression, declared.bytes);
    }
    if (!wrapped) {
      const result = await refuseCutOff(() => detect(current, head, options));
      const { findings, ...rest } = applyLimits(result, current.size, options);
      return {
        layers: result.disk ? [...layers, { kind: 'disk' }] : layers,
        findings: [...notes, ...findings],
        ...rest,
      };
    }
    const found = await refuseCutOff(() => findDisk(current));
    if (!('layers' in found)) return { layers, findings: [...notes, ...found.findings] };
    layers.push(...found.layers);
    notes.push(...found.notes);
    const [member, pieces] = found.layers;
    current = toMember(current, member as Layer);
    if (pieces) return peekInto('pieces', pieces.declared ?? 0);
  }
  return { layers, ...refusal('too-many-layers', { limit: maxLayers }) };
}

async function detect(source: ByteSource, head: Buffer, options: AdmitOptions): Promise<FormatResult> {
  if (source.size === 0) return refusal('empty');
  if (source.size < 512) {
    // Short files are not read as raw: a qcow2 header of 200 bytes is a qcow2 to QEMU.
    const named = formats.find((format) => format.matches(head, Buffer.alloc(0)));
    return named ? refusal('truncated', { format: named.name }) : refusal('too-small', { size: source.size });
  }
  const tail = await source.read(source.size - 512, 512, options.signal);
  const matching = formats.filter((format) => format.matches(head, tail));
  const [format, second] = matching;
  if (format && second) return refusal('ambiguous', { formats: matching.map(({ name }) => name).join(', ') });
  if (format) {
    try {
      if (!describeFormat(format.name).mayHoldBootSector && (await isAlsoDisk(source, head))) {
        return refusal('ambiguous', { formats: `${format.name}, raw` });
      }
      return await format.inspect(source, head);
    } catch (error) {
      if (error instanceof Truncated) return refusal('truncated', { format: format.name });
      throw error;
    }
  }
  try {
    return (await inspectRaw(source, head)) ?? refusal('unrecognised', { content: findMistake(head) });
  } catch (error) {
    if (error instanceof Truncated) return refusal('truncated', { format: 'raw' });
    throw error;
  }
}

/** A file with the magic of a container that holds a partition table in its own first sector as well: made to be read two ways. */
async function isAlsoDisk(source: ByteSource, head: Buffer): Promise<boolean> {
  if (head[510] !== 0x55 || head[511] !== 0xaa) return false;
  return (await refuseCutOff(() => inspectRaw(source, head)))?.disk !== undefined;
}

function applyLimits(
  { disk, findings }: FormatResult,
  size: number,
  options: AdmitOptions,
): { disk?: DetectedDisk; findings: Finding[] } {
  if (!disk) return { findings };
  const { format, variant, virtualSize } = disk;
  const failWith = (code: string, params: Finding['params']) => ({
    findings: [...findings, ...refusal(code, params).findings],
  });
  if (format === 'iso' && !options.allowIso) return failWith('iso-not-allowed', {});
  if (virtualSize <= 0 || !Number.isSafeInteger(virtualSize))
    return failWith('virtual-size-invalid', { size: String(virtualSize) });
  if (virtualSize > options.maxVirtualBytes) {
    return failWith('virtual-size-limit', { size: virtualSize, limit: options.maxVirtualBytes });
  }
  return {
    disk: { allocatedAtMost: Math.min(virtualSize, size), ...disk },
    findings: [{ code: 'format', step: 'admit', outcome: 'pass', params: { format, variant } }, ...findings],
  };
}

/**
 * Finds the refusals that are already certain from the beginning of a compressed image, because no later byte can change them. The verdict comes after
 * decompression. Findings that depend on a size or an end are not certain here.
 */
async function certainRefusals(inner: Buffer | 'exceeds', depth: number, options: AdmitOptions): Promise<Finding[]> {
  if (inner === 'exceeds') return refusal('decompression-exceeds', decompressorBounds).findings;
  if (inner.length === 0) return refusal('layer-damaged').findings;
  // This is the whole image, which is checked once it is unpacked.
  if (inner.length < headBytes) return [];
  if (findCompression(inner) || isTar(inner)) {
    return depth + 1 >= maxLayers ? refusal('too-many-layers', { limit: maxLayers }).findings : [];
  }
  const prefix: ByteSource = {
    size: Number.MAX_SAFE_INTEGER,
    read: (offset, length) => {
      if (offset + length > inner.length) throw new NotYet();
      return Promise.resolve(inner.subarray(offset, offset + length));
    },
  };
  const matching = formats.filter((format) => format.matches(inner, Buffer.alloc(0)));
  const [format] = matching;
  if (matching.length > 1)
    return refusal('ambiguous', { formats: matching.map(({ name }) => name).join(', ') }).findings;
  if (format?.name === 'iso' && !options.allowIso) return refusal('iso-not-allowed').findings;
  if (!format) return [];
  try {
    return (await format.inspect(prefix, inner)).findings.filter(({ outcome }) => outcome === 'fail');
  } catch (error) {
    if (error instanceof NotYet || error instanceof Truncated || error instanceof RangeError) return [];
    throw error;
  }
}

class NotYet extends Error {}
