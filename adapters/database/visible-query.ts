import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type { Visibility } from '../../shared/contracts/image.ts';
import type { Viewer } from '../../shared/ports/image.ts';
import type { Sort, VisibleQuery } from '../../shared/ports/visible-images.ts';
import type { Database } from './schema.ts';

type Images = ExpressionBuilder<Database, 'images'>;
type Condition = Expression<SqlBool>;

/** Whether the viewer may see an image whose id it knows: its own, everybody's, and what it is a member of. */
export function visibleTo({ projectId, role }: Viewer) {
  return (eb: Images): Condition =>
    role === 'admin'
      ? sql<boolean>`true`
      : eb.or([
          eb('images.project_id', '=', projectId),
          eb('images.visibility', 'in', ['public', 'community']),
          eb.and([eb('images.visibility', '=', 'shared'), membership(projectId, 'all')]),
        ]);
}

function membership(projectId: string, status: VisibleQuery['memberStatus']): Condition {
  return sql<boolean>`exists (
  select 1 from image_members m where m.image_id = images.id and m.member_id = ${projectId}
  and (${status} = 'all' or m.status = ${status}))`;
}

export function isMember(projectId: string, status: VisibleQuery['memberStatus']): Condition {
  return sql<boolean>`images.id in (
  select image_id from image_members where member_id = ${projectId} and (${status} = 'all' or status = ${status}))`;
}

/**
 * The images that a list shows: from other projects only public ones, or shared and accepted ones, unless the query asks for more. Made of parts that have no
 * image in common. Each part uses its own index; one condition with "or" could not.
 */
export function partsOfList({ visibility, memberStatus }: VisibleQuery, { projectId, role }: Viewer) {
  return (eb: Images): Condition[] => {
    const asked = visibility === undefined || visibility === 'all' ? undefined : visibility;
    const hasVisibility = (each: Visibility) => eb('images.visibility', '=', each);
    if (role === 'admin') return [asked === undefined ? sql<boolean>`true` : hasVisibility(asked)];
    const own = eb('images.project_id', '=', projectId);
    const others = eb('images.project_id', '<>', projectId);
    const open = visibility === 'all' ? (['public', 'community'] as const) : [asked ?? 'public'];
    return [
      asked === undefined ? own : eb.and([own, hasVisibility(asked)]),
      ...open
        .filter((each) => each === 'public' || each === 'community')
        .map((each) => eb.and([hasVisibility(each), others])),
      ...(asked === undefined || asked === 'shared'
        ? [eb.and([hasVisibility('shared'), others, isMember(projectId, memberStatus)])]
        : []),
    ];
  };
}

/** As views have it: the longer one where both are known. */
const hashAlgorithms: Readonly<Record<string, Condition>> = {
  sha512: sql<boolean>`images.sha512 is not null`,
  sha256: sql<boolean>`images.sha512 is null and images.sha256 is not null`,
};

const second = 1000;

/** Nothing is changed before it is made: said too, for the planner does not know it. */
function before(field: string, at: Date): Condition {
  const earlier = sql<boolean>`${sql.ref(`images.${field}`)} < ${at}`;
  return field === 'updated_at' ? sql<boolean>`(${earlier} and images.created_at < ${at})` : earlier;
}

/** By the second, as the API shows times; compared as they are stored, so that an index serves. */
function atTime({ field, comparison, at }: VisibleQuery['times'][number]): Condition {
  const column = sql.ref(`images.${field}`);
  const from = new Date(Math.ceil(at.getTime() / second) * second);
  const behind = new Date(Math.floor(at.getTime() / second) * second + second);
  // Times with a fraction are nobody's.
  const isWhole = from.getTime() === at.getTime();
  switch (comparison) {
    case 'gte':
      return sql<boolean>`${column} >= ${from}`;
    case 'gt':
      return sql<boolean>`${column} >= ${behind}`;
    case 'lt':
      return before(field, from);
    case 'lte':
      return before(field, behind);
    case 'eq':
      return isWhole ? sql<boolean>`${column} >= ${from} and ${column} < ${behind}` : sql<boolean>`false`;
    case 'neq':
      return isWhole ? sql<boolean>`(${column} < ${from} or ${column} >= ${behind})` : sql<boolean>`true`;
  }
}

function isUuid(text: string): boolean {
  return z.guid().safeParse(text).success;
}

