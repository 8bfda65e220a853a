import { BootreadyError } from '../../shared/errors.ts';

/** A remedy could not be done: the system is the reason, and another try would end the same way. */
export function makeRepairError(message: string, context: object = {}): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message,
    remedy:
      'Nothing is lost: the original is unchanged. Omit this remedy, or fix the system yourself as the report advises.',
    context: { ...context },
  });
}
