import { BootreadyError } from '../../shared/errors.ts';

/** The common part of runs, orders and deliveries: attempts, of which the newest counts. */

/** Statuses in which an attempt may begin or go on. */
export const openStatuses = ['queued', 'running'] as const;

/** Why an attempt writes nothing any more. */
export function makeSupersededError(work: 'run' | 'order' | 'delivery'): BootreadyError {
  return new BootreadyError({ code: 'superseded', ...words[work] });
}

const goesOn = 'No action needed: the newer attempt continues.';
const words = {
  run: { message: 'A newer attempt works on this run, or the run has ended.', remedy: goesOn },
  order: { message: 'A newer attempt works on this image, or the work has ended.', remedy: goesOn },
  delivery: {
    message: 'A newer attempt works on this delivery, it has ended, or its image is no longer active.',
    remedy: 'No action needed.',
  },
};
