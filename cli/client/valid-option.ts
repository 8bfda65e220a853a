import type { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';

/** @throws `invalid-input` that names the option */
export function validOption<Schema extends z.ZodType>(name: string, schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reason = (parsed.error.issues[0]?.message ?? 'unknown reason').replace(/\.$/, '');
  throw new BootreadyError({
    code: 'invalid-input',
    message: `${name} is not valid: ${reason}.`,
    remedy: 'Give another value. "bootready COMMAND --help" lists the allowed values.',
  });
}
