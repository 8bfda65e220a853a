import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { formatBytes } from '../../shared/text/quantities.ts';
import { s3Client } from '../stack/buckets.ts';
import type { StackState } from '../stack/state.ts';
import { startLine } from '../terminal/line.mjs';
import { stepLine } from './words.ts';

/** A plain PUT by an S3 client that knows nothing of bootready: the way every upload may come. */
export async function uploadSample(
  state: StackState,
  { file, bucket, key, name }: { file: string; bucket: string; key: string; name: string },
  signal: AbortSignal,
): Promise<void> {
  const { size: bytes } = await stat(file);
  const what = (done: number): string =>
    stepLine('upload', `${formatBytes(bytes)} ${Math.floor((100 * done) / bytes)} %`);
  const line = startLine(what(0));
  const counted = async function* (): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of createReadStream(file, { signal, highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
      yield chunk;
      sent += chunk.length;
      line.update(what(sent));
    }
  };
  try {
    const body = Readable.from(counted(), { objectMode: false });
    await s3Client(state).putObject(bucket, key, body, bytes, { 'x-amz-meta-name': name });
  } catch (error) {
    line.end();
    throw error;
  }
  line.done(stepLine('upload', `${formatBytes(bytes)} to ${bucket}/${key}`));
}
