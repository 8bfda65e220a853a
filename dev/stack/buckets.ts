import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Client } from 'minio';
import { BootreadyError } from '../../shared/errors.ts';
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

/** The library has no call for it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
export async function putCors(client: Client, bucket: string, origins: readonly string[]): Promise<void> {
  const body = [
    '<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule>',
    ...origins.map((origin) => `<AllowedOrigin>${origin}</AllowedOrigin>`),
    ...['PUT', 'GET', 'POST', 'HEAD'].map((method) => `<AllowedMethod>${method}</AllowedMethod>`),
    '<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3600</MaxAgeSeconds>',
    '</CORSRule></CORSConfiguration>',
  ].join('');
  try {
    const response = await client.makeRequestAsync(
      {
        method: 'PUT',
        bucketName: bucket,
        query: 'cors=',
        headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
      },
      body,
    );
    await text(response);
  } catch (cause) {
    throw new BootreadyError({
      code: 'unavailable',
      message: `The object store does not take the CORS rule of the bucket "${bucket}": ${(cause as Error).message}`,
      remedy: 'Look into its log.',
      cause,
    });
  }
}
