import type { Finding } from '../contracts/finding.ts';
import type { DetectedDisk } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';

/**
 * A disk format that we recognise by its content. Formats are a table (table.ts). Each has its own safety checks, because a format that is only recognised is a
 * format whose traps are open.
 */
export type Format = {
  name: DetectedDisk['format'];
  /** True when the first 64 KiB and the last 512 bytes are those of this format. Pure. */
  matches(head: Buffer, tail: Buffer): boolean;
  /**
   * Reads what the file declares, and finds every reason not to open it with QEMU. Reads at most a few MiB, whatever the size.
   * @throws Truncated when data that it must read lies beyond the end
   */
  inspect(source: ByteSource, head: Buffer): Promise<FormatResult>;
};

export type FormatResult = { disk?: DetectedDisk; findings: Finding[] };

/** Bytes that are read from the beginning before anything is known; the ISO 9660 descriptor is at 32 KiB. */
export const headBytes = 128 * 1024;

/** The file ends before something that its own header names. */
export class Truncated extends Error {}

/** Exactly these bytes. @throws Truncated */
export async function exactly(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  if (offset < 0 || length < 0 || offset + length > source.size)
    throw new Truncated(`${offset}+${length} of ${source.size}`);
  const bytes = await source.read(offset, length);
  if (bytes.length !== length) throw new Truncated(`${offset}+${length}: got ${bytes.length}`);
  return bytes;
}

/** Buffers throw a RangeError where a header sends the reader beyond what is there: hostile, or cut off. */
export async function refuseCutOff<T>(work: () => Promise<T>): Promise<T | FormatResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Truncated || error instanceof RangeError) return refusal('truncated', { format: 'image' });
    throw error;
  }
}

/** A 64-bit field as a number; what does not fit exactly is beyond any limit of ours and compares as such. */
export function u64le(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}
export function u64be(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64BE(offset));
}

export function refusal(code: string, params: Finding['params'] = {}): FormatResult {
  return {
    findings: [{ code, step: 'admit', outcome: 'fail', params }],
  };
}

export function warn(code: string, params: Finding['params'] = {}): Finding {
  return {
    code,
    step: 'admit',
    outcome: 'warn',
    params,
  };
}

/** At most `count` indexes below `length`, evenly spread, first and last among them: for sampling long tables. */
export function sample(length: number, count: number): number[] {
  return length <= count
    ? Array.from({ length }, (_, index) => index)
    : Array.from({ length: count }, (_, index) => Math.floor((index * (length - 1)) / (count - 1)));
}
