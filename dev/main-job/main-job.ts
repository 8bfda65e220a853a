import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { formatBytes } from '../../shared/text/quantities.ts';
import { s3Client } from '../stack/buckets.ts';
import { type StackState, writeState } from '../stack/state.ts';
import { demoProject } from '../stack/up.ts';
import { print, startLine } from '../terminal/line.mjs';
import { apiClient } from './api-client.ts';
import { describeImage } from './report.ts';
import { sampleVmdk } from './sample-vmdk.ts';
import { findUploaded, watchRun } from './watch.ts';
import { stepLine } from './words.ts';

const name = 'Debian 12 (sample)';
const upload = { bucket: 'uploads', key: `${demoProject}/debian-12-sample.vmdk` };

/** From a disk image to a published one, as a user with an S3 client has it. True when it is published (already). */
export async function runMainJob(state: StackState, dataDir: string, signal: AbortSignal): Promise<boolean> {
  const api = apiClient(state);
  const before = state.sampleImageId ? await api.image(state.sampleImageId) : undefined;
  if (before?.status === 'active') {
    print(`\n"${name}" was published at an earlier start (image ${before.id}):`);
    print(describeImage(before));
    return true;
  }
  const file = await sampleVmdk(signal);
  print(`\n"${name}": a VMDK, uploaded by a plain S3 client`);
  // The clocks of Postgres and of us are the same; a second is for rounding.
  const since = Date.now() - 1000;
  await uploadSample(state, { ...upload, file, name }, signal);
  const imageId = await findUploaded(api, { name, key: upload.key, since }, signal);
  const image = await watchRun(api, imageId, signal);
  print(`\nReport on "${name}" (image ${imageId}):`);
  print(describeImage(image));
  if (image.status !== 'active') return false;
  await writeState(dataDir, { ...state, sampleImageId: imageId });
  return true;
}

/** A plain PUT by an S3 client that knows nothing of bootready: the way every upload may come. */
async function uploadSample(
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
