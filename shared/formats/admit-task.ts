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

/** Names of all formats whose signature stands in the first bytes. */
export const readings = async (head: Buffer): Promise<string[]> =>
  formats.filter((format) => format.matches(head, Buffer.alloc(0))).map(({ name }) => name);

/** `readLayout` as a task. */
export const layout = ({ head, size }: { head: Buffer; size: number }): Promise<Finding[]> =>
  readLayout(Buffer.from(head), size);

/** `admitSource` as a task for the door: this file is loaded in its process. */
export const admit = ({ size, ...options }: Plain, { read, peek }: Asked): Promise<Admission> =>
  admitSource(
    { size, read },
    { ...options, peek: (kind, _source, bytes, _signal, around) => peek(kind, around, bytes) },
  );
