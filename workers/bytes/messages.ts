import type { BootreadyErrorOptions } from '../../shared/errors.ts';
import type { ByteWork } from '../../shared/ports/byte-work.ts';

/** The messages between owner and thread. */
export type Task = { [Name in keyof ByteWork]: { name: Name; order: Parameters<ByteWork[Name]>[0] } }[keyof ByteWork];

export type Outcome = { value: unknown } | { failure: BootreadyErrorOptions };
