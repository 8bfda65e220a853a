import { createHash } from 'node:crypto';
import { BootreadyError } from './errors.ts';
import type { MultipartTarget, ObjectStore, UploadedPart } from './ports/object-store.ts';
import { formatBytes } from './quantities.ts';
import { partSizeOf } from './upload-parts.ts';

export type Received = {
  target: MultipartTarget;
  parts: UploadedPart[];
  size: number;
  md5: string;
  sha256: string;
  sha512: string;
};

export type ReceiveOptions = {
  /** What the sender announced. */
  size: number | undefined;
  /** Most bytes that may come. */
  limit: number;
  /** Bytes that have their room already, and how more get it. What `extend` throws ends the reception. */
  room: { held: number; extend: (bytes: number) => Promise<number> };
  /** Asked for every so often; false when nobody waits for these bytes any more. */
  isWanted: () => Promise<boolean>;
};

const wantedEveryMs = 30_000;

export const tooLarge = (limit: number): BootreadyError =>
  new BootreadyError({
    code: 'quota-exceeded',
    message: `The image data is larger than the ${formatBytes(limit)} that are allowed.`,
    remedy: 'Send it as qcow2 (qemu-img convert -c -O qcow2), delete images, or ask the operator for a higher limit.',
  });

export const gone = (): BootreadyError =>
  new BootreadyError({
    code: 'gone',
    message: 'The image was deleted, or another sender took its place, while its data came.',
    remedy: 'Create a new image.',
  });

/**
 * A body of any length, known or not, as the parts of a multipart upload, which is left open. Memory is two parts. When it throws,
 * the upload is aborted.
 * @throws BootreadyError `quota-exceeded`, `gone`, `invalid-input` when the body ends early, `unavailable`
 */
export const receive = async (
  store: ObjectStore,
  { bucket, key }: { bucket: string; key: string },
  body: AsyncIterable<Buffer>,
  { size: announced, limit, room, isWanted }: ReceiveOptions,
): Promise<Received> => {
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  const partSize = partSizeOf(announced ?? limit);
  const hashes = { md5: createHash('md5'), sha256: createHash('sha256'), sha512: createHash('sha512') };
  const parts: UploadedPart[] = [];
  const buffers = [Buffer.allocUnsafe(partSize), Buffer.allocUnsafe(partSize)] as const;
  let size = 0;
  let filled = 0;
  let count = 0;
  let { held } = room;
  let sending: Promise<void> = Promise.resolve();
  const filling = (): Buffer => buffers[(count % 2) as 0 | 1];
  /** One part is on its way while the next one fills. */
  const flush = async (): Promise<void> => {
    await sending;
    const bytes = filling().subarray(0, filled);
    count++;
    filled = 0;
    sending = store.putPart(target, count, bytes).then((part) => void parts.push(part));
    sending.catch(() => undefined);
  };
  let asked = Date.now();
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      if (announced !== undefined && size > announced) throw tooLong(announced);
      if (size > held) held = await room.extend(size);
      for (const hash of Object.values(hashes)) hash.update(chunk);
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(filling(), filled, at);
        at += copied;
        filled += copied;
        if (filled === partSize) await flush();
      }
      if (Date.now() - asked < wantedEveryMs) continue;
      asked = Date.now();
      if (!(await isWanted())) throw gone();
    }
    if (announced !== undefined && announced !== size) throw cutShort(announced, size);
    if (filled > 0) await flush();
    await sending;
  } catch (error) {
    await sending.catch(() => undefined);
    await store.abortMultipart(target).catch(() => undefined);
    throw isOurs(error) ? error : cutShort(announced, size, error);
  }
  const [md5, sha256, sha512] = Object.values(hashes).map((hash) => hash.digest('hex')) as [string, string, string];
  return { target, parts, size, md5, sha256, sha512 };
};

const isOurs = (error: unknown): boolean => error instanceof BootreadyError;

const tooLong = (announced: number): BootreadyError =>
  new BootreadyError({
    code: 'invalid-input',
    message: `More image data came than the ${announced} bytes that were announced.`,
    remedy: 'Send the size that the file really has, or none.',
  });

const cutShort = (announced: number | undefined, size: number, cause?: unknown): BootreadyError =>
  new BootreadyError({
    code: 'invalid-input',
    message: `The image data ended after ${size} bytes${announced === undefined ? '' : ` instead of ${announced}`}.`,
    remedy: 'Send it again.',
    cause,
  });
