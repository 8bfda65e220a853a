import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readText } from './answer-text.ts';

/** A socket that accepts nothing for this long is closed. A target may hash and store the last bytes before it answers. */
const idleMs = 10 * 60_000;

export type Sending = {
  method: 'PUT' | 'POST';
  headers: Readonly<Record<string, string>>;
  bytes: Readable;
  size: number;
  signal: AbortSignal;
};

/**
 * Sends many bytes with their length, which not every server does without (RFC 9112, 6.3): fetch would send them in chunks.
 * @returns the answer, which may come before all is sent
 * @throws the signal's reason, that of `bytes`, or an error of the network
 */
export async function sendStream(
  url: URL,
  { method, headers, bytes, size, signal }: Sending,
): Promise<{ status: number; words: string }> {
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method,
    headers: { ...headers, 'content-length': String(size) },
    agent: false,
    timeout: idleMs,
    signal,
  });
  request.once('timeout', () => request.destroy(new Error('it accepted no data for ten minutes')));
  const answered = new Promise<{ status: number; words: string }>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      readText(response).then((words) => resolve({ status: response.statusCode ?? 0, words }), reject);
    });
  });
  answered.catch(() => undefined);
  const sent = pipeline(bytes, request);
  try {
    // Refused before all was sent, or answered after it.
    await Promise.race([sent, answered]);
    return await answered;
  } finally {
    bytes.destroy();
    request.destroy();
    await sent.catch(() => undefined);
  }
}
