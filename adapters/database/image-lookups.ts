import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { ListedSystem, Visibility } from '../../shared/contracts/image.ts';
import type { ImageStore, SharedWith } from '../../shared/ports/images.ts';
import { membership } from './glance-query.ts';
import { imageOf } from './image-records.ts';
import type { Database } from './schema.ts';

const isSharedWith = ({ projectId, answer }: SharedWith): Expression<SqlBool> => sql<boolean>`(
  images.visibility = 'shared' and images.project_id <> ${projectId} and images.status <> 'pending_delete'
  and ${membership(projectId, answer)})`;

/** As `latestRuns` has it: the newest run's, whatever became of it. */
const hasSystem = (system: ListedSystem): Expression<SqlBool> => sql<boolean>`exists (
  select from (select report -> 'guest' as guest from runs where image_id = images.id order by number desc limit 1) latest
  where ${system} in (guest ->> 'osType', guest ->> 'osDistro'))`;

/** Images as they are looked for. */
export const createImageLookups = (
  db: Kysely<Database>,
): Pick<ImageStore, 'get' | 'search' | 'ownedBy' | 'list' | 'publication'> => ({
  get: async (id, projectId) => {
    const row = await db
      .selectFrom('images')
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .selectAll()
      .executeTakeFirst();
    return row && imageOf(row);
  },

  search: async (text, { projectId, sharedWith }) => {
    const rows = await db
      .selectFrom('images')
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('name', '=', text), sql<boolean>`starts_with(id::text, ${text.toLowerCase()})`]))
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .$if(sharedWith !== undefined, (query) => query.where(isSharedWith(sharedWith as SharedWith)))
      .orderBy('created_at', 'desc')
      .limit(10)
      .selectAll()
      .execute();
    return rows.map(imageOf);
  },

  ownedBy: async (ids, projectId) => {
    const rows = await db
      .selectFrom('images')
      .where('id', 'in', ids)
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .select('id')
      .execute();
    return rows.map(({ id }) => id);
  },

  list: async (filter) => {
    const { projectId, status, name, text, format, imageType, system, visibility, isPublic, sharedWith, after, limit } =
      filter;
    const rows = await db
      .selectFrom('images')
      .where('deleted_at', 'is', null)
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .$if(status !== undefined, (query) => query.where('status', '=', status as never))
      .$if(name !== undefined, (query) => query.where('name', '=', name as string))
      .$if(text !== undefined, (query) => query.where(sql<boolean>`strpos(lower(name), lower(${text ?? ''})) > 0`))
      .$if(isPublic === true, (query) => query.where('visibility', '=', 'public').where('os_hidden', '=', false))
      .$if(sharedWith !== undefined, (query) =>
        query.where(isSharedWith(sharedWith as SharedWith)).where('os_hidden', '=', false),
      )
      .$if(format !== undefined, (query) => query.where('disk_format', '=', format as string))
      .$if(imageType !== undefined, (query) =>
        query.where(
          sql<boolean>`(coalesce(properties ->> 'image_type', '') in ('snapshot', 'backup')) = ${imageType === 'snapshot'}`,
        ),
      )
      .$if(visibility !== undefined, (query) => query.where('visibility', '=', visibility as Visibility))
      .$if(system !== undefined, (query) => query.where(hasSystem(system as ListedSystem)))
      .$if(after !== undefined, (query) =>
        query.where(
          sql<boolean>`(created_at, id) < (select created_at, id from images where id = ${after ?? null}::uuid)`,
        ),
      )
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .selectAll()
      .execute();
    return rows.map(imageOf);
  },

  publication: (imageId) =>
    db
      .selectFrom('publications')
      .innerJoin('images', 'images.id', 'publications.image_id')
      .where('images.id', '=', imageId)
      // What is not `active` is published all the same: deactivated, or on its way out.
      .where((eb) => eb.or([eb('verbatim', '=', false), eb('admitted_at', 'is not', null)]))
      .select(['bucket', 'key', 'format', 'publications.size', 'publications.sha256'])
      .executeTakeFirst(),
});
