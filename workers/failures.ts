import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { explain, isBootreadyError } from '../shared/errors.ts';

/**
 * Turns the error of a step into a failure for Temporal; the only place that does so. The code that threw has decided whether a retry helps. The failure's
 * details carry the remedy, never the cause: Temporal shows details to everyone who may see the run.
 */
export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (isBootreadyError(error)) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.code,
      nonRetryable: !error.retryable,
      details: [{ remedy: error.remedy }],
      // Whatever fills the disk needs a while to go.
      ...(error.code === 'scratch-full' ? { nextRetryDelay: '1m' } : {}),
      // A mistake of the uploader or the network is no alarm for the operator.
      ...(error.code === 'object-changed' ? { category: ApplicationFailureCategory.BENIGN } : {}),
    });
  }
  return ApplicationFailure.create({
    message: `Unexpected: ${explain(error)}`,
    type: 'internal',
    nonRetryable: false,
    cause: error instanceof Error ? error : new Error(String(error)),
  });
}
