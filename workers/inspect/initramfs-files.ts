import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { type Codec, decompressTo } from '../tools/decompress.ts';
import { openFileSource } from '../tools/file-source.ts';
import { type AskGuestfish, askWhetherDone } from '../tools/guestfish-complaints.ts';
import { type Output, openOutput } from '../tools/output.ts';
import { largestInitramfs } from './look-contract.ts';

/** An honest initramfs takes only seconds, including all of its parts. */
const unpackSeconds = 300;

type Opened = ByteSource & { close(): Promise<void>; whole: boolean };

/** How much more may be unpacked, because an initramfs may consist of a hundred streams. */
export type UnpackBounds = { bytes: number; untilMs: number };

function computeBounds(bytes: number): UnpackBounds {
  return { bytes, untilMs: Date.now() + unpackSeconds * 1000 };
}

/** Undefined if there is no output; `too-much` if it exceeds the limits. `bytes` of the limit shrinks by the output. The caller closes it. */
export async function unpackTo(
  path: string,
  source: ByteSource,
  at: number,
  codec: Codec,
  signal: AbortSignal,
  length: number = source.size - at,
  bounds: UnpackBounds = computeBounds(largestInitramfs.unpacked),
): Promise<Opened | 'too-much' | undefined> {
  const wallSeconds = Math.floor((bounds.untilMs - Date.now()) / 1000);
  if (bounds.bytes <= 0 || wallSeconds <= 0) return 'too-much';
  const part: ByteSource = {
    size: length,
    read: (offset, wanted) => source.read(at + offset, Math.min(wanted, length - offset), signal),
  };
  // A trailer or padding behind the stream makes the tool complain at its end; what it gave until then counts.
  try {
    const outcome = await decompressTo(part, codec, path, {
      maxBytes: bounds.bytes,
      wallSeconds,
      onPercent: () => undefined,
      signal,
    });
    if ('refused' in outcome && outcome.refused !== 'layer-damaged') return 'too-much';
    const file = await openFileSource(path);
    bounds.bytes -= file.size;
    if (file.size > 0) return { ...file, whole: !('refused' in outcome || outcome.passedOver) };
    await file.close();
    return undefined;
  } finally {
    // It is read by what is open.
    await rm(path, { force: true });
  }
}

/** The owner's side of the files of an initramfs: `outputDir` is guestfish's /out, `hostDir` is seen by no sandbox. */
export function initramfsHelpers(
  asked: AskGuestfish,
  {
    outputDir,
    hostDir,
    unpacksAtMost,
    signal,
  }: { outputDir: string; hostDir: string; unpacksAtMost: number; signal: AbortSignal },
) {
  const done = askWhetherDone(asked);
  let fetched: Output | undefined;
  let unpacked: Opened | undefined;
  let bounds: UnpackBounds | undefined;
  return {
    helpers: {
      /** Bytes of the file, which must be a regular one and is then there to be read; undefined when it cannot be fetched. */
      fetchInitramfs: async (path: string): Promise<number | undefined> => {
        await fetched?.close();
        fetched = undefined;
        const local = 'initramfs';
        if (!(await done('download', path, `/out/${local}`))) return undefined;
        fetched = await openOutput(join(outputDir, local), { maxBytes: largestInitramfs.file });
        return fetched.size;
      },
      readFetched: async (offset: number, length: number): Promise<Buffer> =>
        (await fetched?.read(offset, Math.min(length, mostAtOnce))) ?? Buffer.alloc(0),
      /** The bytes of the output, and whether the tool had no complaints. */
      unpackInitramfs: async (at: number, codec: Codec, length: number | undefined) => {
        await unpacked?.close();
        unpacked = undefined;
        bounds ??= computeBounds(unpacksAtMost);
        const made = fetched && (await unpackTo(join(hostDir, 'unpacked'), fetched, at, codec, signal, length, bounds));
        if (made === 'too-much') return made;
        unpacked = made;
        return made && { size: made.size, whole: made.whole };
      },
      readUnpacked: async (offset: number, length: number): Promise<Buffer> =>
        (await unpacked?.read(offset, Math.min(length, mostAtOnce))) ?? Buffer.alloc(0),
    },
    close: async (): Promise<void> => {
      await fetched?.close();
      await unpacked?.close();
    },
  };
}

const mostAtOnce = 4 * 1024 ** 2;
