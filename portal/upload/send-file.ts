import type { ImageView } from '../../shared/contracts/api.ts';
import { hasArrived } from '../../shared/transfer/has-arrived.ts';
import type { StoredPart } from '../../shared/transfer/part-plan.ts';
import {
  type PutPart,
  StoreLosesParts,
  sendFile as sendToStore,
  type UploadApi,
} from '../../shared/transfer/send-file.ts';
import { shortEtag } from './kept-uploads.ts';
import { PartRefused } from './put-part.ts';

/** As many connections as browsers keep to one host over HTTP/1.1, less two for the rest of the page. */
const lanes = 4;
/** Some minutes in all; then it stays interrupted until the network is back or someone resumes it. */
const patience = { attempts: 8, first: 500, most: 30_000 };

export type Transfer = {
  api: UploadApi & { image(id: string): Promise<Pick<ImageView, 'upload' | 'activity'>> };
  put: PutPart<Blob>;
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

/** False also when the API does not answer. */
export async function hasItsBytes(api: Pick<Transfer['api'], 'image'>, imageId: string): Promise<boolean> {
  const image = await api.image(imageId).catch(() => undefined);
  return image !== undefined && hasArrived(image);
}

/**
 * Sends the missing parts of a file to the store, and completes the object. A part counts only if the store has answered it with success, and only while the
 * store still lists the same ETag: pages have no MD5.
 */
export async function sendFile(
  { api, put, passes }: Transfer,
  { imageId, file, signal, hurry, taken, onTaken, onProgress, onWaiting, onCompleting }: SendOptions,
): Promise<void> {
  const known = new Map(taken);
  try {
    await sendToStore({
      api,
      imageId,
      source: {
        size: file.size,
        openLane:
          () =>
          ({ offset, length }) =>
            file.slice(offset, offset + length),
      },
      put,
      proof: {
        sent: ({ partNumber }, _body, etag) => {
          known.set(partNumber, shortEtag(etag));
          onTaken(partNumber, shortEtag(etag));
        },
        holds: (part) => isTaken(known, part),
      },
      lanes,
      patience: { part: patience, api: patience },
      passes: (error) => (error instanceof PartRefused ? mayBeTaken(error) : passes(error)),
      isLinkRefused: (error) => error instanceof PartRefused && error.status === 403,
      hasBytes: () => hasItsBytes(api, imageId),
      signal,
      hurry,
      on: {
        planned: onProgress,
        moved: (bytes) => {
          onWaiting(false);
          onProgress(bytes);
        },
        waiting: () => onWaiting(true),
        completing: onCompleting,
      },
    });
  } catch (error) {
    throw error instanceof StoreLosesParts ? new PartRefused(400, 'BadDigest') : error;
  }
}

function mayBeTaken({ status }: PartRefused): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}
