import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DetectedDisk } from '../../shared/contracts/run.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { describeFormat, qemuDriver } from '../../shared/formats/facts.ts';
import { QemuImgInfo } from '../../shared/formats/qemu-info.ts';
import type { ObjectSpan } from '../../shared/ports/object-store.ts';
import type { BlockInput } from './nbdkit.ts';
import { takeOutput } from './output.ts';
import { removeTree } from './remove-tree.ts';
import { runSandboxed } from './sandbox.ts';

/**
 * The only door to qemu-img. Every verb gets the format, and a block tree without the backing link. The exception is `qemuImgProbe`, because it asks for the
 * format.
 */

const GiB = 1024 ** 3;

/** A local file as input, or a part of one. */
export function fileInput(path: string, part?: { offset: number; size: number }): BlockInput {
  const file = { driver: 'file', filename: '/in/image' };
  return {
    node: part ? { driver: 'raw', 'read-only': true, ...part, file } : file,
    readOnly: { '/in/image': path },
  };
}

/** The beginning of the disk in a qcow2 of ours, as a raw one. */
export function diskBeginning(path: string, bytes: number): BlockInput {
  return {
    node: {
      driver: 'raw',
      'read-only': true,
      offset: 0,
      size: bytes,
      file: {
        driver: 'qcow2',
        'read-only': true,
        backing: null,
        file: { driver: 'file', filename: '/in/image' },
      },
    },
    readOnly: { '/in/image': path },
  };
}

/**
 * `json:` names the whole tree, so that nothing is probed and nothing is followed: `"backing": null` cuts what a header may
 * name (it holds for VMDK's parentFileNameHint too). qemu-block-drivers(7).
 */
function buildTree({ node }: BlockInput, format: DetectedDisk['format']): string {
  const driver = qemuDriver(format);
  return `json:${JSON.stringify({
    driver,
    'read-only': true,
    ...(driver === 'raw' ? {} : { backing: null }),
    ...describeFormat(format).driverOptions,
    file: node,
  })}`;
}

/** An honest answer has some KiB. Parsed here, by V8's own parser: a few milliseconds at most. */
const largestInfo = 256 * 1024;

/** @throws BootreadyError `tool-failed`: a program with other output is not the qemu-img that we know */
function infoIn(stdout: string): QemuImgInfo {
  try {
    if (stdout.length <= largestInfo) return QemuImgInfo.parse(JSON.parse(stdout));
  } catch {
    // Told below.
  }
  throw new BootreadyError({
    code: 'tool-failed',
    message: 'qemu-img did not report the format of the image.',
    remedy: 'The image may have taken control of the tool. Do not use the image.',
    context: { stderr: `its answer of ${stdout.length} characters is not valid output of qemu-img` },
  });
}

export async function qemuImgInfo(
  input: BlockInput,
  format: DetectedDisk['format'],
  signal?: AbortSignal,
): Promise<QemuImgInfo> {
  const { stdout } = await runSandboxed({
    command: 'qemu-img',
    profile: 'block',
    args: ['info', '--output=json', buildTree(input, format)],
    readOnly: input.readOnly,
    limits: { wallSeconds: 60, cpuSeconds: 30, memoryBytes: 1 * GiB, fileBytes: 0 },
    ...(signal ? { signal } : {}),
  });
  return infoIn(stdout);
}

/**
 * Finds the format that QEMU probes for a file when nobody gives it a format. A careless consumer of the image would use that format. Probes in the sandbox,
 * where there are no other files to open.
 * @returns QEMU's name of the format; `unreadable` if QEMU probes a format that it then cannot open
 */
export async function qemuImgProbe(input: BlockInput, signal?: AbortSignal): Promise<string> {
  try {
    const { stdout } = await runSandboxed({
      command: 'qemu-img',
      profile: 'block',
      args: ['info', '--output=json', `json:${JSON.stringify({ 'read-only': true, backing: null, file: input.node })}`],
      readOnly: input.readOnly,
      limits: { wallSeconds: 60, cpuSeconds: 30, memoryBytes: 1 * GiB, fileBytes: 0 },
      ...(signal ? { signal } : {}),
    });
    return infoIn(stdout).format;
  } catch (error) {
    if (isBootreadyError(error) && error.code === 'tool-failed') return 'unreadable';
    throw error;
  }
}

export type ConvertOptions = {
  from: DetectedDisk;
  to: 'raw' | 'qcow2';
  /** Where the file goes once qemu-img has ended. qemu-img itself sees only a folder of its own below it. */
  outputDir: string;
  outputName: string;
  /** The bytes that the file may use on the disk, without its holes. */
  mostBytes?: number;
  onPercent: (percent: number) => void;
  signal?: AbortSignal;
};

/**
 * @throws BootreadyError `tool-failed` when the image could not be read to its end, `scratch-full` when the folder is full,
 *         `tool-killed` (with `excess: 'disk'` in its context when it took more than `mostBytes`), `tool-missing`
 */
