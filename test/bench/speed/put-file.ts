import { createReadStream } from 'node:fs';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { pipeline } from 'node:stream/promises';

/**
 * PUTs a part of a file. @param headers besides its length
 * @returns the answer, whose body nobody needs. Throws if the status is another one
 */
export function putFile(
  url: string,
  { path, offset = 0, length }: { path: string; offset?: number; length: number },
  { status, headers = {} }: { status: number; headers?: OutgoingHttpHeaders },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method: 'PUT', headers: { ...headers, 'content-length': length } };
    const sending = request(url, options, (answer) => {
      answer.resume();
      if (answer.statusCode === status) resolve(answer);
      else reject(new Error(`PUT ${new URL(url).pathname}: ${answer.statusCode}`));
    });
    sending.once('error', reject);
    const bytes = createReadStream(path, { start: offset, end: offset + length - 1, highWaterMark: 1024 ** 2 });
    pipeline(bytes, sending).catch(reject);
  });
}
