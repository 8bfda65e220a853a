import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import {
  assertFits,
  type Limits,
  type ProjectQuota,
  type Quota,
  type QuotaSort,
  type Usage,
  type Wanted,
} from '../../shared/limits/quota.ts';
import type { Database, ProjectTable } from './schema.ts';

/**
 * Quotas. No counter goes up and down: a project's use is the sum over its images, so no crash can make it wrong. A transaction that takes more room first
 * locks the project's row, and holds the lock until it commits. So two transactions never see the same room. Giving room back needs no lock. In every
 * transaction the project is locked before the image.
 */

type OwnLimits = Pick<Selectable<ProjectTable>, 'quota_bytes' | 'quota_images' | 'quota_uploads'>;

export function limitsFor(own: OwnLimits, installation: Limits): Limits {
  return {
    bytes: own.quota_bytes ?? installation.bytes,
    images: own.quota_images ?? installation.images,
    uploads: own.quota_uploads ?? installation.uploads,
  };
}

const bytes = sql<number>`coalesce(sum(held_bytes), 0)::bigint`;
const images = sql<number>`count(*) filter (where status <> 'pending_delete')`;
const uploads = sql<number>`count(*) filter (where held_bytes > 0 and staged_size is null)`;
const staged = sql<number>`coalesce(sum(held_bytes) filter (where staged_size is not null), 0)::bigint`;

/**
 * An image that is being deleted no longer counts, unless its bytes may still arrive: then it counts until its upload is removed. Otherwise a user who deletes
 * an image during its upload could exceed the quota (OSSA-2015-003). Two queries in one, because an index alone can answer each of them.
 */
export async function readUsage(db: Kysely<Database>, projectId: string): Promise<Usage> {
  const ofProject = db.selectFrom('images').where('project_id', '=', projectId).where('deleted_at', 'is', null);
  return db
    .selectFrom([
      ofProject.select([bytes.as('bytes'), images.as('images')]).as('held'),
      ofProject
        .where('upload_etag', 'is', null)
        .select([uploads.as('uploads'), staged.as('stagedBytes')])
        .as('awaited'),
    ])
    .selectAll()
    .executeTakeFirstOrThrow();
}

const nothing: Usage = { bytes: 0, images: 0, uploads: 0, stagedBytes: 0 };

/** How much of the tightest limit is used; null where nothing is limited. */
function fill(limits: Limits) {
  const share = (used: string, own: string, limit: number | null) =>
    sql`coalesce(${sql.ref(used)}, 0)::float8 / coalesce(${sql.ref(own)}, ${limit}::bigint)`;
  return sql`greatest(
    ${share('held.bytes', 'projects.quota_bytes', limits.bytes)},
    ${share('held.images', 'projects.quota_images', limits.images)},
    ${share('awaited.uploads', 'projects.quota_uploads', limits.uploads)})`;
}

/** For all projects, page by page; see `ProjectStore.quotas`. @param limits of projects that have none of their own */
export async function readQuotas(
  db: Kysely<Database>,
  limits: Limits,
  { sort, offset, limit }: { sort: QuotaSort; offset: number; limit: number },
): Promise<ProjectQuota[]> {
  const order = {
    fill: sql`${fill(limits)} desc nulls last, coalesce(held.bytes, 0) desc`,
    bytes: sql`coalesce(held.bytes, 0) desc`,
    project: sql`projects.id`,
  };
  const rows = await db
    .selectFrom('projects')
    .leftJoin(
      (eb) =>
        eb
          .selectFrom('images')
          .where('deleted_at', 'is', null)
          .groupBy('project_id')
          .select(['project_id', bytes.as('bytes'), images.as('images')])
          .as('held'),
      (join) => join.onRef('held.project_id', '=', 'projects.id'),
    )
    .leftJoin(
      (eb) =>
        eb
          .selectFrom('images')
          .where('deleted_at', 'is', null)
          .where('upload_etag', 'is', null)
          .groupBy('project_id')
          .select(['project_id', uploads.as('uploads'), staged.as('staged')])
          .as('awaited'),
      (join) => join.onRef('awaited.project_id', '=', 'projects.id'),
    )
    .orderBy(order[sort])
    .orderBy('projects.id')
    .offset(offset)
    .limit(limit)
    .select(['projects.id', 'quota_bytes', 'quota_images', 'quota_uploads'])
    .select(['held.bytes', 'held.images', 'awaited.uploads', 'awaited.staged'])
    .execute();
  return rows.map((row) => ({
    projectId: row.id,
    own: { bytes: row.quota_bytes, images: row.quota_images, uploads: row.quota_uploads },
    limits: limitsFor(row, limits),
    used: {
      bytes: row.bytes ?? 0,
      images: row.images ?? 0,
      uploads: row.uploads ?? 0,
      stagedBytes: row.staged ?? 0,
    },
  }));
}

function ownLimits(trx: Transaction<Database>, projectId: string) {
  return trx
    .selectFrom('projects')
    .where('id', '=', projectId)
    .select(['quota_bytes', 'quota_images', 'quota_uploads']);
}

function isLimited(limits: Limits): boolean {
  return Object.values(limits).some((limit) => limit !== null);
}

/** Locks the project for the transaction: what it gives holds until the end of that. Without any limit nothing is locked and nothing summed up. */
export async function lockQuota(trx: Transaction<Database>, limits: Limits, projectId: string): Promise<Quota> {
  const own = limitsFor(await ownLimits(trx, projectId).executeTakeFirstOrThrow(), limits);
  if (!isLimited(own)) return { limits: own, used: nothing };
  // Rows that refer to the project may still be written.
  const locked = await ownLimits(trx, projectId).forNoKeyUpdate().executeTakeFirstOrThrow();
  return { limits: limitsFor(locked, limits), used: await readUsage(trx, projectId) };
}

/** @throws BootreadyError `quota-exceeded` */
export async function takeRoom(
  trx: Transaction<Database>,
  limits: Limits,
  projectId: string,
  wanted: Wanted,
): Promise<void> {
  return assertFits(await lockQuota(trx, limits, projectId), wanted);
}

/** As `lockQuota`, of the project that an image belongs to; undefined when there is no such image. */
export async function lockQuotaOfImage(
  trx: Transaction<Database>,
  limits: Limits,
  imageId: string,
): Promise<Quota | undefined> {
  const owner = await trx.selectFrom('images').where('id', '=', imageId).select('project_id').executeTakeFirst();
  return owner && lockQuota(trx, limits, owner.project_id);
}

/**
 * Reserves as much as is requested, or as is left, for an image that already holds room. @throws BootreadyError `quota-exceeded` when it is less than needed
 */
export function grant(quota: Quota, held: number, needed: number, asked: number): number {
  if (needed > held) assertFits(quota, { bytes: needed - held });
  const { bytes: limit } = quota.limits;
  return limit === null ? asked : Math.min(asked, Math.max(needed, limit - (quota.used.bytes - held)));
}
