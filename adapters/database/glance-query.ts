import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { GlanceQuery, Sort, SortKey, Viewer } from '../../shared/ports/glance.ts';
import type { Database } from './schema.ts';

type Images = ExpressionBuilder<Database, 'images'>;
type Condition = Expression<SqlBool>;

/** Whether the viewer may see an image whose id it knows: its own, everybody's, and what it is a member of. */
export const visibleTo =
  ({ projectId, role }: Viewer) =>
  (eb: Images): Condition =>
    role === 'admin'
      ? sql<boolean>`true`
      : eb.or([
          eb('images.project_id', '=', projectId),
          eb('images.visibility', 'in', ['public', 'community']),
          eb.and([eb('images.visibility', '=', 'shared'), membership(projectId, 'all')]),
        ]);

export const membership = (projectId: string, status: GlanceQuery['memberStatus']): Condition => sql<boolean>`exists (
  select 1 from image_members m where m.image_id = images.id and m.member_id = ${projectId}
  and (${status} = 'all' or m.status = ${status}))`;

/** What a list shows: of other projects only what is public, or shared and accepted, unless more is asked for. */
const listedFor =
  (query: GlanceQuery, { projectId, role }: Viewer) =>
  (eb: Images): Condition => {
    const { visibility, memberStatus } = query;
    const asked = visibility === undefined || visibility === 'all' ? [] : [eb('images.visibility', '=', visibility)];
    if (role === 'admin') return eb.and(asked);
    const community = visibility === 'community' || visibility === 'all';
    return eb.and([
      ...asked,
      eb.or([
        eb('images.project_id', '=', projectId),
        eb('images.visibility', 'in', community ? ['public', 'community'] : ['public']),
        eb.and([eb('images.visibility', '=', 'shared'), membership(projectId, memberStatus)]),
      ]),
    ]);
  };

const operators = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** As views have it: the longer one where both are known. */
const hashAlgorithm = sql`case when images.sha512 is not null then 'sha512' when images.sha256 is not null then 'sha256' end`;

export const matching =
  (query: GlanceQuery, viewer: Viewer) =>
  (eb: Images): Condition =>
    eb.and([
      listedFor(query, viewer)(eb),
      eb('images.os_hidden', '=', query.isHidden),
      ...(query.isProtected === undefined ? [] : [eb('images.protected', '=', query.isProtected)]),
      ...(query.owner === undefined ? [] : [eb('images.project_id', '=', query.owner)]),
      ...(query.checksum === undefined ? [] : [eb('images.md5', '=', query.checksum)]),
      ...(query.hashValue === undefined
        ? []
        : [sql<boolean>`coalesce(images.sha512, images.sha256) = ${query.hashValue}`]),
      ...(query.hashAlgorithm === undefined ? [] : [sql<boolean>`${hashAlgorithm} = ${query.hashAlgorithm}`]),
      ...(query.tags.length === 0 ? [] : [sql<boolean>`images.tags @> ${query.tags}::text[]`]),
      ...Object.entries(query.oneOf).map(
        ([field, values]) => sql<boolean>`${sql.ref(`images.${field}`)}::text = any(${values}::text[])`,
      ),
      ...query.ranges.flatMap(({ field, min, max }) => [
        ...(min === undefined ? [] : [sql<boolean>`${sql.ref(`images.${field}`)} >= ${min}`]),
        ...(max === undefined ? [] : [sql<boolean>`${sql.ref(`images.${field}`)} <= ${max}`]),
      ]),
      ...query.times.map(
        ({ field, comparison, at }) =>
          sql<boolean>`date_trunc('second', ${sql.ref(`images.${field}`)}) ${sql.raw(operators[comparison])} ${at}`,
      ),
      ...Object.entries(query.properties).map(
        ([name, value]) => sql<boolean>`images.properties ->> ${name} = ${value}`,
      ),
    ]);

/** Null comes before everything, so that each row has its place in the order. */
const columnOf = (key: SortKey, table: string): RawBuilder<unknown> => {
  const column = sql.ref(`${table}.${key}`);
  if (key === 'size') return sql`coalesce(${column}, -1)`;
  return key === 'container_format' || key === 'disk_format' ? sql`coalesce(${column}, '')` : column;
};

/** Newest first where nothing else decides, and never two in one place. */
const whole = (sort: readonly Sort[]): Sort[] => {
  const direction = sort[0]?.direction ?? 'desc';
  const missing = (['created_at', 'id'] as const).filter((key) => !sort.some((each) => each.key === key));
  return [...sort, ...missing.map((key) => ({ key, direction }))];
};

export const ordered = (sort: readonly Sort[]): RawBuilder<unknown>[] =>
  whole(sort).map(({ key, direction }) => sql`${columnOf(key, 'images')} ${sql.raw(direction)}`);

/** What comes behind the marker in this order, wherever the marker's own row stands now. */
export const behind = (marker: string, sort: readonly Sort[]): Condition => {
  const keys = whole(sort);
  const ofMarker = (key: SortKey): RawBuilder<unknown> =>
    sql`(select ${columnOf(key, 'marker')} from images marker where marker.id = ${marker})`;
  const alternatives = keys.map(({ key, direction }, index) => {
    const same = keys.slice(0, index).map((each) => sql`${columnOf(each.key, 'images')} = ${ofMarker(each.key)}`);
    const further = sql`${columnOf(key, 'images')} ${sql.raw(direction === 'asc' ? '>' : '<')} ${ofMarker(key)}`;
    return sql`(${sql.join([...same, further], sql` and `)})`;
  });
  return sql<boolean>`(${sql.join(alternatives, sql` or `)})`;
};
