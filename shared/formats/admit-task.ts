import type { Finding } from '../contracts/finding.ts';
import type { Admission, Layer } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { admitSource } from './admit.ts';
import type { AdmitOptions, Compression, PeekLayer } from './layers.ts';
import { readLayout } from './raw.ts';
import { formats } from './table.ts';

type Plain = { size: number } & Omit<AdmitOptions, 'peek' | 'signal'>;
type Asked = {
  read: (offset: number, length: number) => ReturnType<ByteSource['read']>;
  peek: (kind: Compression, around: readonly Layer[], bytes: number) => ReturnType<PeekLayer>;
};

/** Names of all formats that have their signature in the first bytes. */
export async function readings(head: Buffer): Promise<string[]> {
  return formats.filter((format) => format.matches(head, Buffer.alloc(0))).map(({ name }) => name);
}

/** `readLayout` as a task. */
export function layout({ head, size }: { head: Buffer; size: number }): Promise<Finding[]> {
  return readLayout(Buffer.from(head), size);
}

/** `admitSource` as a task for the door: this file is loaded in its process. */
export function admit({ size, ...options }: Plain, { read, peek }: Asked): Promise<Admission> {
  return admitSource(
    { size, read },
    { ...options, peek: (kind, _source, bytes, _signal, around) => peek(kind, around, bytes) },
  );
}
