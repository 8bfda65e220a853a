import { createHash } from 'node:crypto';
import type { ByteControl, FileToSend, SentParts } from '../../shared/ports/byte-work.ts';
import type { MultipartTarget, ObjectPin, ObjectStore, UploadedPart } from '../../shared/ports/object-store.ts';
import { computeMd5 } from '../../shared/store/md5.ts';
import { compositeEtag } from '../../shared/store/store-traits.ts';
import { clearUploads, partSizeFor, throwTakenAway } from '../../shared/store/upload-in-parts.ts';
import { splitPieces } from './pieces.ts';

type Store = Pick<
  ObjectStore,
  'head' | 'put' | 'createMultipart' | 'putPart' | 'copyPart' | 'abortMultipart' | 'listMultiparts'
>;

/** Parts on their way at once. Each holds its bytes in memory. */
const lanes = 3;
const leastPart = 8 * 1024 ** 2;

/**
 * One pass over the file: the digests of the whole, those of the parts, and sending. Zeros are copied by the store where it can, or sent from one buffer.
 * As ByteWork has it.
 */
export async function send(store: Store, file: FileToSend, { signal, progress }: ByteControl): Promise<SentParts> {
  const { size, to } = file;
  const partSize = partSizeFor(size, leastPart);
  const count = Math.ceil(size / partSize);
  await clearUploads(store, to);
  const target: MultipartTarget = { ...to, uploadId: await store.createMultipart(to.bucket, to.key) };
  const zeros = Buffer.alloc(Math.min(partSize, size));
  const part = partSender(store, target, file, zeros);
  const sums = { sha256: createHash('sha256'), md5: createHash('md5') };
  const parts: UploadedPart[] = [];
  const partSums: Buffer[] = [];
  const underway = new Set<Promise<void>>();
  try {
    for await (const { bytes, done } of splitPieces(file, partSize, zeros)) {
      signal.throwIfAborted();
      for (const sum of Object.values(sums)) sum.update(bytes);
      const one = part(partSums.length + 1, bytes);
      partSums.push(one.md5);
      const sending = one.sent.then((sent) => {
        parts.push(sent);
        progress((parts.length / count) * 100);
      });
      underway.add(sending);
      // The race below, or the end, reports a failure.
      void sending
        .finally(() => {
          underway.delete(sending);
          done();
        })
        .catch(() => undefined);
      while (underway.size >= lanes) await Promise.race(underway);
    }
    await Promise.all(underway);
  } catch (error) {
    await Promise.allSettled(underway);
    await store.abortMultipart(target).catch(() => undefined);
    throw error;
  }
  return {
    sha256: sums.sha256.digest('hex'),
    md5: sums.md5.digest('hex'),
    uploadId: target.uploadId,
    parts: parts.sort((a, b) => a.partNumber - b.partNumber),
    etag: compositeEtag(partSums),
  };
}

/** How each part goes: its MD5 at once, and a promise of its end. */
function partSender(store: Store, target: MultipartTarget, { copiesParts }: FileToSend, zeros: Buffer) {
  const zerosMd5 = computeMd5(zeros);
  let zerosPin: Promise<ObjectPin | undefined> | undefined;
  return (number: number, bytes: Buffer): { md5: Buffer; sent: Promise<UploadedPart> } => {
    const isZero = bytes.length === zeros.length && bytes.equals(zeros);
    const sum = isZero ? zerosMd5 : computeMd5(bytes);
    const sendOrCopy = async (): Promise<UploadedPart> => {
      if (!isZero) return put(number, bytes, sum);
      zerosPin ??= copiesParts ? findZeros(store, target.bucket, zeros) : Promise.resolve(undefined);
      const pin = await zerosPin.catch(() => undefined);
      return (pin && (await copyOfZeros(number, pin))) ?? put(number, zeros, sum);
    };
    return { md5: sum, sent: sendOrCopy() };
  };

  async function put(number: number, bytes: Buffer, sum: Buffer): Promise<UploadedPart> {
    return store.putPart(target, number, bytes, sum).catch(throwTakenAway);
  }

  /**
   * Copies zeros from an object of ours in the images bucket. A copy that fails, or whose ETag is not that of zeros, does not count. Never copies from an
   * object that others may write: the ETag is an MD5, and an attacker can make two files with one MD5.
   */
  async function copyOfZeros(number: number, from: ObjectPin): Promise<UploadedPart | undefined> {
    const copied = await store.copyPart(target, number, from, { offset: 0, size: zeros.length }).catch(() => undefined);
    return copied?.etag === zerosMd5.toString('hex') ? copied : undefined;
  }
}

/** An object of zeros, as long as a part. The store copies all parts that contain only zeros from it. It is made when it is first needed. */
async function findZeros(store: Store, bucket: string, zeros: Buffer): Promise<ObjectPin | undefined> {
  const key = `.bootready/zeros-${zeros.length}`;
  const there = await store.head(bucket, key);
  if (there?.size === zeros.length) return there;
  await store.put(bucket, key, zeros, 'application/octet-stream');
  return store.head(bucket, key);
}
