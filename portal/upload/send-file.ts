import type { SignedParts, UploadSession } from '../../shared/contracts/api.ts';
import { type Part, planParts, type StoredPart } from '../../shared/transfer/part-plan.ts';
import { createPartUrls, type PartUrls } from '../../shared/transfer/part-urls.ts';
import { withRetries } from '../../shared/transfer/retry.ts';
import { shortEtag } from './kept-uploads.ts';
import { PartRefused } from './put-part.ts';

/** As many connections as browsers keep to one host over HTTP/1.1, less two for the rest of the page. */
const lanes = 4;
/** Some minutes in all; then it stays interrupted until the network is back or someone resumes it. */
const patience = { attempts: 8, first: 500, most: 30_000 };

export type Transfer = {
  api: {
    openUpload(id: string, size: number): Promise<UploadSession>;
    signParts(id: string, partNumbers: number[]): Promise<SignedParts>;
    completeUpload(id: string, size: number): Promise<unknown>;
  };
  put(
    url: string,
    body: Blob,
    options: { signal: AbortSignal; onSent: (bytes: number) => void },
  ): Promise<string | undefined>;
  /** Whether an error of the API may pass by itself. */
  passes(error: unknown): boolean;
};

export type SendOptions = {
  imageId: string;
  file: Blob;
  signal: AbortSignal;
  /** Told when there is no more reason to wait for the network. */
  hurry: EventTarget;
  /** The parts that the store has confirmed as complete in earlier sessions: number and short ETag, '' if it sent none. */
  taken: ReadonlyMap<number, string>;
  onTaken: (partNumber: number, etag: string) => void;
  /** Bytes that are there or on their way, those of earlier tries among them. */
  onProgress: (bytes: number) => void;
  onWaiting: (waits: boolean) => void;
  onCompleting: () => void;
};

/** Whether the store still has the part that it confirmed. */
export function isTaken(
  taken: ReadonlyMap<number, string>,
  { partNumber, etag }: Pick<StoredPart, 'partNumber' | 'etag'>,
): boolean {
  const expected = taken.get(partNumber);
  return expected === '' || expected === shortEtag(etag);
}

/** A store that does not keep what it is sent is given up. */
const rounds = 4;

/**
 * Sends the missing parts of a file to the store, and completes the object. A part is not sent again if the store has the part that we sent: some stores kept a
 * part whose sender disappeared in the middle of it, filled up with zeros (versitygw). So a part counts only if the store has answered it with success, and
 * only while the store still lists the same ETag.
 */
export async function sendFile(
  transfer: Transfer,
  { imageId, file, signal, hurry, taken, onTaken, onProgress, onWaiting, onCompleting }: SendOptions,
): Promise<void> {
  const { api, passes } = transfer;
  const retried = <T>(work: () => Promise<T>, mayPass: (error: unknown) => boolean): Promise<T> =>
    withRetries(work, {
      ...patience,
      signal,
      hurry,
      mayPass: (error) => {
        const again = mayPass(error);
        if (again) onWaiting(true);
        return again;
      },
    });

  const known = new Map(taken);
  let there = 0;
  /** The parts that the store still needs, as far as is known now. */
  const leftToSend = async (): Promise<Part[]> => {
    const { stored, missing } = planParts(await retried(() => api.openUpload(imageId, file.size), passes));
    const left = [...missing, ...stored.filter((part) => !isTaken(known, part))];
    there = file.size - left.reduce((sum, { length }) => sum + length, 0);
    onProgress(there);
    return left.toSorted((a, b) => a.partNumber - b.partNumber);
  };
  let urls: PartUrls;

  const onTheWay = new Map<number, number>();
  const tell = (): void => onProgress([...onTheWay.values()].reduce((sum, bytes) => sum + bytes, there));
  const send = async ({ partNumber, offset, length }: Part, ending: AbortSignal): Promise<void> => {
    let refusals = 0;
    await retried(
      async () => {
        try {
          const etag = await transfer.put(await urls.of(partNumber), file.slice(offset, offset + length), {
            signal: ending,
            onSent: (bytes) => {
              onWaiting(false);
              onTheWay.set(partNumber, Math.min(bytes, length));
              tell();
            },
          });
          known.set(partNumber, shortEtag(etag));
          onTaken(partNumber, shortEtag(etag));
        } finally {
          onTheWay.delete(partNumber);
        }
      },
      (error) => {
        if (!(error instanceof PartRefused)) return passes(error);
        // An old link is one refusal; a new one that is refused as well will not be accepted later.
        if (error.status === 403) return ++refusals <= 2;
        return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
      },
    );
    there += length;
    onWaiting(false);
    tell();
  };
  for (let round = 1; ; round++) {
    const left = await leftToSend();
    if (left.length === 0) break;
    if (round > rounds) throw new PartRefused(400, 'BadDigest');
    urls = createPartUrls(
      api,
      imageId,
      left.map(({ partNumber }) => partNumber),
    );
    await inLanes(left, signal, send);
  }

  onCompleting();
  await retried(() => api.completeUpload(imageId, file.size), passes);
}

/** The first error stops all lanes. */
async function inLanes(
  parts: readonly Part[],
  signal: AbortSignal,
  work: (part: Part, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let part = parts[next++]; part; part = parts[next++]) {
      either.throwIfAborted();
      await work(part, either);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(lanes, parts.length) }, lane));
  } catch (error) {
    stopping.abort(error);
    throw error;
  }
}
