import { BootreadyError } from '../shared/errors.ts';

/** A certificate is of no use without its key, nor the other way round. @throws BootreadyError `invalid-input` */
export function assertPair<Name extends string>(
  config: Readonly<Partial<Record<Name, string | undefined>>>,
  cert: Name,
  key: Name,
): void {
  if ((config[cert] === undefined) === (config[key] === undefined)) return;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `${cert} and ${key} belong together.`,
    remedy: 'Set both, or none.',
  });
}
