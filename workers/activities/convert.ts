import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Conversion } from '../../shared/checks/examine.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { TargetFormat } from '../../shared/contracts/image.ts';
import type { Admission, ConvertedDisk, DetectedDisk, Layer } from '../../shared/contracts/run.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { admitForeign, layoutFindings, readReadings } from '../../shared/formats/admit-foreign.ts';
import { boundDecompressed, boundWritten, decompressorBounds } from '../../shared/formats/expansion.ts';
import { headBytes } from '../../shared/formats/format.ts';
import { type Compression, memberPart, type PeekLayer, toMember } from '../../shared/formats/layers.ts';
import { agreesWithQemu, mayBeProbedAs } from '../../shared/formats/qemu-info.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { ByteWork, Sha256 } from '../../shared/ports/byte-work.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import type { ObjectSpan } from '../../shared/ports/object-store.ts';
import { findQemuImgReason } from '../tools/complaints.ts';
import { type Decompressed, decompressTo } from '../tools/decompress.ts';
import { openFileSource } from '../tools/file-source.ts';
import { openOutput } from '../tools/output.ts';
import {
  diskBeginning,
  fileInput,
  qemuImgCheck,
  qemuImgConvert,
  qemuImgData,
  qemuImgInfo,
  qemuImgProbe,
  qemuImgVersion,
} from '../tools/qemu-img.ts';
import { removeTree } from '../tools/remove-tree.ts';
import type { StepControl } from './step.ts';

export type ConvertDeps = {
  foreign: ForeignDoor;
  peek: PeekLayer;
  bytes: Pick<ByteWork, 'hash' | 'digest'>;
};

/** The upload, read once: a part of it becomes a new file, and all of it is hashed. */
export type Upload = {
  size: number;
  bring(part: ObjectSpan, to: string, control: StepControl): Promise<Sha256>;
};

export type ConvertInput = {
  upload: Upload;
  admission: Admission;
  target: TargetFormat;
  allowIso: boolean;
  maxVirtualBytes: number;
  scratchDir: string;
};

function fail(code: string, params: Finding['params'] = {}): Finding {
  return {
    code,
    step: 'convert',
    outcome: 'fail',
    params,
  };
}

/** The percentages at which the parts of this step end; the rest is hashing the output. */
const until = { brought: 15, decompressed: 45, converted: 90 } as const;
function reportPart(progress: StepControl['progress'], from: number, to: number) {
  return (percent: number) => progress(from + (percent * (to - from)) / 100);
}

/**
 * Writes `disk.raw` or `disk.qcow2` into the scratch folder. If the image cannot be read to its end, that is a finding.
 * A compressed upload is decompressed first and admitted again, because only then its sizes and its end are known.
 */
