import { createHash } from 'node:crypto';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { type Part, readMd5, type StoredPart } from '../../shared/transfer/part-plan.ts';
import type { PartUrls } from '../../shared/transfer/part-urls.ts';
import type { RateLimit } from '../../shared/transfer/rate-limit.ts';
import { withRetries } from '../../shared/transfer/retry.ts';
import type { LocalFile } from './local-file.ts';
import { type Outages, storePatience } from './outages.ts';
import { putPart } from './put-part.ts';
import { createRefusals, UrlRefused } from './url-refused.ts';

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/**
 * Works through parts in lanes, each with one buffer that it uses again: the memory is that of the buffers, whatever the size
 * of the file. The first error stops all lanes.
 */
async function inLanes<P extends Part>(
  parts: readonly P[],
  lanes: number,
  signal: AbortSignal,
  work: (part: P, buffer: Buffer, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const longest = Math.max(0, ...parts.slice(0, 1).map(({ length }) => length), parts.at(-1)?.length ?? 0);
  let next = 0;
  let failure: unknown;
  const lane = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(longest);
    for (;;) {
      either.throwIfAborted();
      const part = parts[next++];
      if (!part) return;
      await work(part, buffer.subarray(0, part.length), either);
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(lanes, parts.length) }, () =>
      lane().catch((error: unknown) => {
        failure ??= error;
        stopping.abort(error);
      }),
    ),
  );
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
}

/**
 * The parts that the store holds exactly as they are in the file. If its ETag is no MD5, the unchanged file and the size must be enough. @param known MD5 of
 * parts of the file, by number: filled with those that had to be read
 */
export async function verifyParts(
  file: LocalFile,
  stored: readonly StoredPart[],
  { lanes, signal, known }: { lanes: number; signal: AbortSignal; known: Map<number, string> },
): Promise<Set<number>> {
  const good = new Set<number>();
  await inLanes(stored, lanes, signal, async (part, buffer) => {
    if (part.md5 !== undefined && !known.has(part.partNumber)) {
      await file.fill(buffer, part.offset);
      known.set(part.partNumber, md5(buffer));
    }
    if (part.md5 === undefined || known.get(part.partNumber) === part.md5) good.add(part.partNumber);
  });
  return good;
}

/** Sends parts straight to the store; `onProgress` hears how many bytes of them are on their way or there. */
export async function sendParts(
  file: LocalFile,
  parts: readonly Part[],
  options: {
    urls: PartUrls;
    lanes: number;
    signal: AbortSignal;
    limit: RateLimit;
    stillMs: number;
    outages: Outages;
    onProgress: (bytes: number) => void;
    onThere: (partNumber: number, md5: string) => void;
  },
): Promise<void> {
  const { urls, lanes, limit, stillMs, outages, onProgress, onThere } = options;
  let sent = 0;
  const onTheWay = new Map<number, number>();
  const tell = (): void => onProgress([...onTheWay.values()].reduce((sum, bytes) => sum + bytes, sent));

  await inLanes(parts, lanes, options.signal, async ({ partNumber, offset, length }, buffer, signal) => {
    await file.fill(buffer, offset);
    const sum = md5(buffer);
    const counted = createRefusals();
    let damages = 0;
    await withRetries(
      async () => {
        const url = await urls.of(partNumber);
        try {
          const etag = await putPart(url, buffer, {
            signal,
            limit,
            stillMs,
            onSent: (bytes) => {
              onTheWay.set(partNumber, bytes);
              tell();
            },
          });
          const there = readMd5(etag);
          if (there !== undefined && there !== sum) throw damagedOnTheWay(++damages);
        } catch (error) {
          onTheWay.delete(partNumber);
          throw counted(error);
        }
      },
      {
        ...storePatience,
        signal,
        onPause: outages.waiting,
        mayPass: (error) => error instanceof UrlRefused || (isBootreadyError(error) && error.retryable),
      },
    );
    outages.over();
    onThere(partNumber, sum);
    onTheWay.delete(partNumber);
    sent += length;
    tell();
  });
}

function damagedOnTheWay(times: number): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: 'A part changed on its way to the object store.',
    remedy: 'Something in the network changes the bytes. Try from another network, and contact the operator.',
    retryable: times < 4,
  });
}
