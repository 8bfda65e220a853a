import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { Client, S3Error } from 'minio';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { MultipartTarget, ObjectInfo, ObjectPin, ObjectStore } from '../../shared/ports/object-store.ts';
import { computeMd5 } from '../../shared/store/md5.ts';
import type { ObjectStoreConfig, StoreTrouble } from './config.ts';
import { parseCopiedPart, parseListing } from './listing.ts';
import { encodeKey, presignPart } from './presign-part.ts';

/** The library lists parts only for its own use; S3 has it for everyone (API_ListParts). */
class S3Client extends Client {
  /**
   * Does not hash bodies for the signature, not even over HTTP, because the sender signs their MD5 instead. SHA-256 of every byte, here and in the store, would
   * be half of the cost of sending.
   */
  withUnsignedBodies(): this {
    this.enableSHA256 = false;
    return this;
  }

  partsOf(target: MultipartTarget) {
    return this.listParts(target.bucket, target.key, target.uploadId);
  }
}

export function makeClient({ endpoint, region, accessKey, secretKey, pathStyle }: ObjectStoreConfig): S3Client {
  const { hostname, port, protocol } = new URL(endpoint);
  const client = new S3Client({
    endPoint: hostname,
    useSSL: protocol === 'https:',
    region,
    accessKey,
    secretKey,
    pathStyle,
    ...(port ? { port: Number(port) } : {}),
  });
  return client;
}

function unquoteEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll(/^"|"$/g, '');
}

export function findCode(error: unknown): string {
  return error instanceof S3Error ? ((error as { code?: string }).code ?? '') : '';
}
const absent = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload', 'NoSuchVersion', 'UnknownError404']);
function isAbsent(error: unknown): boolean {
  return absent.has(findCode(error));
}

function makeChangedError(): BootreadyError {
  return new BootreadyError({
    code: 'object-changed',
    message: 'The uploaded object was replaced while it was being read.',
    remedy: 'The new object is processed as a separate image.',
  });
}

/** These codes all mean that the caller has no access. */
export function isRefusal(code: string): boolean {
  return ['AccessDenied', 'SignatureDoesNotMatch', 'InvalidAccessKeyId', 'XAdminUserNotFound'].includes(code);
}

const troubleOfInstallation: StoreTrouble = (code) => ({
  code: 'unavailable',
  message: isRefusal(code)
    ? 'The object store refuses the credentials.'
    : 'The object store does not answer correctly.',
  remedy: isRefusal(code)
    ? 'Check S3_ACCESS_KEY, S3_SECRET_KEY and their rights ("bootready doctor").'
    : 'Check S3_ENDPOINT and the health of the store ("bootready doctor").',
  retryable: true,
});

/** Errors of the library and of the network, as ours. */
function toStoreError(error: unknown, trouble: StoreTrouble): BootreadyError {
  if (isBootreadyError(error)) return error;
  const code = findCode(error);
  if (code === 'PreconditionFailed') return makeChangedError();
  if (isAbsent(error)) {
    return new BootreadyError({
      code: 'object-missing',
      message: 'The object is no longer in the store.',
      remedy: 'Upload it again.',
      cause: error,
    });
  }
  return new BootreadyError({ ...trouble(code), cause: error });
}

