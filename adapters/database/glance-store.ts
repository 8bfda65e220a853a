import { randomUUID } from 'node:crypto';
import { expressionBuilder, type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';
import type {
  GlanceImage,
  GlanceMember,
  GlanceQuery,
  GlanceStore,
  ImageAttributes,
} from '../../shared/ports/glance.ts';
import { assertFits, type Limits, stride, unlimited } from '../../shared/quota.ts';
import { behind, matching, ordered, partsOfList, visibleTo } from './glance-query.ts';
import { givenUp } from './image-deletions.ts';
import { imageOf, insertRun } from './image-records.ts';
import { json } from './json.ts';
import { grant, lockQuota, takeRoom } from './quota.ts';
import type { Database, ImageMemberTable, ImageTable } from './schema.ts';

const glanceImageOf = (row: Selectable<ImageTable>): GlanceImage => ({
  ...imageOf(row),
  visibility: row.visibility,
  isProtected: row.protected,
  isHidden: row.os_hidden,
  tags: row.tags,
  minDisk: row.min_disk,
  minRam: row.min_ram,
  containerFormat: row.container_format,
  properties: row.properties,
  md5: row.md5,
  sha512: row.sha512,
  isVerbatim: row.verbatim,
});

const memberOf = (row: Selectable<ImageMemberTable>): GlanceMember => ({
  imageId: row.image_id,
  memberId: row.member_id,
  status: row.status,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const columnsOf = (image: Partial<ImageAttributes>) => ({
  ...(image.projectId === undefined ? {} : { project_id: image.projectId }),
  ...(image.name === undefined ? {} : { name: image.name }),
  ...(image.visibility === undefined ? {} : { visibility: image.visibility }),
  ...(image.isProtected === undefined ? {} : { protected: image.isProtected }),
  ...(image.isHidden === undefined ? {} : { os_hidden: image.isHidden }),
  ...(image.tags === undefined ? {} : { tags: [...image.tags] }),
  ...(image.minDisk === undefined ? {} : { min_disk: image.minDisk }),
  ...(image.minRam === undefined ? {} : { min_ram: image.minRam }),
  ...(image.diskFormat === undefined ? {} : { disk_format: image.diskFormat }),
  ...(image.containerFormat === undefined ? {} : { container_format: image.containerFormat }),
  ...(image.properties === undefined ? {} : { properties: json(image.properties) }),
});

/** So long a sender may be silent before its place is taken. */
const silence = sql`interval '2 minutes'`;

const uniqueViolation = '23505';
const isTaken = (error: unknown): boolean => (error as { code?: string }).code === uniqueViolation;

const noSuchImage = (): BootreadyError =>
  new BootreadyError({ code: 'not-found', message: 'Image not found.', remedy: 'List the images you can see.' });

type Images = SelectQueryBuilder<Database, 'images', Selectable<ImageTable>>;

const firstOf = (images: Images, { sort, limit }: Pick<GlanceQuery, 'sort' | 'limit'>): Images =>
  ordered(sort)
    .reduce<Images>((sorted, part) => sorted.orderBy(part as never), images)
    .limit(limit);

/** @param limits of projects that have none of their own */
export const createGlanceStore = (db: Kysely<Database>, limits: Limits = unlimited): GlanceStore => {
  const existing = () =>
    db.selectFrom('images').where('images.deleted_at', 'is', null).where('images.status', '<>', 'pending_delete');

  return {
    create: async ({ id = randomUUID(), settings, uploadsBucket, ...attributes }) => {
      try {
        return await db.transaction().execute(async (trx) => {
          await takeRoom(trx, limits, attributes.projectId, { images: 1 });
          const { key_prefix } = await trx
            .selectFrom('projects')
            .where('id', '=', attributes.projectId)
            .select('key_prefix')
            .executeTakeFirstOrThrow();
          const row = await trx
            .insertInto('images')
            .values({
              ...columnsOf(attributes),
              id,
              project_id: attributes.projectId,
              name: attributes.name,
              settings: json(settings),
              properties: json(attributes.properties),
              upload_bucket: uploadsBucket,
              upload_key: `${key_prefix}${id}`,
            })
            .returningAll()
            .executeTakeFirstOrThrow();
          return glanceImageOf(row);
        });
      } catch (error) {
        if (!isTaken(error)) throw error;
        throw new BootreadyError({
          code: 'conflict',
          message: `An image with the ID ${id} already exists.`,
          remedy: 'Omit the ID to get a new one.',
        });
      }
    },

    get: async (id, viewer) => {
      const row = await existing()
        .where('images.id', '=', id)
        .where(visibleTo(viewer))
        .selectAll('images')
        .executeTakeFirst();
      return row && glanceImageOf(row);
    },

    list: async (query, viewer) => {
      const { marker, sort, limit } = query;
      if (marker !== undefined) {
        const there =
          z.guid().safeParse(marker).success &&
          (await existing()
            .where('images.id', '=', marker)
            .where(visibleTo(viewer))
            .select('images.id')
            .executeTakeFirst());
        if (!there) {
          throw new BootreadyError({
            code: 'invalid-input',
            message: 'The marker is not an image that you can see.',
            remedy: 'Give the ID of the last image on the previous page, or start without a marker.',
          });
        }
      }
      const parts = partsOfList(
        query,
        viewer,
      )(expressionBuilder<Database, 'images'>()).map((part) => {
        const matched = existing()
          .where(part)
          .where(matching(query))
          .$if(marker !== undefined, (rows) => rows.where(behind(marker as string, sort)))
          .selectAll('images');
        // What a project sees is little beside all images: read whole and then sorted, unless its index has that order.
        const isBounded = viewer.role !== 'admin' && (sort[0]?.key ?? 'created_at') !== 'created_at';
        return firstOf(isBounded ? db.selectFrom(matched.offset(0).as('images')).selectAll('images') : matched, query);
      });
      const [first, ...rest] = parts.map((part) => db.selectFrom(part.as('images')).selectAll('images'));
      if (!first) return [];
      const found =
        rest.length === 0
          ? first
          : firstOf(
              db.selectFrom(rest.reduce((all, part) => all.unionAll(part), first).as('images')).selectAll('images'),
              { sort, limit },
            );
      return (await found.execute()).map(glanceImageOf);
    },

    change: (id, change) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('images')
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .where('status', '<>', 'pending_delete')
          .selectAll()
          .forUpdate()
          .executeTakeFirst();
        if (!row) throw noSuchImage();
        const { status, ...attributes } = change(glanceImageOf(row));
        if (attributes.projectId !== undefined && attributes.projectId !== row.project_id) {
          await takeRoom(trx, limits, attributes.projectId, { images: 1, bytes: row.held_bytes });
        }
        const changed = await trx
          .updateTable('images')
          .set({ ...columnsOf(attributes), ...(status ? { status } : {}), updated_at: sql`now()` })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return glanceImageOf(changed);
      }),

    remove: (id) =>
      db.transaction().execute(async (trx) => {
        // The run before its image, as in every transaction of run-store.ts.
        const run = await trx
          .selectFrom('runs')
          .where('image_id', '=', id)
          .where('finished_at', 'is', null)
          .select('workflow_id')
          .forUpdate()
          .executeTakeFirst();
        const row = await trx
          .selectFrom('images')
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .select('protected')
          .forUpdate()
          .executeTakeFirst();
        if (!row) throw noSuchImage();
        if (row.protected) {
          throw new BootreadyError({
            code: 'forbidden',
            message: `Image ${id} is protected and cannot be deleted.`,
            remedy: 'Remove the protection first: openstack image set --unprotected ID',
          });
        }
        await trx
          .updateTable('images')
          .set({ ...givenUp, updated_at: sql`now()` })
          .where('id', '=', id)
          .execute();
        return { workflowId: run?.workflow_id };
      }),

    members: async (imageId) => {
      const rows = await db
        .selectFrom('image_members')
        .where('image_id', '=', imageId)
        .orderBy('created_at')
        .orderBy('member_id')
        .selectAll()
        .execute();
      return rows.map(memberOf);
    },

    answersOf: async (memberId, imageIds) => {
      if (imageIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('image_members')
        .where('member_id', '=', memberId)
        .where('image_id', 'in', imageIds)
        .select(['image_id', 'status'])
        .execute();
      return new Map(rows.map(({ image_id, status }) => [image_id, status]));
    },

    addMember: async (imageId, memberId) => {
      const row = await db
        .insertInto('image_members')
        .values({ image_id: imageId, member_id: memberId })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row) return memberOf(row);
      throw new BootreadyError({
        code: 'conflict',
        message: `The project ${memberId} is already a member of this image.`,
        remedy: 'No action needed.',
      });
    },

    setMemberStatus: async (imageId, memberId, status) => {
      const row = await db
        .updateTable('image_members')
        .set({ status, updated_at: sql`now()` })
        .where('image_id', '=', imageId)
        .where('member_id', '=', memberId)
        .returningAll()
        .executeTakeFirst();
      return row && memberOf(row);
    },

    removeMember: async (imageId, memberId) => {
      const { numDeletedRows } = await db
        .deleteFrom('image_members')
        .where('image_id', '=', imageId)
        .where('member_id', '=', memberId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    beginReception: (imageId, status, size) =>
      db.transaction().execute(async (trx) => {
        const open = trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('deleted_at', 'is', null)
          .where('upload_etag', 'is', null)
          .where('staged_size', 'is', null)
          .where((eb) =>
            eb.or([
              eb.and([eb('status', '=', 'queued'), eb('multipart_id', 'is', null)]),
              eb.and([
                eb('status', 'in', ['saving', 'uploading']),
                eb('receiving_at', '<', sql<Date>`now() - ${silence}`),
              ]),
            ]),
          )
          .select(['project_id', 'held_bytes']);
        const owner = await open.executeTakeFirst();
        const quota = owner && (await lockQuota(trx, limits, owner.project_id));
        const image = quota && (await open.forUpdate().executeTakeFirst());
        if (!image) return undefined;
        const session = randomUUID();
        // A sender that was lost has left what it held to this one.
        const held = grant(quota, image.held_bytes, size ?? 1, size ?? stride);
        if (image.held_bytes === 0) assertFits(quota, { uploads: 1 });
        await trx
          .updateTable('images')
          .set({
            status,
            receiving_session: session,
            receiving_at: sql`now()`,
            multipart_id: null,
            held_bytes: held,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .execute();
        return { imageId, session, held };
      }),

    extendReception: ({ imageId, session }, bytes) =>
      db.transaction().execute(async (trx) => {
        const mine = trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('receiving_session', '=', session)
          .where('upload_etag', 'is', null)
          .select(['project_id', 'held_bytes']);
        const owner = await mine.executeTakeFirst();
        const quota = owner && (await lockQuota(trx, limits, owner.project_id));
        const image = quota && (await mine.forUpdate().executeTakeFirst());
        if (!image) return undefined;
        const held = Math.max(image.held_bytes, grant(quota, image.held_bytes, bytes, bytes + stride));
        await trx.updateTable('images').set({ held_bytes: held }).where('id', '=', imageId).execute();
        return held;
      }),

    keepReception: async ({ imageId, session }) => {
      const { numUpdatedRows } = await db
        .updateTable('images')
        .set({ receiving_at: sql`now()` })
        .where('id', '=', imageId)
        .where('receiving_session', '=', session)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    stage: async ({ imageId, session }, { multipartId, size }) => {
      const { numUpdatedRows } = await db
        .updateTable('images')
        .set({
          multipart_id: multipartId,
          staged_size: size,
          held_bytes: size,
          receiving_session: null,
          updated_at: sql`now()`,
        })
        .where('id', '=', imageId)
        .where('receiving_session', '=', session)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    acceptVerbatim: ({ imageId, session }, bytes) =>
      db.transaction().execute(async (trx) => {
        const image = await trx
          .updateTable('images')
          .set({
            status: 'saving',
            verbatim: true,
            upload_bucket: bytes.bucket,
            upload_key: bytes.key,
            upload_etag: bytes.etag,
            upload_version_id: bytes.versionId ?? null,
            upload_size: bytes.size,
            held_bytes: bytes.size,
            size: bytes.size,
            virtual_size: bytes.virtualSize,
            md5: bytes.md5,
            sha256: bytes.sha256,
            sha512: bytes.sha512,
            receiving_session: null,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .where('receiving_session', '=', session)
          // Somebody may have put an object at the key that was announced for it.
          .where('upload_etag', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (!image) return undefined;
        const run = await insertRun(trx, imageId, 1);
        return { runId: run.id, workflowId: run.workflowId };
      }),

    dropReception: async ({ imageId, session }) => {
      await db
        .updateTable('images')
        .set({
          status: 'queued',
          receiving_session: null,
          multipart_id: null,
          held_bytes: 0,
          updated_at: sql`now()`,
        })
        .where('id', '=', imageId)
        .where('receiving_session', '=', session)
        // Bytes that came another way meanwhile are the image's.
        .where('upload_etag', 'is', null)
        .execute();
    },

    noteImport: async (imageId, { requestId, settings }) => {
      await db
        .updateTable('images')
        .set({
          import_request_id: requestId,
          // What was asked for before goes first.
          settings: sql`${JSON.stringify(settings)}::jsonb || settings` as never,
        })
        .where('id', '=', imageId)
        .where('upload_etag', 'is', null)
        .execute();
    },
  };
};
