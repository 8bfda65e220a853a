import { BootreadyError, type BootreadyErrorOptions } from '../../shared/errors.ts';

/** What the operator does once the target is mended. */
export const again = 'then deliver the image again ("bootready deliver IMAGE --target NAME").';

/** Whoever reads it may not know the operator's hosts: targets go by their names only. */
export const otherBytes = (name: string, context: BootreadyErrorOptions['context']): BootreadyError =>
  new BootreadyError({
    code: 'unavailable',
    message: `Target "${name}" gave back other bytes than it was given; they were removed there.`,
    remedy: 'Check the health of the target. The delivery is tried again.',
    retryable: true,
    ...(context ? { context } : {}),
  });