export function createObjectStore(config: ObjectStoreConfig): ObjectStore {
  const client = makeClient(config);
  const trouble = config.trouble ?? troubleOfInstallation;
  const throwMapped = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(error, trouble);
    }
  };
  const sender = makeClient(config).withUnsignedBodies();
  const outside = config.publicEndpoint ? makeClient({ ...config, endpoint: config.publicEndpoint }) : client;

  /** GET of pinned bytes. The answer's ETag is compared too: not every server knows If-Match. */
  const get = async (pin: ObjectPin, headers: Record<string, string>, signal?: AbortSignal): Promise<Readable> => {
    signal?.throwIfAborted();
    const response = await client.makeRequestAsync(
      {
        method: 'GET',
        bucketName: pin.bucket,
        objectName: pin.key,
        headers: { ...headers, 'if-match': `"${pin.etag}"` },
        ...(pin.versionId ? { query: `versionId=${encodeURIComponent(pin.versionId)}` } : {}),
      },
      '',
      [200, 206],
    );
    signal?.addEventListener('abort', () => response.destroy(), { once: true });
    if (unquoteEtag(response.headers.etag) !== pin.etag) {
      response.destroy();
      throw makeChangedError();
    }
    return response;
  };

  return {
    head: async (bucket, key) => {
      try {
        const stat = await client.statObject(bucket, key);
        return {
          bucket,
          key,
          size: stat.size,
          etag: unquoteEtag(stat.etag),
          lastModified: stat.lastModified,
          metadata: Object.fromEntries(
            Object.entries(stat.metaData as Record<string, string>).map(([name, value]) => [
              name.toLowerCase().replace(/^x-amz-meta-/, ''),
              value,
            ]),
          ),
          ...(stat.versionId ? { versionId: stat.versionId } : {}),
        };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw toStoreError(error, trouble);
      }
    },

    read: (pin, offset, length, signal) =>
      throwMapped(async () => {
        const response = await get(pin, { range: `bytes=${offset}-${offset + length - 1}` }, signal);
        const bytes = await buffer(response);
        if (bytes.length === Math.min(length, pin.size - offset)) return bytes;
        throw new BootreadyError({
          code: 'unavailable',
          message: 'The object store ended its answer too early.',
          remedy: 'Check the health of the store. The read is retried.',
          retryable: true,
          context: { offset, length, got: bytes.length },
        });
      }),

    stream: (pin, signal, range) =>
      throwMapped(() =>
        get(pin, range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {}, signal),
      ),

    list: async function* (bucket, prefix) {
      try {
        let token: string | undefined;
        do {
          const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', prefix });
          if (token) query.set('continuation-token', token);
          // SigV4 signs "%20"; URLSearchParams writes "+".
          const response = await client.makeRequestAsync({
            method: 'GET',
            bucketName: bucket,
            query: query.toString().replaceAll('+', '%20'),
          });
          const page = parseListing(await text(response));
          for (const object of page.objects) yield { bucket, ...object, metadata: {} } satisfies ObjectInfo;
          token = page.next;
        } while (token);
      } catch (error) {
        throw toStoreError(error, trouble);
      }
    },

    remove: (bucket, key) =>
      throwMapped(() => client.removeObject(bucket, key)).catch((error: BootreadyError) => {
        if (error.code !== 'object-missing') throw error;
      }),

    put: (bucket, key, body, contentType) =>
      throwMapped(async () => {
        await client.putObject(bucket, key, body, body.length, { 'content-type': contentType });
      }),

    createMultipart: (bucket, key, metadata = {}) =>
      throwMapped(() =>
        client.initiateNewMultipartUpload(
          bucket,
          key,
          Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
        ),
      ),

    putPart: ({ bucket, key, uploadId }, partNumber, body, md5 = computeMd5(body)) =>
      throwMapped(async () => {
        const response = await sender.makeRequestAsync(
          {
            method: 'PUT',
            bucketName: bucket,
            objectName: key,
            query: `uploadId=${encodeURIComponent(uploadId)}&partNumber=${partNumber}`,
            headers: { 'content-length': String(body.length), 'content-md5': md5.toString('base64') },
          },
          body,
        );
        response.resume();
        return { partNumber, etag: unquoteEtag(response.headers.etag), size: body.length };
      }),

    copyPart: ({ bucket, key, uploadId }, partNumber, from, { offset, size }) =>
      throwMapped(async () => {
        const version = from.versionId ? `?versionId=${encodeURIComponent(from.versionId)}` : '';
        const isWhole = offset === 0 && size === from.size;
        const response = await client.makeRequestAsync({
          method: 'PUT',
          bucketName: bucket,
          objectName: key,
          query: `uploadId=${encodeURIComponent(uploadId)}&partNumber=${partNumber}`,
          headers: {
            'x-amz-copy-source': `/${from.bucket}/${encodeKey(from.key)}${version}`,
            'x-amz-copy-source-if-match': `"${from.etag}"`,
            // S3 accepts ranges only of sources of more than 5 MiB.
            ...(isWhole ? {} : { 'x-amz-copy-source-range': `bytes=${offset}-${offset + size - 1}` }),
          },
        });
        return { partNumber, etag: parseCopiedPart(await text(response)), size };
      }),

    listParts: (target) =>
      throwMapped(async () =>
        (await client.partsOf(target)).map(({ part, etag, size }) => ({
          partNumber: part,
          etag: unquoteEtag(etag),
          size,
        })),
      ),

    completeMultipart: ({ bucket, key, uploadId }, parts) =>
      throwMapped(async () => {
        await client.completeMultipartUpload(
          bucket,
          key,
          uploadId,
          parts.map(({ partNumber, etag }) => ({ part: partNumber, etag })),
        );
      }),

    abortMultipart: ({ bucket, key, uploadId }) =>
      throwMapped(() => client.abortMultipartUpload(bucket, key, uploadId)).catch((error: BootreadyError) => {
        if (error.code !== 'object-missing') throw error;
      }),

    listMultiparts: async function* (bucket, prefix) {
      try {
        let keyMarker = '';
        let uploadIdMarker = '';
        for (;;) {
          const page = await client.listIncompleteUploadsQuery(bucket, prefix, keyMarker, uploadIdMarker, '');
          for (const { key, uploadId, initiated } of page.uploads as {
            key: string;
            uploadId: string;
            initiated: Date | string;
          }[]) {
            yield { bucket, key, uploadId, initiated: new Date(initiated) };
          }
          if (!page.isTruncated) return;
          keyMarker = page.nextKeyMarker;
          uploadIdMarker = page.nextUploadIdMarker;
        }
      } catch (error) {
        throw toStoreError(error, trouble);
      }
    },

    presignPart: (target, part, seconds) => throwMapped(() => presignPart(config, target, part, seconds)),

    presignGet: (bucket, key, seconds, fileName) =>
      throwMapped(() =>
        outside.presignedGetObject(
          bucket,
          key,
          seconds,
          fileName
            ? {
                'response-content-disposition': `attachment; filename="${fileName.replaceAll(/[^\w.-]+/g, '_')}"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
              }
            : undefined,
        ),
      ),

    bucketExists: (bucket) => throwMapped(() => client.bucketExists(bucket)),
    ensureBucket: (bucket) =>
      throwMapped(async () => {
        if (await client.bucketExists(bucket)) return;
        try {
          await client.makeBucket(bucket);
        } catch (error) {
          if (!['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'].includes(findCode(error))) throw error;
        }
      }),
  };
}
