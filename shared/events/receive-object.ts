import { createHash } from 'node:crypto';
import { BootreadyError } from '../errors.ts';
import { beyondLimit, requestLimits } from '../limits/request-limits.ts';
import type { MultipartTarget, ObjectStore, UploadedPart } from '../ports/object-store.ts';
import { growPartSize } from '../store/upload-parts.ts';
import { formatBytes } from '../text/quantities.ts';

export type Received = {
  target: MultipartTarget;
  parts: UploadedPart[];
  size: number;
  md5: string;
  sha256: string;
  sha512: string;
};

export type ReceiveOptions = {
  /** The size that the sender announced. */
  size: number | undefined;
  /** Most bytes that may come. */
  limit: number;
  /** Bytes that have room already, and a function that reserves more. An error of `extend` ends the reception. */
  room: { held: number; extend: (bytes: number) => Promise<number> };
  /** Whether this process may hold this many bytes of it, if that is more than readMemory of its size. If not, parts do not grow. */
  mayHold: (bytes: number) => boolean;
  /** Asked every 30 seconds; false when nobody waits for these bytes any more. */
  isWanted: () => Promise<boolean>;
  /** A sender that sends nothing for this long is given up. */
  silentMs?: number;
};

/** The size of the next part of a body. If the length is known, all parts have the same size, and ten thousand of them are always enough. */
function nextPartSize(partNumber: number, size: number | undefined): number {
  return size === undefined ? growPartSize(partNumber) : Math.max(growPartSize(1), Math.ceil(size / 9000));
}

/** Sizes of the parts of a body, in order. They grow if there is memory for two of them; otherwise they keep their size. */
export function createPartSizes(size: number | undefined, mayHold: ReceiveOptions['mayHold']) {
  let current = nextPartSize(1, size);
  return (partNumber: number): number => {
    const wanted = nextPartSize(partNumber, size);
    if (wanted > current && mayHold(2 * wanted)) current = wanted;
    return current;
  };
}

/** The memory that a body of this length needs at first: one part is filled while another is sent. It grows if the length is not known. */
export function readMemory(size?: number): number {
  return Math.min(2 * nextPartSize(1, size), size ?? Number.POSITIVE_INFINITY);
}

const wantedEveryMs = 30_000;

export function tooLarge(limit: number): BootreadyError {
  return new BootreadyError({
    code: 'quota-exceeded',
    message: `The image data is larger than the limit of ${formatBytes(limit)}.`,
    remedy: 'Send it as qcow2 (qemu-img convert -c -O qcow2), delete images, or ask the operator for a higher limit.',
  });
}

export function makeGoneError(): BootreadyError {
  return new BootreadyError({
    code: 'gone',
    message: 'The image was deleted or another upload replaced this one during the transfer.',
    remedy: 'Create a new image.',
  });
}

/**
 * Receives a body of any length, known or not, as the parts of a multipart upload, and leaves the upload open. Needs memory for two parts, which grow with the
 * received bytes. If it throws, the upload is aborted.
 * @throws BootreadyError `quota-exceeded`, `gone`, `too-slow`, `invalid-input` when the body ends early, `unavailable`
 */
export async function receive(
  store: ObjectStore,
  { bucket, key }: { bucket: string; key: string },
  body: AsyncIterable<Buffer>,
  {
    size: announced,
    limit,
    room,
    mayHold,
    isWanted,
    silentMs = requestLimits.silentSeconds.most * 1000,
  }: ReceiveOptions,
): Promise<Received> {
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  const hashes = { md5: createHash('md5'), sha256: createHash('sha256'), sha512: createHash('sha512') };
  const parts: UploadedPart[] = [];
  const largest = announced ?? Number.POSITIVE_INFINITY;
  /** One part fills while the other is being sent; then they change places. */
  const partSize = createPartSizes(announced, mayHold);
  let filling = Buffer.allocUnsafe(Math.min(partSize(1), largest));
  let leaving = Buffer.alloc(0);
  let size = 0;
  let sent = 0;
  let filled = 0;
  let count = 0;
  let { held } = room;
  let sending: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await sending;
    const bytes = filling.subarray(0, filled);
    count++;
    sent += filled;
    filled = 0;
    const next = Math.min(partSize(count + 1), largest - sent);
    [filling, leaving] = [leaving.length >= next ? leaving : Buffer.allocUnsafe(next), filling];
    sending = store.putPart(target, count, bytes).then((part) => void parts.push(part));
    sending.catch(() => undefined);
  };
  let asked = Date.now();
  try {
    for await (const chunk of whileNotSilent(body, silentMs)) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      if (announced !== undefined && size > announced) throw tooLong(announced);
      if (size > held) held = await room.extend(size);
      for (const hash of Object.values(hashes)) hash.update(chunk);
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(filling, filled, at);
        at += copied;
        filled += copied;
        if (filled === filling.length) await flush();
      }
      if (Date.now() - asked < wantedEveryMs) continue;
      asked = Date.now();
      if (!(await isWanted())) throw makeGoneError();
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
}

/** The chunks of a body, as long as they come. @throws BootreadyError `too-slow` */
async function* whileNotSilent(body: AsyncIterable<Buffer>, silentMs: number): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { promise: silence, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(beyondLimit('silentSeconds')), silentMs);
      const next = await Promise.race([chunks.next(), silence]).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Ends the body too, when it is silent or nobody wants more of it.
    void chunks.return?.().catch(() => undefined);
  }
}

function isOurs(error: unknown): boolean {
  return error instanceof BootreadyError;
}

function tooLong(announced: number): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `The image data is larger than the announced ${announced} bytes.`,
    remedy: 'Send the real size of the file, or no size.',
  });
}

function cutShort(announced: number | undefined, size: number, cause?: unknown): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `The image data ended after ${size} bytes${announced === undefined ? '' : ` instead of ${announced}`}.`,
    remedy: 'Send it again.',
    cause,
  });
}
