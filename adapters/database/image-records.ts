import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { makeWorkflowId } from '../../shared/contracts/workflow.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageStore, Run } from '../../shared/ports/images.ts';
import { readKeptReport } from '../../shared/report/kept.ts';
import { json } from './json.ts';
import type { Database, ImageTable, RunTable } from './schema.ts';

/** Rows of images and their runs: what more than one store makes of them. */

/** An image that is not deleted, locked until the end of the transaction. */
export function lockImage(trx: Transaction<Database>, id: string) {
  return trx.selectFrom('images').where('id', '=', id).where('deleted_at', 'is', null).forUpdate();
}

export function toImage(row: Selectable<ImageTable>): Image {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    status: row.status,
    settings: row.settings,
    upload: { bucket: row.upload_bucket, key: row.upload_key, etag: row.upload_etag, size: row.upload_size },
    multipartId: row.multipart_id,
    stagedSize: row.staged_size,
    heldBytes: row.held_bytes,
    diskFormat: row.disk_format,
    size: row.size,
    virtualSize: row.virtual_size,
    sha256: row.sha256,
    visibility: row.visibility,
    minRam: row.min_ram,
    minDisk: row.min_disk,
    isProtected: row.protected,
    tags: row.tags,
    containerFormat: row.container_format,
    md5: row.md5,
    sha512: row.sha512,
    isVerbatim: row.verbatim,
    isHidden: row.os_hidden,
    family: row.family,
    properties: row.properties,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toRun(row: Selectable<RunTable>): Run {
  return {
    id: row.id,
    imageId: row.image_id,
    number: row.number,
    workflowId: row.workflow_id,
    status: row.status,
    worker: row.worker,
    report: readKeptReport(row.report),
    failure: row.failure,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export async function insertRun(
  trx: Transaction<Database>,
  imageId: string,
  number: number,
  requestId: string | null = null,
): Promise<Run> {
  return toRun(
    await trx
      .insertInto('runs')
      .values({ image_id: imageId, number, workflow_id: makeWorkflowId(imageId, number), request_id: requestId })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
}

/** The row of an image whose bytes come later, at a key of its own. */
export async function insertAnnounced(
  db: Kysely<Database>,
  { projectId, name, settings, bucket, properties = {} }: Parameters<ImageStore['announce']>[0],
  more: Partial<Insertable<ImageTable>> = {},
): Promise<Selectable<ImageTable>> {
  const id = crypto.randomUUID();
  const { key_prefix } = await db
    .selectFrom('projects')
    .where('id', '=', projectId)
    .select('key_prefix')
    .executeTakeFirstOrThrow();
  return db
    .insertInto('images')
    .values({
      id,
      name,
      project_id: projectId,
      settings: json(settings),
      properties: json(properties),
      upload_bucket: bucket,
      upload_key: `${key_prefix}${id}`,
      ...more,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}
