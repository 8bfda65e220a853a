import { Client } from 'minio';
import { putCors } from '../../adapters/object-store/cors.ts';
import type { StackState } from './state.ts';

export function s3Client({ ports, s3 }: StackState): Client {
  return new Client({ endPoint: '127.0.0.1', port: ports.s3, useSSL: false, region: 'us-east-1', ...s3 });
}

export const stackBuckets = { uploads: 'uploads', images: 'images' } as const;

/** The two buckets; browsers on the API's origin may upload straight into the first. */
export async function makeBuckets(state: StackState): Promise<void> {
  const client = s3Client(state);
  for (const bucket of Object.values(stackBuckets)) {
    if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket);
  }
  const { api } = state.ports;
  await putCors(client, stackBuckets.uploads, [`http://127.0.0.1:${api}`, `http://localhost:${api}`]);
}
