import { setTimeout as pause } from 'node:timers/promises';
import { isBootreadyError } from '../../../shared/errors.ts';
import { otherBytes } from '../trouble.ts';
import type { Descriptor } from './container-disk.ts';
import { type Answer, makeUnexpectedError, type Registry } from './registry.ts';

/** Distribution spec 1.1, "Pushing a blob in chunks" and "Resuming an upload". */

/** One of them is in memory, and one more while it is put together. */
const chunkBytes = 16 * 1024 ** 2;
/** A registry may want larger ones (OCI-Chunk-Min-Length). */
const mostChunkBytes = 64 * 1024 ** 2;
/** Tries for one chunk, and the longest pause between them. */
const tries = 6;
const longestPauseMs = 10_000;

/** Chunks of the same size out of whatever comes; the last one is shorter. */
async function* gather(parts: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const part of parts) {
    for (let rest = part; rest.length > 0; ) {
      const taken = rest.subarray(0, size - length);
      waiting.push(taken);
      length += taken.length;
      rest = rest.subarray(taken.length);
      if (length < size) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}

/** How many bytes the registry has of an upload. `0-0` means no bytes, because no chunk of ours has a single one. */
function readRange({ headers }: Answer): number {
  const last = /^(?:bytes=)?0-(\d{1,16})$/.exec(headers.get('range') ?? '')?.[1];
  return last === undefined || last === '0' ? 0 : Number(last) + 1;
}

export type BlobTarget = { name: string; registry: Registry; repository: string; signal: AbortSignal };

export async function hasBlob({ registry, repository, signal, name }: BlobTarget, blob: Descriptor): Promise<boolean> {
  const answer = await registry.ask({ method: 'HEAD', to: `${repository}/blobs/${blob.digest}` }, signal);
  // Registries that keep blobs in a store lead there, and only to a blob that exists.
  if (answer.status >= 300 && answer.status < 400) return true;
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw makeUnexpectedError(name, answer);
  return Number(answer.headers.get('content-length') ?? blob.size) === blob.size;
}

/** Sends one chunk, and after a break only what the registry lacks of it. @returns where the next one goes */
async function sendChunk(
  { name, registry, signal }: BlobTarget,
  session: URL,
  chunk: Buffer,
  start: number,
): Promise<URL> {
  let has = start;
  let url = session;
  for (let attempt = 1; ; attempt++) {
    try {
      const body = chunk.subarray(has - start);
      const headers = {
        'content-type': 'application/octet-stream',
        'content-range': `${has}-${has + body.length - 1}`,
      };
      const answer = await registry.ask({ method: 'PATCH', to: url, headers, body }, signal);
      if (answer.status === 202) return registry.follow(answer);
      throw makeUnexpectedError(name, answer);
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === tries || !isBootreadyError(error) || !error.retryable) throw error;
      await pause(Math.min(longestPauseMs, 250 * 2 ** attempt), undefined, { signal });
      const status = await registry.ask({ method: 'GET', to: url }, signal).catch(() => undefined);
      signal.throwIfAborted();
      // Still silent: the next try says so.
      if (!status || status.status >= 500) continue;
      if (status.status !== 204) throw error;
      if (status.headers.has('location')) url = registry.follow(status);
      has = readRange(status);
      // It has less than it had confirmed, or something that is not ours: from the start, by the next delivery.
      if (has < start || has > start + chunk.length) throw error;
      if (has === start + chunk.length) return url;
    }
  }
}

/**
 * Sends a blob unless it is there. Memory does not grow with its size.
 * @param stream makes its bytes; not called if the registry has the blob
 */
export async function sendBlob(to: BlobTarget, blob: Descriptor, stream: () => AsyncIterable<Buffer>): Promise<void> {
  if (await hasBlob(to, blob)) return;
  const { name, registry, repository, signal } = to;
  const opened = await registry.ask({ method: 'POST', to: `${repository}/blobs/uploads/` }, signal);
  if (opened.status !== 202) throw makeUnexpectedError(name, opened);
  let url = registry.follow(opened);
  try {
    const least = Number(opened.headers.get('oci-chunk-min-length') ?? 0);
    let start = 0;
    for await (const chunk of gather(stream(), Math.min(mostChunkBytes, Math.max(chunkBytes, least || 0)))) {
      url = await sendChunk(to, url, chunk, start);
      start += chunk.length;
    }
    const end = new URL(url);
    end.searchParams.set('digest', blob.digest);
    const closed = await registry.ask({ method: 'PUT', to: end }, signal);
    if (closed.status === 201) return;
    if (/DIGEST_INVALID|SIZE_INVALID/.test(closed.text)) throw otherBytes(name, { digest: blob.digest, sent: start });
    throw makeUnexpectedError(name, closed);
  } catch (error) {
    // If this does not arrive, the registry forgets the upload by itself.
    await registry.ask({ method: 'DELETE', to: url }, AbortSignal.timeout(10_000)).catch(() => undefined);
    throw error;
  }
}
