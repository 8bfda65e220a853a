import { isBootreadyError } from '../../shared/errors.ts';
import type { S3TargetConfig } from '../../shared/operation/targets.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Deliverable, DeliveryControl, Leftovers, Target } from '../../shared/ports/targets.ts';
import { computeSha256 } from '../../shared/store/sha256.ts';
import { uploadInParts } from '../../shared/store/upload-in-parts.ts';
import type { StoreTrouble } from '../object-store/config.ts';
import { createObjectStore, isRefusal } from '../object-store/minio.ts';
import { again, makeReplacedError, otherBytes } from './trouble.ts';

function describeTrouble(name: string, bucket: string): StoreTrouble {
  return (code) => {
    if (code === 'NoSuchBucket') {
      return {
        code: 'not-found',
        message: `Target "${name}" has no bucket "${bucket}".`,
        remedy: `Create it, or correct "bucket" of the target in TARGETS, ${again}`,
      };
    }
    if (isRefusal(code)) {
      return {
        code: 'forbidden',
        message: `Target "${name}" refuses the credentials.`,
        remedy: `Correct "access_key" and "secret_key" of the target in TARGETS, or give them write access to its bucket, ${again}`,
      };
    }
    return {
      code: 'unavailable',
      message: `Target "${name}" does not answer as it should.`,
      remedy: 'Check "endpoint" of the target in TARGETS and the health of that store. The delivery is retried.',
      retryable: true,
    };
  };
}

/** Another S3 server, or another bucket of ours: the image under its SHA-256, its documents beside it. */
export function createS3Target(name: string, config: S3TargetConfig): Target {
  const { endpoint, region, bucket, prefix } = config;
  const store: ObjectStore = createObjectStore({
    endpoint,
    region,
    accessKey: config.access_key,
    secretKey: config.secret_key,
    pathStyle: config.path_style,
    trouble: describeTrouble(name, bucket),
  });

  /** Checks the bytes that the store returns. The store's answers during the upload do not count. */
  const verify = async (key: string, { source, digests }: Deliverable, control: DeliveryControl): Promise<void> => {
    const object = await store.head(bucket, key);
    let read = 0;
    const counted = async function* (): AsyncGenerator<unknown> {
      if (!object) return;
      for await (const chunk of await store.stream(object, control.signal)) {
        read += (chunk as Buffer).length;
        control.progress(60 + (read / source.size) * 39);
        yield chunk;
      }
    };
    const sha256 = await computeSha256(counted()).catch((error: unknown) => {
      const isReplaced = isBootreadyError(error) && ['object-changed', 'object-missing'].includes(error.code);
      throw isReplaced ? makeReplacedError(name, error) : error;
    });
    if (sha256 === digests.sha256) return;
    await store.remove(bucket, key);
    throw otherBytes(name, { key, read, expected: source.size });
  };

  const locate = ({ projectId, imageId, digests }: Leftovers | Deliverable): string =>
    `${prefix}${projectId}/${imageId}/${digests.sha256}`;

  return {
    deliver: async (image, control) => {
      const { source } = image;
      const path = locate(image);
      const key = `${path}.${image.format}`;
      // The small documents come first, so a client that finds the image also finds its provenance.
      for (const document of image.documents) {
        await store.put(bucket, `${path}.${document.name}`, document.body, document.contentType);
      }
      try {
        if ((await store.head(bucket, key))?.size !== source.size) {
          await uploadInParts(store, {
            bucket,
            key,
            size: source.size,
            signal: control.signal,
            read: (into, offset) => source.read(offset, into.length, control.signal),
            progress: (share) => control.progress(share * 60),
          });
        }
        await verify(key, image, control);
      } catch (error) {
        // An aborted call is not an error of the store.
        control.signal.throwIfAborted();
        throw error;
      }
      return { location: `s3://${bucket}/${key}` };
    },

    clear: async (left) => {
      const path = locate(left);
      for await (const half of store.listMultiparts(bucket, path)) await store.abortMultipart(half);
      if (left.wasThere) return;
      for await (const { key } of store.list(bucket, `${path}.`)) await store.remove(bucket, key);
    },

    check: async () => {
      const probe = `${prefix}.bootready-doctor`;
      await store.put(bucket, probe, Buffer.from('bootready'), 'text/plain');
      await store.remove(bucket, probe);
      return `bucket "${bucket}" is writable`;
    },
  };
}
