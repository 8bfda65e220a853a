import { BootreadyError } from '../../../shared/errors.ts';

/** The store does not accept a presigned URL, most likely no longer. The message is its code. */
export class UrlRefused extends Error {}

/** How often in a row: an old URL is one refusal; a new one that is refused as well will not be accepted later. */
const most = 2;

/** Counts the refusals of one part. After too many it returns an error, because another URL would not help. */
export function createRefusals() {
  let refusals = 0;
  return (error: unknown): unknown => {
    if (!(error instanceof UrlRefused) || ++refusals <= most) return error;
    return linkRefused(error);
  };
}

export function linkRefused(error: UrlRefused): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The object store refuses the signed link of the installation (${error.message}).`,
    remedy: 'Contact the operator: S3_PUBLIC_ENDPOINT must be the address that clients use, and the clocks must agree.',
    cause: error,
  });
}
