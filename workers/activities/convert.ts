import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { TargetFormat } from '../../shared/contracts/image.ts';
import type { Admission, ConvertedDisk, DetectedDisk, Layer } from '../../shared/contracts/run.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { admitForeign, readingsOf } from '../../shared/formats/admit-foreign.ts';
import { decompressorBounds, writtenAtMost } from '../../shared/formats/expansion.ts';
import { headBytes } from '../../shared/formats/format.ts';
import { diskSource, type PeekLayer } from '../../shared/formats/layers.ts';
import { agreesWithQemu, mayBeProbedAs } from '../../shared/formats/qemu-info.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import { sha256Of } from '../../shared/sha256.ts';
import type { Conversion } from '../../workflows/activities.ts';
import { reasonOf } from '../tools/complaints.ts';
import { decompressTo } from '../tools/decompress.ts';
import { openFileSource } from '../tools/file-source.ts';
import { type BlockInput, withNbd } from '../tools/nbdkit.ts';
import { openOutput } from '../tools/output.ts';
import {
  fileInput,
  qemuImgCheck,
  qemuImgConvert,
  qemuImgInfo,
  qemuImgProbe,
  qemuImgVersion,
} from '../tools/qemu-img.ts';
import { removeTree } from '../tools/remove-tree.ts';
import type { StepControl } from './step.ts';

export type ConvertDeps = { foreign: ForeignDoor; peek: PeekLayer };

export type ConvertInput = {
  source: ByteSource;
  admission: Admission;
  target: TargetFormat;
  allowIso: boolean;
  maxVirtualBytes: number;
  scratchDir: string;
};

const fail = (code: string, params: Finding['params'] = {}): Finding => ({
  code,
  step: 'convert',
  outcome: 'fail',
  params,
});

/** Decompressing, converting, hashing: their shares of the percentage. */
const share = { decompress: 40, convert: 50 } as const;

/**
 * Writes `disk.raw` or `disk.qcow2` into the scratch folder. An image that cannot be read to its end is a finding.
 * What is compressed is decompressed first, and admitted again: only now its sizes and its end are known.
 */
export const convertUpload = async (
  { foreign, peek }: ConvertDeps,
  input: ConvertInput,
  control: StepControl,
): Promise<Conversion> => {
  const { source, admission, scratchDir } = input;
  const { signal, progress } = control;
  await removeLeftovers(scratchDir);
  const tools = { 'qemu-img': await qemuImgVersion() };
  const refused = (findings: Finding[], layers: Layer[] = admission.layers): Conversion => ({
    layers,
    findings,
    tools,
  });

  const compression = admission.layers.at(-1)?.kind;
  if (compression === undefined || compression === 'disk' || compression === 'tar') {
    if (!admission.disk) return refused([fail('conversion-failed', { detail: 'no disk was found' })]);
    const bytes = diskSource(source, admission.layers);
    return {
      ...(await withNbd(
        bytes,
        scratchDir,
        (block) =>
          convertBlock(foreign, block, admission.disk as DetectedDisk, input, control, {
            begin: 0,
            sourceSize: bytes.size,
          }),
        signal,
      )),
      layers: admission.layers,
      tools,
    };
  }

  const plain = join(scratchDir, 'plain');
  try {
    const outcome = await decompressTo(diskSource(source, admission.layers), compression, plain, {
      // A qcow2 may be a little larger than its disk; tar adds its headers.
      maxBytes: input.maxVirtualBytes * 1.02 + 64 * 1024 ** 2,
      onPercent: (percent) => progress((percent * share.decompress) / 100),
      signal,
    });
    if ('refused' in outcome) {
      const bounds = { limit: input.maxVirtualBytes, ...decompressorBounds };
      return refused([fail(outcome.refused, bounds)]);
    }
    const file = await openFileSource(plain);
    try {
      const { allowIso, maxVirtualBytes } = input;
      const inner = await admitForeign(foreign, file, { allowIso, maxVirtualBytes, peek, signal });
      const layers = [...admission.layers, ...inner.layers];
      if (!inner.disk) {
        const findings = inner.findings.length > 0 ? inner.findings : [fail('too-many-layers', { limit: 2 })];
        return refused(findings, layers);
      }
      const disk = inner.disk;
      const bytes = diskSource(file, inner.layers);
      const conversion = await withNbd(
        bytes,
        scratchDir,
        (block) =>
          convertBlock(foreign, block, disk, input, control, { begin: share.decompress, sourceSize: bytes.size }),
        signal,
      );
      return { ...conversion, findings: [...inner.findings, ...conversion.findings], layers, tools };
    } finally {
      await file.close();
    }
  } finally {
    await rm(plain, { force: true });
  }
};