export async function qemuImgConvert(input: BlockInput, options: ConvertOptions): Promise<void> {
  const { from, to, outputDir, outputName, onPercent, signal } = options;
  const target = to === 'raw' ? ['-O', 'raw'] : ['-O', 'qcow2', '-o', 'compat=1.1,lazy_refcounts=off'];
  // The time that our slowest tool needs: 4 MB/s.
  const seconds = 600 + from.virtualSize / 4_000_000;
  // Tables of a qcow2 come on top; no bomb gets beyond what its own header declares.
  const maxBytes = Math.ceil(from.virtualSize * 1.01 + 16 * 1024 ** 2);
  const writable = await mkdtemp(join(outputDir, 'partial-'));
  try {
    await runSandboxed({
      command: 'qemu-img',
      profile: 'block',
      args: ['convert', '-p', '-t', 'unsafe', '-S', '4k', ...target, buildTree(input, from.format), '/out/disk'],
      readOnly: input.readOnly,
      writable: { '/out': writable },
      limits: {
        wallSeconds: seconds * 4,
        cpuSeconds: seconds,
        memoryBytes: 2 * GiB,
        fileBytes: maxBytes,
        folderBytes: options.mostBytes ?? maxBytes,
      },
      onLine: (line) => {
        const percent = /\((\d+(?:\.\d+)?)\/100%\)/.exec(line)?.[1];
        if (percent) onPercent(Number(percent));
      },
      ...(signal ? { signal } : {}),
    });
    await takeOutput(join(writable, 'disk'), join(outputDir, outputName), { maxBytes });
  } catch (error) {
    if (isBootreadyError(error) && /No space left on device/.test(String(error.context.stderr))) {
      throw scratchFull(error);
    }
    throw error;
  } finally {
    await removeTree(writable);
  }
}

export function scratchFull(cause?: unknown): BootreadyError {
  return new BootreadyError({
    code: 'scratch-full',
    message: 'The scratch space of the worker is full.',
    remedy:
      'Add space to SCRATCH_DIR, or lower WORKER_CONCURRENCY. The step is retried for some minutes. Then retry the image.',
    retryable: true,
    cause,
  });
}

const MapAnswer = z.array(z.object({ start: z.number(), length: z.number(), zero: z.boolean() }));

/**
 * Where a raw disk of ours has data, in its order: the rest are holes (lseek(2), SEEK_DATA). Undefined when the answer is too long, or leaves anything out:
 * then nothing is known of holes.
 */
export async function qemuImgData(path: string, size: number, signal?: AbortSignal): Promise<ObjectSpan[] | undefined> {
  const input = fileInput(path);
  const { stdout } = await runSandboxed({
    command: 'qemu-img',
    profile: 'block',
    args: ['map', '--output=json', buildTree(input, 'raw')],
    readOnly: input.readOnly,
    limits: { wallSeconds: 600, cpuSeconds: 120, memoryBytes: GiB, fileBytes: 0 },
    ...(signal ? { signal } : {}),
  });
  const map = mapIn(stdout);
  const spans: ObjectSpan[] = [];
  let at = 0;
  for (const { start, length, zero } of map) {
    if (start !== at) return undefined;
    at += length;
    const last = spans.at(-1);
    if (zero) continue;
    if (last && last.offset + last.size === start) last.size += length;
    else spans.push({ offset: start, size: length });
  }
  return at === size ? spans : undefined;
}

function mapIn(stdout: string): z.infer<typeof MapAnswer> {
  try {
    return MapAnswer.parse(JSON.parse(stdout));
  } catch {
    // Cut off: more pieces than any caller needs.
    return [];
  }
}

/** Runs `qemu-img check` on a qcow2 that we have written ourselves. @throws `tool-failed` when it is not sound */
export async function qemuImgCheck(path: string, signal?: AbortSignal): Promise<void> {
  const input = fileInput(path);
  await runSandboxed({
    command: 'qemu-img',
    profile: 'block',
    args: ['check', '--output=json', buildTree(input, 'qcow2')],
    readOnly: input.readOnly,
    limits: { wallSeconds: 3600, cpuSeconds: 1800, memoryBytes: 2 * GiB, fileBytes: 0 },
    ...(signal ? { signal } : {}),
  });
}

let version: Promise<string> | undefined;
/** e.g. `7.2.22`; asked once. */
export function qemuImgVersion(): Promise<string> {
  version ??= runSandboxed({
    command: 'qemu-img',
    profile: 'block',
    args: ['--version'],
    limits: { wallSeconds: 30, cpuSeconds: 10, memoryBytes: GiB, fileBytes: 0 },
  }).then(({ stdout }) => /version (\S+)/.exec(stdout)?.[1] ?? 'unknown');
  version.catch(() => {
    version = undefined;
  });
  return version;
}
