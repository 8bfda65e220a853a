import { isBootreadyError } from '../../../shared/errors.ts';
import type { Patience } from '../../../shared/transfer/retry.ts';
import { type OutputOptions, tell } from '../output.ts';

/** Options of every transfer between this machine and the object store. */
export type TransferOptions = {
  /** Bytes a second at most. */
  bwlimit?: number;
  /** Seconds after which a connection on which nothing moves is given up, and another one is made. */
  timeout: number;
};

/** Some ten minutes in a row without a byte: a machine that changes networks, or sleeps for a moment, loses no transfer. */
export const storePatience: Patience = { attempts: 24, first: 500, most: 30_000 };

/** Tells once that a transfer waits and why, and once that it goes on, however many parts are in it. */
export function createOutages(options: OutputOptions) {
  let isTold = false;
  return {
    waiting: (error: unknown): void => {
      // An old link is renewed, which is nobody's concern.
      if (isTold || !isBootreadyError(error)) return;
      isTold = true;
      tell(`${error.message} Trying again.`, options);
    },
    over: (): void => {
      if (isTold) tell('Connected again.', options);
      isTold = false;
    },
  };
}
