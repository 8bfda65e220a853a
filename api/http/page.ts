import type { FastifyReply, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../shared/errors.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import { bytesOfProperties, requestLimits } from '../../shared/limits/request-limits.ts';
import { readIdentity } from '../identity/identity.ts';

/** Does the work when it is the project's turn: of what costs much memory or time, few are done at once. */
export function inTurn<T>(
  slots: Pick<Slots, 'use'>,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<T>,
): Promise<T> {
  const left = new AbortController();
  const onClose = () =>
    left.abort(new BootreadyError({ code: 'gone', message: 'The client no longer waits for the answer.' }));
  reply.raw.once('close', onClose);
  // It may have gone before this began to listen.
  if (reply.raw.destroyed) onClose();
  const workIfWanted = async (): Promise<T> => {
    left.signal.throwIfAborted();
    return work();
  };
  return slots
    .use(readIdentity(request).projectId, left.signal, workIfWanted)
    .finally(() => reply.raw.off('close', onClose));
}

/** So many records are read first, some three MiB with the largest properties; then as many as are likely to fit. */
const firstPortion = 25;
const largestPortion = 250;

type Weighed = { tags?: readonly string[]; properties: Readonly<{ [name: string]: string }> };

function weigh({ tags = [], properties }: Weighed): number {
  return bytesOfProperties(properties) + tags.reduce((sum, tag) => sum + Buffer.byteLength(tag), 0);
}

/**
 * One page of a list: at most `limit` records, and fewer when their properties are large, so that no answer is as large as all that a project may
 * store. `read` gives the records behind the last one so far, at most `count` of them. `isLast` is false when more may follow.
 */
export async function readPage<T extends Weighed>(
  limit: number,
  read: (last: T | undefined, count: number) => Promise<T[]>,
): Promise<{ records: T[]; isLast: boolean }> {
  const records: T[] = [];
  let bytes = 0;
  while (records.length < limit) {
    const fitting = Math.ceil(((requestLimits.pageBytes.most - bytes) * records.length) / Math.max(1, bytes));
    const portion = records.length === 0 ? firstPortion : Math.min(largestPortion, Math.max(1, fitting));
    const count = Math.min(portion, limit - records.length);
    const found = await read(records.at(-1), count);
    for (const record of found) {
      bytes += weigh(record);
      if (bytes > requestLimits.pageBytes.most && records.length > 0) return { records, isLast: false };
      records.push(record);
    }
    if (found.length < count) return { records, isLast: true };
  }
  return { records, isLast: false };
}