export async function convertUpload(
  { foreign, peek, bytes }: ConvertDeps,
  input: ConvertInput,
  control: StepControl,
): Promise<Conversion> {
  const { upload, admission, scratchDir } = input;
  const { signal, progress } = control;
  await removeLeftovers(scratchDir);
  const tools = { 'qemu-img': await qemuImgVersion() };
  const refuse = (findings: Finding[], layers: Layer[] = admission.layers): Conversion => ({
    layers,
    findings,
    tools,
  });

  if (!compressionIn(admission.layers) && !admission.disk) {
    return refuse([fail('conversion-failed', { detail: 'no disk was found' })]);
  }
  const brought = join(scratchDir, 'upload');
  const unpacked: Compression[] = [];
  const nameFile = (count: number): string => (count === 0 ? brought : join(scratchDir, `plain-${count}`));
  try {
    const whole = memberPart(admission.layers, upload.size);
    const { sha256: uploadSha256 } = await upload.bring(whole, brought, {
      signal,
      progress: reportPart(progress, 0, until.brought),
    });
    let found = admission;
    let layers = admission.layers;
    let file: DiskFile = {
      path: brought,
      size: whole.size,
      ...(whole.size === upload.size ? { sha256: uploadSha256 } : {}),
    };
    let reached: number = until.brought;
    const findings = await digestFindings(bytes, file, admission.layers, signal);
    for (let kind = compressionIn(found.layers); kind; kind = compressionIn(found.layers)) {
      if (!mayFollow(unpacked, kind)) return refuse([...findings, fail('too-many-layers', { limit: 2 })], layers);
      unpacked.push(kind);
      const path = nameFile(unpacked.length);
      const outcome = await unpack(file, kind, path, {
        maxBytes: boundDecompressed(input.maxVirtualBytes),
        onPercent: reportPart(progress, reached, (reached + until.decompressed) / 2),
        signal,
      });
      reached = (reached + until.decompressed) / 2;
      if ('refused' in outcome) {
        return refuse(
          [...findings, fail(outcome.refused, { limit: input.maxVirtualBytes, ...decompressorBounds })],
          layers,
        );
      }
      // Its size was believed when room was promised for it.
      const { declared } = layers.at(-1) ?? {};
      if (kind === 'pieces' && outcome.size !== declared) return refuse([...findings, fail('layer-damaged')], layers);
      await rm(file.path);
      found = await admitFile(foreign, peek, path, input, signal);
      layers = [...layers, ...found.layers];
      findings.push(...found.findings);
      const within = memberPart(found.layers, outcome.size);
      file = { path, size: within.size, ...(within.size === outcome.size ? {} : { part: within }) };
      if (found.findings.some(({ outcome: each }) => each === 'fail')) return refuse(findings, layers);
    }
    const disk = unpacked.length > 0 ? found.disk : await sameDisk(foreign, peek, brought, input, signal);
    if (!disk) return refuse([...findings, fail('conversion-failed', { detail: 'no disk was found' })], layers);
    const conversion = await convertFile({ foreign, bytes }, file, disk, input, {
      signal,
      progress: reportPart(progress, reached, 100),
    });
    return { ...conversion, findings: [...findings, ...conversion.findings], uploadSha256, layers, tools };
  } finally {
    for (let count = 0; count <= unpacked.length; count++) await rm(nameFile(count), { force: true });
  }
}

/** One compression around everything, or around a disk in an archive; and one member that is stored in pieces. */
function mayFollow(before: readonly Compression[], kind: Compression): boolean {
  return !before.some((each) => (each === 'pieces') === (kind === 'pieces'));
}

async function admitFile(
  foreign: ForeignDoor,
  peek: PeekLayer,
  path: string,
  { allowIso, maxVirtualBytes }: ConvertInput,
  signal: AbortSignal,
): Promise<Admission> {
  const file = await openFileSource(path);
  try {
    return await admitForeign(foreign, file, { allowIso, maxVirtualBytes, peek, signal });
  } finally {
    await file.close();
  }
}

/**
 * Checks the fetched disk again: no tool opens bytes that the detector has not seen. Before this check only the ETag says that the bytes are the same. The ETag
 * is usually an MD5, and an attacker can make two files with the same MD5.
 * @throws `object-changed`
 */
async function sameDisk(
  foreign: ForeignDoor,
  peek: PeekLayer,
  path: string,
  input: ConvertInput,
  signal: AbortSignal,
): Promise<DetectedDisk | undefined> {
  const { disk } = input.admission;
  const { disk: brought, findings } = await admitFile(foreign, peek, path, input, signal);
  const same = ({ format, variant, virtualSize }: Partial<DetectedDisk> = {}): string =>
    JSON.stringify([format, variant, virtualSize]);
  if (!findings.some(({ outcome }) => outcome === 'fail') && same(brought) === same(disk)) return brought;
  throw new BootreadyError({
    code: 'object-changed',
    message: 'The uploaded object changed after its admission, although its ETag is the same.',
    remedy: 'Upload the image again, and do not replace it while it is processed.',
    context: { admitted: same(disk), brought: same(brought), findings: findings.map(({ code }) => code).join(', ') },
  });
}

