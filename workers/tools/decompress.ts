import { type FileHandle, open } from 'node:fs/promises';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { decompressorBounds } from '../../shared/formats/expansion.ts';
import type { Compression, PeekLayer } from '../../shared/formats/layers.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { scratchFull } from './qemu-img.ts';
import { type SandboxCommand, type SandboxedProcess, spawnSandboxed, toToolError } from './sandbox.ts';

/** Decompressors run in the sandbox: they parse what a stranger wrote. Each has a bound on its memory. */
const MiB = 1024 ** 2;
const memoryMiB = decompressorBounds.memory / MiB;
/** Kernels know two more than uploads come in. */
export type Codec = Compression | 'lz4' | 'lzma';
const programs: Record<Codec, { command: string; args: string[] }> = {
  lz4: { command: 'lz4', args: ['-dc'] },
  lzma: { command: 'xz', args: ['-dc', '--format=lzma', `--memlimit-decompress=${memoryMiB}MiB`] },
  gz: { command: 'gzip', args: ['-dc'] },
  // Newer versions start a thread for each processor by default.
  xz: { command: 'xz', args: ['-dc', '--threads=4', `--memlimit-decompress=${memoryMiB}MiB`] },
  zstd: { command: 'zstd', args: ['-dc', `--memory=${memoryMiB}MB`] },
  bzip2: { command: 'bzip2', args: ['-dc'] },
  // All that it is given is one file: a sparse member, or its chunks one after the other.
  pieces: { command: 'tar', args: ['-xOf', '-'] },
};

function makeCommand(kind: Codec, wallSeconds: number, signal?: AbortSignal): SandboxCommand {
  return {
    ...programs[kind],
    profile: 'filter',
    limits: { wallSeconds, cpuSeconds: wallSeconds, memoryBytes: 1024 * MiB, fileBytes: 0 },
    ...(signal ? { signal } : {}),
  };
}

/** The messages of xz and zstd for a file that would need more memory than the limit. */
function lacksMemory(stderr: string): boolean {
  return /Memory usage limit|too much memory|Window size larger/.test(stderr);
}

/** gzip(1): a warning and no error, of whatever follows the last member. Images for routers have a signature there. */
function isTrailerOnly(kind: Codec, code: number | null, stderr: string): boolean {
  return kind === 'gz' && code === 2 && /decompression OK, trailing garbage ignored/.test(stderr);
}

/** The end of what it complains of. */
function describeComplaints(stderr: Readable): () => string {
  let text = '';
  stderr.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('latin1')).slice(-2000);
  });
  return () => text;
}

const chunkSize = 4 * MiB;
/** Until it has written what was printed before the other one's time was over. */
const sinkEndsLaterSeconds = 60;

/** The source as a stream; `onRead` gets the number of bytes that were read. */
function streamSource(source: ByteSource, onRead: (bytes: number) => void, signal?: AbortSignal): Readable {
  return Readable.from(
    (async function* () {
      for (let offset = 0; offset < source.size; ) {
        const chunk = await source.read(offset, chunkSize, signal);
        if (chunk.length === 0) return;
        offset += chunk.length;
        onRead(offset);
        yield chunk;
      }
    })(),
  );
}

/** The first bytes of the unpacked data; for a damaged stream, the data before the damage; `exceeds` if it needs more memory than its limit. */
export const peekLayer: PeekLayer = async (kind, source, bytes, signal) => {
  const child = spawnSandboxed(makeCommand(kind, 60, signal));
  const input = streamSource(source, () => undefined, signal);
  let failure: unknown;
  input.on('error', (error) => {
    failure = error;
    child.stdin.destroy();
  });
  input.pipe(child.stdin);
  const complaints = describeComplaints(child.stderr);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of child.stdout) {
    pieces.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= bytes) break;
  }
  input.destroy();
  if (length > 0) await child.kill();
  const { timedOut, excess } = await child.exited;
  if (failure && length < bytes) throw failure;
  if (length === 0 && (timedOut || excess || lacksMemory(complaints()))) return 'exceeds';
  return Buffer.concat(pieces).subarray(0, bytes);
};

export type Decompressed =
  /** `passedOver`: something that is no such stream follows. */
  | { size: number; passedOver: boolean }
  | { refused: 'layer-damaged' | 'decompressed-too-large' | 'decompression-exceeds' };

/** The kernel ends who writes beyond the largest file; the hole of zeros at the end of one counts as well. setrlimit(2) */
const beyondLimit = 128 + constants.signals.SIGXFSZ;
/** Smallest hole in what is written. */
const blockBytes = 64 * 1024;

/**
 * Copies what the child prints into the file, with holes for zeros. A process of its own, because gibibytes of zeros would keep the event loop busy that all projects
 * share; and for it the niceness of a project counts. dd(1)
 */
function openSink(
  child: SandboxedProcess,
  file: FileHandle,
  maxBytes: number,
  wallSeconds: number,
  signal?: AbortSignal,
) {
  return spawnSandboxed({
    command: 'dd',
    args: [
      `bs=${blockBytes}`,
      `count=${Math.floor(maxBytes / blockBytes) + 1}`,
      'iflag=fullblock',
      'conv=sparse',
      'status=none',
    ],
    profile: 'filter',
    from: child.stdout,
    into: file.fd,
    limits: { wallSeconds, cpuSeconds: wallSeconds, memoryBytes: 256 * MiB, fileBytes: Math.floor(maxBytes) },
    ...(signal ? { signal } : {}),
  });
}

/**
 * Decompresses into a new sparse file in a folder that no sandbox writes; it has no more than `maxBytes`: sizes that a header declares are not believed.
 * @throws what the source throws; `scratch-full`
 */
export async function decompressTo(
  source: ByteSource,
  kind: Codec,
  path: string,
  options: { maxBytes: number; wallSeconds?: number; onPercent: (percent: number) => void; signal?: AbortSignal },
): Promise<Decompressed> {
  const { maxBytes, wallSeconds = decompressorBounds.hours * 3600, onPercent, signal } = options;
  // A name that exists already may be a link.
  const file = await open(path, 'wx');
  const child = spawnSandboxed(makeCommand(kind, wallSeconds, signal));
  const sink = openSink(child, file, maxBytes, wallSeconds + sinkEndsLaterSeconds, signal);
  const input = streamSource(source, (bytes) => onPercent((bytes / source.size) * 100), signal);
  let failure: unknown;
  input.on('error', (error) => {
    failure ??= error;
    child.stdin.destroy();
  });
  input.pipe(child.stdin);
  const [complaints, complaintsOfSink] = [describeComplaints(child.stderr), describeComplaints(sink.stderr)];
  try {
    const written = await sink.exited;
    const isTooLarge = written.code === beyondLimit;
    // It reads no more, but the other process may still run.
    if (written.code !== 0) await child.kill();
    const { code, killed, timedOut, excess } = await child.exited;
    signal?.throwIfAborted();
    if (failure) throw failure;
    if (isTooLarge) return { refused: 'decompressed-too-large' };
    if (/No space left on device/.test(complaintsOfSink())) throw scratchFull();
    if (timedOut || excess || lacksMemory(complaints())) return { refused: 'decompression-exceeds' };
    if (written.code !== 0)
      throw toToolError({ command: 'dd', limits: { wallSeconds } }, { ...written, stderr: complaintsOfSink() });
    const passedOver = isTrailerOnly(kind, code, complaints());
    if (killed || (code !== 0 && !passedOver)) return { refused: 'layer-damaged' };
    return { size: (await file.stat()).size, passedOver };
  } finally {
    input.destroy();
    await child.kill();
    await sink.kill();
    await file.close();
  }
}
