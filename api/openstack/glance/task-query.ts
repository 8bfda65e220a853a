import { type TaskQuery, taskSortKeys, taskStatuses } from '../../../shared/ports/import-tasks.ts';
import { oneOfThese, parseLimit, type RawQuery, valuesIn } from './raw-query.ts';

/** The only type of task here. */
export const taskType = 'api_image_import';
/** All that Glance's schema names. */
export const taskTypes = ['import', taskType, 'location_import'] as const;

/** Glance can sort by these fields too. Here they are the same for all tasks, so the time decides. */
const alike = ['type', 'expires_at', 'user_id'] as const;

const directions = ['asc', 'desc'] as const;
const compared = ['id', 'owner', 'image_id', 'request_id'] as const;

/** The query of GET /v2/tasks; `none` when nothing can match it. Other names count for nothing, as in Glance. @throws BootreadyError `invalid-input` */
export function parseTaskQuery(raw: RawQuery): TaskQuery | 'none' {
  const all = valuesIn(raw);
  const one = <const T extends readonly string[]>(name: string, allowed: T): T[number] | undefined => {
    const value = all(name).at(-1);
    return value === undefined ? undefined : oneOfThese(value, allowed, name);
  };
  const status = one('status', taskStatuses);
  const type = one('type', taskTypes);
  const key = one('sort_key', [...taskSortKeys, ...alike]);
  const marker = all('marker').at(-1);
  const query: TaskQuery = {
    ...(status === undefined ? {} : { status }),
    equal: Object.fromEntries(
      compared.flatMap((name) => {
        const value = all(name).at(-1);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    sort: {
      key: taskSortKeys.find((each) => each === key) ?? 'created_at',
      direction: one('sort_dir', directions) ?? 'desc',
    },
    ...(marker === undefined ? {} : { marker }),
    limit: parseLimit(all('limit').at(-1)),
  };
  // Who has asked is not kept.
  const isImpossible = (type !== undefined && type !== taskType) || raw.user_id !== undefined;
  return isImpossible ? 'none' : query;
}