/** Whether the disk is what the archive's own manifest says it was, where the manifest speaks of it. */
async function digestFindings(
  bytes: ConvertDeps['bytes'],
  { path, size }: DiskFile,
  layers: readonly Layer[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const [{ member = '', digest } = {}, ...within] = layers;
  // If a compressed file is in the archive, the digest is that of the compressed file.
  if (!digest || within.some(({ kind }) => kind === 'tar')) return [];
  const { algorithm, hex } = digest;
  const found = await bytes.digest({ path, size, algorithm }, { signal, progress: () => undefined });
  return found.hex === hex
    ? []
    : [
        {
          code: 'ova-manifest',
          step: 'convert',
          outcome: 'warn',
          params: { file: member, algorithm: algorithm.toUpperCase() },
        },
      ];
}

async function unpack(
  { path, size, part }: DiskFile,
  kind: Compression,
  to: string,
  options: Parameters<typeof decompressTo>[3],
): Promise<Decompressed> {
  const packed = await openFileSource(path);
  try {
    return await decompressTo(part ? toMember(packed, { kind: 'tar', ...part, size }) : packed, kind, to, options);
  } finally {
    await packed.close();
  }
}

function compressionIn(layers: readonly Layer[]): Compression | undefined {
  const kind = layers.at(-1)?.kind;
  return kind === undefined || kind === 'disk' || kind === 'tar' ? undefined : kind;
}

/** Whatever an earlier try of this step left, whole files of it included. */
async function removeLeftovers(scratchDir: string): Promise<void> {
  for (const name of await readdir(scratchDir)) {
    if (/^(upload|plain|disk\.|partial-|nbd-)/.test(name)) await removeTree(join(scratchDir, name));
  }
}

function formatFor(target: TargetFormat, disk: Pick<DetectedDisk, 'format'>): 'raw' | 'qcow2' {
  if (target !== 'keep') return target;
  return disk.format === 'qcow2' ? 'qcow2' : 'raw';
}

/** QEMU rounds a disk up to whole sectors. */
const sector = 512;

/** Whether a file of its own is the disk already, byte for byte: it needs no conversion, and no second place. */
export function staysAsItIs(target: TargetFormat, disk: Pick<DetectedDisk, 'format'>, size: number): boolean {
  return formatFor(target, disk) === 'raw' && (disk.format === 'raw' || disk.format === 'iso') && size % sector === 0;
}

/** A file of ours in the scratch folder with a disk in it; its hash where that is known. */
type DiskFile = { path: string; size: number; part?: ObjectSpan; sha256?: string };

async function convertFile(
  { foreign, bytes }: Pick<ConvertDeps, 'foreign' | 'bytes'>,
  file: DiskFile,
  disk: DetectedDisk,
  { target, scratchDir }: ConvertInput,
  { signal, progress }: StepControl,
): Promise<{ disk: DetectedDisk; converted?: ConvertedDisk; findings: Finding[] }> {
  const format = formatFor(target, disk);
  const input = fileInput(file.path, file.part);
  const partial = join(scratchDir, `partial-${process.pid}-${Date.now()}.${format}`);
  const limit = boundWritten(disk.allocatedAtMost ?? disk.virtualSize);
  try {
    const info = await qemuImgInfo(input, disk.format, signal);
    const disagreements = agreesWithQemu(disk, info);
    if (disagreements.length > 0) return { disk, findings: disagreements };
    const isThere = !file.part && staysAsItIs(target, disk, file.size);
    if (isThere) await rename(file.path, partial);
    else {
      await qemuImgConvert(input, {
        from: disk,
        to: format,
        outputDir: scratchDir,
        outputName: basename(partial),
        mostBytes: limit,
        onPercent: reportPart(progress, 0, until.converted),
        signal,
      });
    }
    const hidden = await findHiddenFormat(foreign, partial, format, info['virtual-size'], disk, signal);
    if (hidden) return { disk, findings: [fail('hidden-format', { format: hidden })] };
    const isSeenAlready = disk.format === 'raw' || disk.format === 'iso';
    const notes = isSeenAlready ? [] : await layoutNotes(foreign, partial, format, info['virtual-size'], signal);
    const { size, allocatedSize } = await readSizes(partial);
    const { sha256 } =
      isThere && file.sha256
        ? { sha256: file.sha256 }
        : await bytes.hash(
            { path: partial, size, data: await readData(partial, format, size, signal) },
            { signal, progress: reportPart(progress, until.converted, 100) },
          );
    await rename(partial, join(scratchDir, `disk.${format}`));
    const converted = { format, size, virtualSize: info['virtual-size'], allocatedSize, sha256 };
    return { disk, converted, findings: notes };
  } catch (error) {
    signal.throwIfAborted();
    if (isBootreadyError(error) && error.context.excess === 'disk') {
      return { disk, findings: [fail('expands-too-much', { size: file.size, limit })] };
    }
    if (!isBootreadyError(error) || error.code !== 'tool-failed') throw error;
    return { disk, findings: [fail('conversion-failed', { detail: findQemuImgReason(error.context.stderr) })] };
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Checks the output: our detector, and QEMU without a given format, must find the written format and no other. If the first bytes of a raw disk look like an
 * image format, every tool that probes it later would treat it as that format (CVE-2015-1851, CVE-2026-24708). @returns the other format that was found
 */
async function findHiddenFormat(
  foreign: ForeignDoor,
  path: string,
  format: 'raw' | 'qcow2',
  virtualSize: number,
  from: DetectedDisk,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = await openOutput(path, { maxBytes: Number.POSITIVE_INFINITY });
  try {
    const found =
      format === 'qcow2'
        ? await otherThanQcow2(foreign, file, signal)
        : await otherThanRaw(foreign, file, virtualSize, from);
    if (found) return found;
  } finally {
    await file.close();
  }
  if (format === 'qcow2') await qemuImgCheck(path, signal);
  const probed = await qemuImgProbe(fileInput(path), signal);
  return mayBeProbedAs({ format, variant: '' }, probed) ? undefined : probed;
}

/** Finds problems with the layout of the whole disk from its first bytes. For a raw upload, admit has already done this. */
async function layoutNotes(
  foreign: ForeignDoor,
  path: string,
  format: 'raw' | 'qcow2',
  size: number,
  signal: AbortSignal,
): Promise<Finding[]> {
  const length = Math.min(size, headBytes);
  const beginning = `${path}.beginning`;
  try {
    if (format === 'qcow2') {
      await qemuImgConvert(diskBeginning(path, length), {
        from: { format: 'raw', variant: '', virtualSize: length },
        to: 'raw',
        outputDir: dirname(path),
        outputName: basename(beginning),
        onPercent: () => undefined,
        signal,
      });
    }
    const file = await openOutput(format === 'qcow2' ? beginning : path, { maxBytes: Number.POSITIVE_INFINITY });
    try {
      const found = await layoutFindings(foreign, { head: await file.read(0, length), size }, signal);
      return found.map((each) => ({ ...each, step: 'convert' }));
    } finally {
      await file.close();
    }
  } finally {
    await rm(beginning, { force: true });
  }
}

/** Inspect judges the contents of a disk; here only the first bytes count. */
async function otherThanRaw(
  foreign: ForeignDoor,
  file: ByteSource,
  virtualSize: number,
  from: DetectedDisk,
): Promise<string | undefined> {
  if (file.size !== virtualSize) return `raw of ${file.size} instead of ${virtualSize} bytes`;
  const head = await file.read(0, headBytes);
  const found = await readReadings(foreign, head);
  return found.find((name) => !(name === 'iso' && from.format === 'iso'));
}

async function otherThanQcow2(
  foreign: ForeignDoor,
  file: ByteSource,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { disk, findings } = await admitForeign(foreign, file, {
    allowIso: false,
    maxVirtualBytes: Number.MAX_SAFE_INTEGER,
    peek: () => Promise.resolve(Buffer.alloc(0)),
    signal,
  });
  if (disk?.format === 'qcow2') return undefined;
  return disk?.format ?? findings.find(({ outcome }) => outcome === 'fail')?.code ?? 'nothing known';
}

/** Where the disk has data, as far as bootready can find out. */
export function readData(path: string, format: 'raw' | 'qcow2', size: number, signal: AbortSignal) {
  return format === 'raw' ? qemuImgData(path, size, signal) : undefined;
}

async function readSizes(path: string): Promise<{ size: number; allocatedSize: number }> {
  const disk = await openOutput(path, { maxBytes: Number.POSITIVE_INFINITY });
  const { size, allocatedSize } = disk;
  await disk.close();
  return { size, allocatedSize };
}
