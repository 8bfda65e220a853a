import type { BootreadyErrorOptions } from '../../shared/errors.ts';
import type { ByteWork } from '../../shared/ports/byte-work.ts';

/** What owner and thread say to each other. */
export type Task = { [Name in keyof ByteWork]: { name: Name; order: Parameters<ByteWork[Name]>[0] } }[keyof ByteWork];

export type Outcome = { value: unknown } | { failure: BootreadyErrorOptions };