/** As indexes have them (migration 0023). */
function makeExpression(key: string, table = 'images'): RawBuilder<unknown> {
  const column = sql.ref(`${table}.${key}`);
  if (key === 'size') return sql`coalesce(${column}, -1)`;
  return key === 'container_format' || key === 'disk_format' ? sql`coalesce(${column}, '')` : column;
}

/** No image in a list has them; the planner does not know that. */
const neverListed: Readonly<Record<string, readonly string[]>> = {
  status: ['pending_delete', 'deleted'],
  container_format: [''],
  disk_format: [''],
};

function isOneOf(field: string, values: readonly string[]): Condition {
  return field === 'id'
    ? sql<boolean>`images.id = any(${values.filter(isUuid)}::uuid[])`
    : sql<boolean>`${makeExpression(field)} = any(${values.filter((value) => !neverListed[field]?.includes(value))}::text[])`;
}

export function matchQuery(query: VisibleQuery) {
  return (eb: Images): Condition =>
    eb.and([
      // As the predicates of indexes have it.
      query.isHidden ? sql<boolean>`images.os_hidden` : sql<boolean>`not images.os_hidden`,
      ...(query.isProtected === undefined
        ? []
        : [query.isProtected ? sql<boolean>`images.protected` : sql<boolean>`not images.protected`]),
      ...(query.owner === undefined ? [] : [eb('images.project_id', '=', query.owner)]),
      ...(query.checksum === undefined ? [] : [eb('images.md5', '=', query.checksum)]),
      ...(query.hashValue === undefined
        ? []
        : [sql<boolean>`coalesce(images.sha512, images.sha256) = ${query.hashValue}`]),
      ...(query.hashAlgorithm === undefined ? [] : [hashAlgorithms[query.hashAlgorithm] ?? sql<boolean>`false`]),
      ...(query.tags.length === 0 ? [] : [sql<boolean>`images.tags @> ${query.tags}::text[]`]),
      ...Object.entries(query.oneOf).map(([field, values]) => isOneOf(field, values)),
      ...query.ranges.map(
        ({ field, min = 0, max = Number.MAX_SAFE_INTEGER }) =>
          // A size that is not known yet is below all.
          sql<boolean>`${makeExpression(field)} between ${min} and ${max}`,
      ),
      ...query.times.map(atTime),
      ...(Object.keys(query.properties).length === 0
        ? []
        : [sql<boolean>`images.properties @> ${JSON.stringify(query.properties)}::jsonb`]),
    ]);
}

/** Newest first if nothing else decides, and never two rows in one place. */
function whole(sort: readonly Sort[]): Sort[] {
  const direction = sort[0]?.direction ?? 'desc';
  const missing = (['created_at', 'id'] as const).filter((key) => !sort.some((each) => each.key === key));
  const all = [...sort, ...missing.map((key) => ({ key, direction }))];
  // No two rows have the same id, so later sort keys decide nothing.
  return all.slice(0, all.findIndex(({ key }) => key === 'id') + 1);
}

export function toOrderBy(sort: readonly Sort[]): RawBuilder<unknown>[] {
  return whole(sort).map(({ key, direction }) => sql`${makeExpression(key)} ${sql.raw(direction)}`);
}

function further(direction: Sort['direction']): RawBuilder<unknown> {
  return sql.raw(direction === 'asc' ? '>' : '<');
}

/** The rows behind the marker in this order, wherever the marker's own row is now. Null comes before everything, so each row has its place. */
export function behind(marker: string, sort: readonly Sort[]): Condition {
  const keys = whole(sort);
  const ofMarker = (which: readonly Sort[]): RawBuilder<unknown> =>
    sql`(select ${sql.join(which.map(({ key }) => makeExpression(key, 'marker')))} from images marker where marker.id = ${marker})`;
  const [first] = keys;
  if (first && keys.every(({ direction }) => direction === first.direction)) {
    const place = sql.join(keys.map(({ key }) => makeExpression(key)));
    return sql<boolean>`(${place}) ${further(first.direction)} ${ofMarker(keys)}`;
  }
  const behindFrom = (index: number): RawBuilder<unknown> => {
    const [each, ...rest] = keys.slice(index);
    if (!each) return sql`false`;
    const [own, its] = [makeExpression(each.key), ofMarker([each])];
    const strictly = sql`${own} ${further(each.direction)} ${its}`;
    // The first condition is what an index can begin at.
    return rest.length === 0
      ? strictly
      : sql`(${own} ${further(each.direction)}= ${its} and (${strictly} or ${behindFrom(index + 1)}))`;
  };
  return sql<boolean>`${behindFrom(0)}`;
}
