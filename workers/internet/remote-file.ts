import type { IncomingMessage } from 'node:http';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/text/quantities.ts';
import { backoff, pause, withRetries } from '../../shared/transfer/retry.ts';
import type { Answer, Door } from './door.ts';

export type RemoteFile = {
  /** Undefined when the server does not say it. */
  total: number | undefined;
  /** Once, from the beginning to the end; goes on where it was when the connection breaks. */
  bytes: AsyncIterable<Buffer>;
  /** For callers that do not read it to its end. */
  close(): void;
};

export type RemoteFileOptions = {
  url: string;
  signal: AbortSignal;
  /** Whether a checksum will show if the bytes were changed on their way. */
  hasChecksum: boolean;
  /** The average over a window. If a server sends less, or nothing, the rest is requested again, and given up in the end. */
  leastBytesPerSecond?: number;
  /** How long such a window is. Only the time that is waited for the server counts. */
  patienceMs?: number;
  retryMs?: { first: number; most: number };
};

/** Breaks one after the other with less than this between them. */
const mostBreaks = 5;
const enoughBytes = 1024 ** 2;

/**
 * @throws BootreadyError as `Door.get`, and what the status means; while it is read, `unavailable` and `object-changed` (both retryable),
 *   and `too-slow`
 */
export async function openRemoteFile(door: Door, options: RemoteFileOptions): Promise<RemoteFile> {
  const { url, signal, hasChecksum, patienceMs = 60_000, retryMs = { first: 1000, most: 30_000 } } = options;
  const { leastBytesPerSecond = 16 * 1024 } = options;
  const leastBytes = (leastBytesPerSecond * patienceMs) / 1000;
  const tooSlow = slow(new URL(url).hostname, leastBytesPerSecond);
  const ask = (headers: Record<string, string>) => door.get(url, { headers, signal, mayLeaveTls: hasChecksum });
  const first = await ask({});
  assertFound(first);
  const total = findLength(first.response);
  const validator = findValidator(first.response);
  let at = 0;

  /** The rest, of the very same file (RFC 9110, 13.1.5 and 14.2). */
  const askForRest = async (): Promise<IncomingMessage> => {
    if (validator === undefined) throw cannotGoOn();
    const answer = await ask({ range: `bytes=${at}-`, 'if-range': validator });
    const { response } = answer;
    if (response.statusCode === 206 && isRestFrom(response, at, total)) return response;
    response.destroy();
    if (response.statusCode !== 200 && response.statusCode !== 206 && response.statusCode !== 416) assertFound(answer);
    throw cannotGoOn();
  };

  /** Gives why it ended before its end. */
  async function* piece(response: IncomingMessage): AsyncGenerator<Buffer, unknown> {
    const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    // Only the time that we wait for the server counts, not the time of our store.
    let waited = 0;
    let came = 0;
    try {
      for (;;) {
        const asked = Date.now();
        const silence = setTimeout(() => response.destroy(tooSlow), patienceMs - waited);
        const next = await chunks.next().finally(() => clearTimeout(silence));
        if (next.done) return total === undefined || at === total ? undefined : new Error('cut short');
        waited += Date.now() - asked;
        came += next.value.length;
        at += next.value.length;
        if (came >= leastBytes) waited = came = 0;
        yield next.value;
      }
    } catch (error) {
      return error;
    } finally {
      response.destroy();
    }
  }

  async function* bytes(): AsyncGenerator<Buffer> {
    let { response } = first;
    for (let breaks = 1; ; breaks++) {
      const before = at;
      const error = yield* piece(response);
      if (error === undefined) return;
      signal.throwIfAborted();
      if (at - before >= enoughBytes) breaks = 1;
      if (breaks > mostBreaks) throw error === tooSlow ? tooSlow : makeBrokenOffError(error);
      await pause(backoff(breaks, retryMs), signal);
      response = await withRetries(askForRest, {
        attempts: mostBreaks,
        ...retryMs,
        signal,
        mayPass: (why) => isBootreadyError(why) && why.code === 'unavailable' && why.retryable,
      }).catch((why: unknown) => {
        // The server was too slow: otherwise the first connection would have been enough.
        throw error === tooSlow && isBootreadyError(why) && why.code === 'object-changed' ? tooSlow : why;
      });
    }
  }
  return { total, bytes: bytes(), close: () => void first.response.destroy() };
}

function findLength({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** A value for `If-Range`: a strong ETag, or a date that is at least a second older than the answer. */
function findValidator({ headers }: IncomingMessage): string | undefined {
  const { etag, date = '' } = headers;
  if (etag?.startsWith('"')) return etag;
  const modified = headers['last-modified'];
  return modified !== undefined && Date.parse(date) - Date.parse(modified) >= 1000 ? modified : undefined;
}

function isRestFrom({ headers }: IncomingMessage, at: number, total: number | undefined): boolean {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  return Number(start) === at && (total === undefined || size === '*' || Number(size) === total);
}

function assertFound({ response, url: { hostname } }: Answer): void {
  const { statusCode = 0 } = response;
  if (statusCode === 200) return;
  response.destroy();
  const isMissing = statusCode === 404 || statusCode === 410;
  const mayPass = statusCode === 408 || statusCode === 425 || statusCode === 429 || statusCode >= 500;
  throw new BootreadyError({
    code: isMissing ? 'object-missing' : mayPass ? 'unavailable' : 'invalid-input',
    message: isMissing ? `${hostname} does not have this file.` : `${hostname} answers with HTTP ${statusCode}.`,
    remedy: mayPass
      ? 'Try again later.'
      : 'Check that a browser without a sign-in can download the file from this address.',
    retryable: mayPass,
  });
}

function slow(host: string, leastBytesPerSecond: number): BootreadyError {
  return new BootreadyError({
    code: 'too-slow',
    message: `${host} sends less than the required ${formatBytes(leastBytesPerSecond)} per second.`,
    remedy:
      'Download from another mirror, or upload the file yourself. The operator can lower the limit (DOWNLOAD_LEAST_BYTES_PER_SECOND).',
  });
}

function cannotGoOn(): BootreadyError {
  return new BootreadyError({
    code: 'object-changed',
    message: 'The connection broke, and the server cannot continue the download or now has another file.',
    remedy: 'Retry the image, or download from another mirror.',
    retryable: true,
  });
}

function makeBrokenOffError(cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: 'The connection keeps breaking.',
    remedy: 'Retry the image later, or download from another mirror.',
    retryable: true,
    cause,
  });
}
