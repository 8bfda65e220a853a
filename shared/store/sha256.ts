import { createHash } from 'node:crypto';

/** SHA-256 (FIPS 180-4), in lower-case hex, of everything that a stream gives. Throws what the stream throws. */
export async function computeSha256(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
