import { AwsV4Signer } from 'aws4fetch';
import type { MultipartTarget } from '../../shared/ports/object-store.ts';
import type { ObjectStoreConfig } from './config.ts';

function strictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A key as a part of a URL's path. */
export function encodeKey(key: string): string {
  return key.split('/').map(strictly).join('/');
}

/** The place of an object: in the path, or with its bucket as part of the host's name. */
function makeObjectUrl(
  { endpoint, publicEndpoint, pathStyle }: ObjectStoreConfig,
  { bucket, key }: Pick<MultipartTarget, 'bucket' | 'key'>,
): URL {
  const url = new URL(publicEndpoint ?? endpoint);
  const path = encodeKey(key);
  if (pathStyle) return new URL(`/${bucket}/${path}`, url);
  url.host = `${bucket}.${url.host}`;
  return new URL(`/${path}`, url);
}

/**
 * A URL for one PUT of an exact length: the length is one of the signed headers, so the store refuses any other body. The client of the store signs only the
 * host. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export async function presignPart(
  config: ObjectStoreConfig,
  { uploadId, ...target }: MultipartTarget,
  { partNumber, length }: { partNumber: number; length: number },
  seconds: number,
): Promise<string> {
  const url = makeObjectUrl(config, target);
  url.searchParams.set('partNumber', String(partNumber));
  url.searchParams.set('uploadId', uploadId);
  url.searchParams.set('X-Amz-Expires', String(seconds));
  const signer = new AwsV4Signer({
    method: 'PUT',
    url: url.href,
    headers: { 'content-length': String(length) },
    accessKeyId: config.accessKey,
    secretAccessKey: config.secretKey,
    region: config.region,
    service: 's3',
    signQuery: true,
    allHeaders: true,
  });
  return (await signer.sign()).url.href;
}
