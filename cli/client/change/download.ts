import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DownloadLink } from '../../../shared/contracts/api.ts';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { formatBytes, formatPercent } from '../../../shared/text/quantities.ts';
import { createRateLimit, noLimit } from '../../../shared/transfer/rate-limit.ts';
import { withRetries } from '../../../shared/transfer/retry.ts';
import { errorOfNetwork } from '../api/answers.ts';
import { type ApiClient, connect } from '../api/api-client.ts';
import { createOutages, storePatience, type TransferOptions } from '../api/outages.ts';
import { createRefusals, UrlRefused } from '../api/url-refused.ts';
import { findImageId } from '../find-image.ts';
import { interruptible } from '../interrupt.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import { createTransferProgress } from '../transfer-progress.ts';

export type DownloadOptions = OutputOptions & TransferOptions & { output?: string; force?: boolean };

/** Fetches a published image into FILE.part, continues what is there of it, and names it FILE when its SHA-256 is right. */
export function download(word: string, options: DownloadOptions): Promise<void> {
  return interruptible(
    async (signal) => {
      const api = await connect(signal);
      const id = await findImageId(api, word, 'usable');
      const link = await api.downloadLink(id);
      const target = await findTarget(link, options);
      const part = `${target}.part`;
      const there = (await readSize(part)) ?? 0;
      try {
        if (!(await fetchPublished(api, id, link, part, options, signal))) {
          // The partial file may belong to another download, so start again from the beginning.
          if (there > 0) tell('The existing partial file belongs to another image. Starting again.', options);
          await rm(part, { force: true });
          if (there === 0 || !(await fetchPublished(api, id, link, part, options, signal))) {
            await rm(part, { force: true });
            throw notAsPublished();
          }
        }
        await rename(part, target);
      } catch (error) {
        throw explainDiskError(error, target);
      }
      const { size, sha256 } = link;
      printResult({ id, file: resolve(target), size, sha256 }, () => [`${target}, SHA-256 ${sha256}`], options);
    },
    () => tell('Interrupted; the same command continues the download.', options),
  );
}

async function readSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

/** The name comes from the owner of the image: no folders, no hidden file, no option for the next command. */
export function safeFileName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N} ._-]+/gu, '_')
      .replace(/^[.\- ]+/, '')
      .slice(-200) || 'image'
  );
}

async function findTarget(link: DownloadLink, { output, force }: DownloadOptions): Promise<string> {
  const isFolder = output !== undefined && ((await stat(output).catch(() => undefined))?.isDirectory() ?? false);
  const name = safeFileName(link.fileName);
  const target = output === undefined ? name : isFolder ? join(output, name) : output;
  if (force || (await readSize(target)) === undefined) return target;
  throw new BootreadyError({
    code: 'conflict',
    message: `${target} already exists.`,
    remedy: 'Name another file with -o, or add --force to replace it.',
  });
}

/** False when what there is in the end is not what was published. */
async function fetchPublished(
  api: ApiClient,
  id: string,
  link: DownloadLink,
  part: string,
  { json, bwlimit, timeout }: DownloadOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const limit = bwlimit ? createRateLimit(bwlimit) : noLimit;
  const outages = createOutages({ json });
  const file = await open(part, 'a+', 0o644);
  try {
    const hash = createHash('sha256');
    let done = await addToHash(file, hash, signal);
    if (done > link.size) return false;
    if (done > 0) tell(`Continuing at ${formatPercent(done, link.size)} of ${formatBytes(link.size)}.`, { json });
    const progress = createTransferProgress({ total: link.size, done, quiet: json ?? false });
    let { url } = link;
    try {
      while (done < link.size) {
        const before = done;
        const counted = createRefusals();
        await withRetries(
          async (attempt) => {
            if (attempt > 1) ({ url } = await api.downloadLink(id));
            try {
              for await (const bytes of bodyFrom(url, done, { signal, stillMs: timeout * 1000 })) {
                outages.over();
                await file.write(bytes);
                hash.update(bytes);
                done += bytes.length;
                progress.reached(done);
                await limit.take(bytes.length, signal);
              }
            } catch (error) {
              throw counted(error);
            }
            if (done < link.size) throw cutOff(url);
          },
          {
            ...storePatience,
            signal,
            onPause: outages.waiting,
            // As long as bytes arrive, the command waits.
            mayPass: (error) => mayPass(error) && done === before,
          },
        ).catch((error: unknown) => {
          signal.throwIfAborted();
          if (done === before || !mayPass(error)) throw error;
          outages.waiting(error);
        });
      }
    } finally {
      progress.end();
    }
    if (done !== link.size || hash.digest('hex') !== link.sha256) return false;
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof UrlRefused || (isBootreadyError(error) && error.retryable);
}

async function addToHash(file: FileHandle, hash: Hash, signal: AbortSignal): Promise<number> {
  const buffer = Buffer.allocUnsafe(1024 ** 2);
  let done = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, done);
    if (bytesRead === 0) return done;
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
}

/** @param stillMs a connection that delivers nothing for this long is closed; the time for processing received bytes does not count */
async function* bodyFrom(
  url: string,
  offset: number,
  { signal, stillMs }: { signal: AbortSignal; stillMs: number },
): AsyncGenerator<Uint8Array> {
  const { host } = new URL(url);
  const silence = new AbortController();
  const inTime = async <T>(coming: Promise<T>): Promise<T> => {
    const giveUp = (): void => silence.abort(new DOMException('nothing comes', 'TimeoutError'));
    const timer = setTimeout(giveUp, stillMs);
    try {
      return await coming;
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const either = AbortSignal.any([signal, silence.signal]);
    const response = await inTime(fetch(url, { headers: { range: `bytes=${offset}-` }, signal: either }));
    // A store that does not know ranges sends everything.
    if ((response.status === 206 || (response.status === 200 && offset === 0)) && response.body) {
      const reader = response.body.getReader();
      try {
        for (;;) {
          const { done, value } = await inTime(reader.read());
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    }
    await response.body?.cancel();
    if (response.status === 403) throw new UrlRefused(`HTTP ${response.status}`);
    throw new BootreadyError({
      code: 'unavailable',
      message: `The object store at ${host} does not return the image (HTTP ${response.status}).`,
      remedy: 'Try the same command again later to continue the download. If that fails too, contact the operator.',
      retryable: response.status === 429 || response.status >= 500,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isBootreadyError(error) || error instanceof UrlRefused) throw error;
    throw errorOfNetwork(`the object store at ${host}`, error, unreachableRemedy);
  }
}

const unreachableRemedy =
  'Check the network. If this host is not meant for you, ask the operator to set S3_PUBLIC_ENDPOINT. The same command continues the download.';

function cutOff(url: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The object store at ${new URL(url).host} ended the transfer too early.`,
    remedy: 'The same command continues it.',
    retryable: true,
  });
}

function notAsPublished(): BootreadyError {
  return new BootreadyError({
    code: 'object-changed',
    message: 'The downloaded data is not the published image: its SHA-256 differs.',
    remedy: 'Try again. If that fails too, contact the operator: the stored object may be damaged.',
  });
}

/** Errors of the local disk in words. */
function explainDiskError(error: unknown, target: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (isBootreadyError(error) || !syscall) return error;
  return new BootreadyError({
    code: 'unavailable',
    message: `${target} cannot be written: ${code === 'ENOSPC' ? 'the disk is full' : (code ?? 'unknown reason')}.`,
    remedy: 'Name another file with -o. The download continues if the file has the same name.',
    cause: error,
  });
}
