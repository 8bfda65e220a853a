import { text } from 'node:stream/consumers';
import type { Client } from 'minio';
import { BootreadyError } from '../../shared/errors.ts';
import { computeMd5 } from '../../shared/store/md5.ts';

/**
 * Lets pages of these origins upload into a bucket by presigned links. The library has no call for it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
 * @throws BootreadyError `unavailable`
 */
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
        headers: { 'content-md5': computeMd5(Buffer.from(body)).toString('base64') },
      },
      body,
    );
    await text(response);
  } catch (cause) {
    throw new BootreadyError({
      code: 'unavailable',
      message: `The object store does not take the CORS rule of the bucket "${bucket}": ${(cause as Error).message}`,
      remedy: 'Read its log.',
      cause,
    });
  }
}
