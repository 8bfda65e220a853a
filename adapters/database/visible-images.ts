import { randomUUID } from 'node:crypto';
import { expressionBuilder, type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';
import { type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { ImageAttributes } from '../../shared/ports/image.ts';
import type { VisibleImages, VisibleQuery } from '../../shared/ports/visible-images.ts';
import { givenUp } from './image-deletions.ts';
import { lockImage, toImage } from './image-records.ts';
import { json } from './json.ts';
import { takeRoom } from './quota.ts';
import type { Database, ImageTable } from './schema.ts';
import { behind, matchQuery, partsOfList, toOrderBy, visibleTo } from './visible-query.ts';

function toColumns(image: Partial<ImageAttributes>) {
  return {
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
  };
}

const uniqueViolation = '23505';
function isTaken(error: unknown): boolean {
  return (error as { code?: string }).code === uniqueViolation;
}

function noSuchImage(): BootreadyError {
  return new BootreadyError({ code: 'not-found', message: 'Image not found.', remedy: 'List the images you can see.' });
}

type Images = SelectQueryBuilder<Database, 'images', Selectable<ImageTable>>;

function takeFirst(images: Images, { sort, limit }: Pick<VisibleQuery, 'sort' | 'limit'>): Images {
  return toOrderBy(sort)
    .reduce<Images>((sorted, part) => sorted.orderBy(part as never), images)
    .limit(limit);
}

/** @param limits of projects that have none of their own */
export function createVisibleImages(db: Kysely<Database>, limits: Limits = unlimited): VisibleImages {
  const selectExisting = () =>
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
              ...toColumns(attributes),
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
          return toImage(row);
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

    getVisible: async (id, viewer) => {
      const row = await selectExisting()
        .where('images.id', '=', id)
        .where(visibleTo(viewer))
        .selectAll('images')
        .executeTakeFirst();
      return row && toImage(row);
    },

    listVisible: async (query, viewer) => {
      const { marker, sort, limit } = query;
      if (marker !== undefined) {
        const there =
          z.guid().safeParse(marker).success &&
          (await selectExisting()
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
        const matched = selectExisting()
          .where(part)
          .where(matchQuery(query))
          .$if(marker !== undefined, (rows) => rows.where(behind(marker as string, sort)))
          .selectAll('images');
        // A project sees few of all images. So they are read whole and then sorted, unless the index has that order.
        const isBounded = viewer.role !== 'admin' && (sort[0]?.key ?? 'created_at') !== 'created_at';
        return takeFirst(
          isBounded ? db.selectFrom(matched.offset(0).as('images')).selectAll('images') : matched,
          query,
        );
      });
      const [first, ...rest] = parts.map((part) => db.selectFrom(part.as('images')).selectAll('images'));
      if (!first) return [];
      const found =
        rest.length === 0
          ? first
          : takeFirst(
              db.selectFrom(rest.reduce((all, part) => all.unionAll(part), first).as('images')).selectAll('images'),
              { sort, limit },
            );
      return (await found.execute()).map(toImage);
    },

    change: (id, change) =>
      db.transaction().execute(async (trx) => {
        const row = await lockImage(trx, id).where('status', '<>', 'pending_delete').selectAll().executeTakeFirst();
        if (!row) throw noSuchImage();
        const { status, ...attributes } = change(toImage(row));
        if (attributes.projectId !== undefined && attributes.projectId !== row.project_id) {
          await takeRoom(trx, limits, attributes.projectId, { images: 1, bytes: row.held_bytes });
        }
        const changed = await trx
          .updateTable('images')
          .set({ ...toColumns(attributes), ...(status ? { status } : {}), updated_at: sql`now()` })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return toImage(changed);
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
        const row = await lockImage(trx, id).select('protected').executeTakeFirst();
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
  };
}
