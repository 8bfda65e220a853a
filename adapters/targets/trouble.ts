import { BootreadyError, type BootreadyErrorOptions } from '../../shared/errors.ts';

/** The operator's next action once the target works again. */
export const again = 'then deliver the image again ("bootready deliver IMAGE --target NAME").';

/** Another delivery of the same image has replaced ours. */
export function makeReplacedError(name: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The delivered image at target "${name}" was replaced while it was read back.`,
    remedy: 'Another delivery of this image is running. This one is retried.',
    retryable: true,
    cause,
  });
}

/** The reader may not know the operator's hosts, so the message contains only the name of the target. */
export function otherBytes(name: string, context: BootreadyErrorOptions['context']): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `Target "${name}" returned different data than it received. The data was removed there.`,
    remedy: 'Check the health of the target. The delivery is retried.',
    retryable: true,
    ...(context ? { context } : {}),
  });
}

/** Something else has our name there: people must look. */
export function otherImage(name: string, id: string): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: `Target "${name}" has one of our images with different data (${id}).`,
    remedy: `Check it there, and delete it, ${again}`,
  });
}
