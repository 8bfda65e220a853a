import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';
import { BootreadyError } from '../../../shared/errors.ts';
import { noLimit, type RateLimit } from '../../../shared/transfer/rate-limit.ts';
import { errorOfNetwork } from '../api/answers.ts';
import { UrlRefused } from '../api/url-refused.ts';

/** The most bytes that are written at once; progress is reported in these steps. */
const pieceBytes = 256 * 1024;

/**
 * PUTs one part to a presigned URL; returns the ETag of the store. Does not use fetch, which copies the body, cannot report progress, and treats a slow line as
 * dead after 300 s.
 * @throws UrlRefused; `unavailable` (retryable or not); `conflict` when the store does not know the upload
 */
export async function putPart(
  url: string,
  body: Buffer,
  {
    signal,
    onSent,
    limit = noLimit,
    stillMs,
  }: {
    signal: AbortSignal;
    onSent: (bytes: number) => void;
    limit?: RateLimit;
    /** A connection without progress for this long is closed, in ms. */
    stillMs: number;
  },
): Promise<string | undefined> {
  const { protocol, host } = new URL(url);
  try {
    const request = (protocol === 'https:' ? https : http).request(url, {
      method: 'PUT',
      headers: { 'content-length': body.length },
      timeout: stillMs,
      signal,
    });
    request.on('timeout', () => request.destroy(Object.assign(new Error('no progress'), { code: 'ETIMEDOUT' })));
    const stepBytes = Math.min(pieceBytes, Math.max(1, Math.floor(limit.burst)));
    // The code below handles errors; an error after the answer does not matter.
    request.on('error', () => undefined);
    // A refusal may come before the whole body is sent.
    const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
    answered.catch(() => undefined);
    let settled = false;
    const answeredEarly = answered.then(
      () => (settled = true),
      () => (settled = true),
    );
    for (let at = 0; at < body.length && !settled; at += stepBytes) {
      const piece = body.subarray(at, at + stepBytes);
      await limit.take(piece.length, signal);
      if (!request.write(piece)) await Promise.race([once(request, 'drain').catch(() => undefined), answeredEarly]);
      onSent(Math.min(at + stepBytes, body.length));
    }
    request.end();
    const [response] = await answered;
    const answer = await text(response);
    const status = response.statusCode ?? 0;
    if (status === 200) return response.headers.etag;
    // The rest of a refused body has no reader.
    request.destroy();
    throw errorOfStore(host, status, answer);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BootreadyError || error instanceof UrlRefused) throw error;
    throw errorOfNetwork(`the object store at ${host}`, error, unreachableRemedy);
  }
}

const unreachableRemedy =
  'Check the network. If this host is not meant for you, ask the operator to set S3_PUBLIC_ENDPOINT.';

const passing = new Set([408, 429, 500, 502, 503, 504]);

/** Reads the S3 error code (API_Error responses), which is in an XML body. */
function errorOfStore(host: string, status: number, body: string): Error {
  const code = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(body)?.[1] ?? `HTTP ${status}`;
  if (status === 403) return new UrlRefused(code);
  if (code === 'NoSuchUpload') {
    return new BootreadyError({
      code: 'conflict',
      message: 'The upload no longer exists in the object store.',
      remedy: 'Run the same command again to start a new upload.',
    });
  }
  return new BootreadyError({
    code: 'unavailable',
    message: `The object store at ${host} refuses a part (${code}).`,
    remedy: 'If this continues, contact the operator.',
    retryable: passing.has(status) || code === 'RequestTimeout' || code === 'BadDigest',
  });
}
