import { createHash } from 'node:crypto';
import { BootreadyError } from '../../../shared/errors.ts';
import { readMd5 } from '../../../shared/transfer/part-plan.ts';
import type { Proof } from '../../../shared/transfer/send-file.ts';

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Compares the store's ETag with the MD5 of the part in the file. If the ETag is no MD5, the unchanged file and the size must be enough. Each part is hashed once. */
export function createMd5Proof(): Proof<Buffer> {
  const known = new Map<number, string>();
  const damages = new Map<number, number>();
  return {
    sent: ({ partNumber }, body, etag) => {
      const sum = md5(body);
      const there = readMd5(etag);
      if (there !== undefined && there !== sum) {
        const times = (damages.get(partNumber) ?? 0) + 1;
        damages.set(partNumber, times);
        throw makeDamagedOnTheWayError(times);
      }
      known.set(partNumber, sum);
    },
    holds: async (part, read) => {
      if (part.md5 === undefined) return true;
      let sum = known.get(part.partNumber);
      if (sum === undefined) {
        sum = md5(await read());
        known.set(part.partNumber, sum);
      }
      return sum === part.md5;
    },
  };
}

function makeDamagedOnTheWayError(times: number): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: 'A part changed on its way to the object store.',
    remedy: 'Something in the network changes the bytes. Try from another network, and contact the operator.',
    retryable: times < 4,
  });
}