/** Whatever an earlier try of this step left, whole files of it included. */
const removeLeftovers = async (scratchDir: string): Promise<void> => {
  for (const name of await readdir(scratchDir)) {
    if (/^(plain|disk\.|partial-|nbd-)/.test(name)) await removeTree(join(scratchDir, name));
  }
};

const formatFor = (target: TargetFormat, disk: DetectedDisk): 'raw' | 'qcow2' => {
  if (target !== 'keep') return target;
  return disk.format === 'qcow2' ? 'qcow2' : 'raw';
};

const convertBlock = async (
  foreign: ForeignDoor,
  block: BlockInput,
  disk: DetectedDisk,
  { target, scratchDir }: ConvertInput,
  { signal, progress }: StepControl,
  { begin, sourceSize }: { begin: number; sourceSize: number },
): Promise<{ disk: DetectedDisk; converted?: ConvertedDisk; findings: Finding[] }> => {
  const format = formatFor(target, disk);
  const partial = `partial-${process.pid}-${Date.now()}.${format}`;
  const limit = writtenAtMost(disk.allocatedAtMost ?? disk.virtualSize);
  try {
    const info = await qemuImgInfo(block, disk.format, signal);
    const disagreements = agreesWithQemu(disk, info);
    if (disagreements.length > 0) return { disk, findings: disagreements };
    const path = join(scratchDir, partial);
    await qemuImgConvert(block, {
      from: disk,
      to: format,
      outputDir: scratchDir,
      outputName: partial,
      mostBytes: limit,
      onPercent: (percent) => progress(begin + (percent * (90 - begin)) / 100),
      signal,
    });
    const hidden = await hiddenFormat(foreign, path, format, info['virtual-size'], disk, signal);
    if (hidden) return { disk, findings: [fail('hidden-format', { format: hidden })] };
    const converted = await describe(path, format, info['virtual-size'], signal);
    await rename(path, join(scratchDir, `disk.${format}`));
    return { disk, converted, findings: [] };
  } catch (error) {
    signal.throwIfAborted();
    if (isBootreadyError(error) && error.context.excess === 'disk') {
      return { disk, findings: [fail('expands-too-much', { size: sourceSize, limit })] };
    }
    if (!isBootreadyError(error) || error.code !== 'tool-failed') throw error;
    return { disk, findings: [fail('conversion-failed', { detail: reasonOf(error.context.stderr) })] };
  } finally {
    await rm(join(scratchDir, partial), { force: true });
  }
};

/**
 * Looks at what came out: our detector, and QEMU without being told a format, must find the format that was written and nothing else. A raw
 * disk whose first bytes are those of an image format would be taken for that by whoever probes it later (CVE-2015-1851,
 * CVE-2026-24708). @returns what else it is
 */
const hiddenFormat = async (
  foreign: ForeignDoor,
  path: string,
  format: 'raw' | 'qcow2',
  virtualSize: number,
  from: DetectedDisk,
  signal: AbortSignal,
): Promise<string | undefined> => {
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
};

/** What is in a disk is for inspect to judge; here only what stands in its first bytes counts. */
const otherThanRaw = async (
  foreign: ForeignDoor,
  file: ByteSource,
  virtualSize: number,
  from: DetectedDisk,
): Promise<string | undefined> => {
  if (file.size !== virtualSize) return `raw of ${file.size} instead of ${virtualSize} bytes`;
  const head = await file.read(0, headBytes);
  const found = await readingsOf(foreign, head);
  return found.find((name) => !(name === 'iso' && from.format === 'iso'));
};

const otherThanQcow2 = async (
  foreign: ForeignDoor,
  file: ByteSource,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { disk, findings } = await admitForeign(foreign, file, {
    allowIso: false,
    maxVirtualBytes: Number.MAX_SAFE_INTEGER,
    peek: () => Promise.resolve(Buffer.alloc(0)),
    signal,
  });
  if (disk?.format === 'qcow2') return undefined;
  return disk?.format ?? findings.find(({ outcome }) => outcome === 'fail')?.code ?? 'nothing known';
};

const piecesOf = async function* (source: ByteSource, signal: AbortSignal): AsyncGenerator<Buffer> {
  const piece = 1024 ** 2;
  for (let offset = 0; offset < source.size; offset += piece) {
    signal.throwIfAborted();
    yield await source.read(offset, piece, signal);
  }
};

const describe = async (
  path: string,
  format: 'raw' | 'qcow2',
  virtualSize: number,
  signal: AbortSignal,
): Promise<ConvertedDisk> => {
  const disk = await openOutput(path, { maxBytes: Number.POSITIVE_INFINITY });
  try {
    const { size, allocatedSize } = disk;
    return { format, size, virtualSize, allocatedSize, sha256: await sha256Of(piecesOf(disk, signal)) };
  } finally {
    await disk.close();
  }
};
