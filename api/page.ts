import { bytesOfProperties, requestLimits } from '../shared/request-limits.ts';

/** So many records are read at once: with the largest properties that is some twelve MiB. */
const portion = 100;

type Weighed = { tags?: readonly string[]; properties: Readonly<{ [name: string]: string }> };

const bytesOf = ({ tags = [], properties }: Weighed): number =>
  bytesOfProperties(properties) + tags.reduce((sum, tag) => sum + Buffer.byteLength(tag), 0);

/**
 * One page of a list: at most `limit` records, and fewer when their properties are large, so that no answer is as large as all that a project may
 * store. `read` gives the records behind the last one so far, at most `count` of them. `isLast` is false when more may follow.
 */
export const readPage = async <T extends Weighed>(
  limit: number,
  read: (last: T | undefined, count: number) => Promise<T[]>,
): Promise<{ records: T[]; isLast: boolean }> => {
  const records: T[] = [];
  let bytes = 0;
  while (records.length < limit) {
    const count = Math.min(portion, limit - records.length);
    const found = await read(records.at(-1), count);
    for (const record of found) {
      bytes += bytesOf(record);
      if (bytes > requestLimits.pageBytes.most && records.length > 0) return { records, isLast: false };
      records.push(record);
    }
    if (found.length < count) return { records, isLast: true };
  }
  return { records, isLast: false };
};
