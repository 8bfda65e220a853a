import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { ImageSort, ListedSystem, Visibility } from '../../shared/contracts/image.ts';
import type { ImageFilter, ImageStore, SharedWith } from '../../shared/ports/images.ts';
import type { ListedBootResult } from '../../shared/status/boot-result.ts';
import { toImage } from './image-records.ts';
import type { Database } from './schema.ts';
import { isMember } from './visible-query.ts';

function isSharedWith({ projectId, answer }: SharedWith): Expression<SqlBool> {
  return sql<boolean>`(
  images.visibility = 'shared' and images.project_id <> ${projectId} and images.status <> 'pending_delete'
  and ${isMember(projectId, answer)})`;
}

/** In the words of guestfs, types and distributions are not called the same but where one has only the other. */
const types: readonly string[] = ['linux', 'windows', 'freebsd'] satisfies ListedSystem[];
function hasSystem(system: ListedSystem): Expression<SqlBool> {
  return types.includes(system) ? sql<boolean>`os_type = ${system}` : sql<boolean>`os_distro = ${system}`;
}

/** As the index has it (migration 0023). */
const isSnapshot = sql<boolean>`(properties ->> 'image_type') in ('snapshot', 'backup')`;

function likeEscaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** First and last UUID that begin with this; undefined when none does. */
function idsFrom(beginning: string): [string, string] | undefined {
  const form = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
  const text = beginning.toLowerCase();
  const fits =
    text.length <= form.length && [...text].every((c, at) => (form[at] === '-' ? c === '-' : /[0-9a-f]/.test(c)));
  const fillForm = (digit: string): string => text + form.slice(text.length).replaceAll('x', digit);
  return fits ? [fillForm('0'), fillForm('f')] : undefined;
}

const sortKeys = {
  created: sql`created_at`,
  name: sql`name`,
  size: sql`coalesce(size, upload_size, 0)`,
} as const satisfies Record<ImageSort, unknown>;

/** The images of a filter, without order and page. */
function selectMatching(db: Kysely<Database>, filter: Omit<ImageFilter, 'limit'>) {
  const { projectId, status, name, text, format, imageType, system, boot, visibility, isPublic, sharedWith } = filter;
  return db
    .selectFrom('images')
    .where('deleted_at', 'is', null)
    .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
    .$if(status !== undefined, (query) => query.where('status', '=', status as never))
    .$if(name !== undefined, (query) => query.where('name', '=', name as string))
    .$if(text !== undefined, (query) => query.where('name', 'ilike', `%${likeEscaped(text as string)}%`))
    .$if(isPublic === true, (query) => query.where('visibility', '=', 'public').where(sql<boolean>`not os_hidden`))
    .$if(sharedWith !== undefined, (query) =>
      query.where(isSharedWith(sharedWith as SharedWith)).where(sql<boolean>`not os_hidden`),
    )
    .$if(format !== undefined, (query) => query.where(sql<boolean>`coalesce(disk_format, '') = ${format}`))
    .$if(imageType !== undefined, (query) =>
      query.where(imageType === 'snapshot' ? isSnapshot : sql<boolean>`(${isSnapshot}) is not true`),
    )
    .$if(visibility !== undefined, (query) => query.where('visibility', '=', visibility as Visibility))
    .$if(system !== undefined, (query) => query.where(hasSystem(system as ListedSystem)))
    .$if(boot !== undefined, (query) => query.where('boot_result', '=', boot as ListedBootResult));
}

/** Queries that find images. */
export function createImageLookups(
  db: Kysely<Database>,
): Pick<ImageStore, 'get' | 'search' | 'ownedBy' | 'readOwners' | 'list' | 'count' | 'publication'> {
  return {
    get: async (id, projectId) => {
      const row = await db
        .selectFrom('images')
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
        .selectAll()
        .executeTakeFirst();
      return row && toImage(row);
    },

    search: async (text, { projectId, sharedWith }) => {
      const found = db
        .selectFrom('images')
        .where('deleted_at', 'is', null)
        .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
        .$if(sharedWith !== undefined, (query) => query.where(isSharedWith(sharedWith as SharedWith)))
        .orderBy('created_at', 'desc')
        .limit(10)
        .selectAll();
      const ids = idsFrom(text);
      // One query after the other, because each uses its own index.
      const rows = [
        ...(await found.where('name', '=', text).execute()),
        ...(ids ? await found.where(sql<boolean>`id between ${ids[0]}::uuid and ${ids[1]}::uuid`).execute() : []),
      ];
      const distinct = [...new Map(rows.map((row) => [row.id, row])).values()];
      return distinct
        .sort((a, b) => b.created_at.getTime() - a.created_at.getTime())
        .slice(0, 10)
        .map(toImage);
    },

    readOwners: async (ids) => {
      const rows = await db
        .selectFrom('images')
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .select(['id', 'project_id'])
        .execute();
      return new Map(rows.map(({ id, project_id: projectId }) => [id, projectId]));
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
      const { sort = 'created', direction = 'desc', after, offset = 0, limit } = filter;
      const rows = await selectMatching(db, filter)
        .$if(after !== undefined, (query) =>
          query.where(
            sql<boolean>`(created_at, id) < (select created_at, id from images where id = ${after ?? null}::uuid)`,
          ),
        )
        .orderBy(sortKeys[sort], direction)
        .orderBy('id', direction)
        .$if(offset > 0, (query) => query.offset(offset))
        .limit(limit)
        .selectAll()
        .execute();
      return rows.map(toImage);
    },

    count: async (filter) => {
      const { count } = await selectMatching(db, filter)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    publication: (imageId) =>
      db
        .selectFrom('publications')
        .innerJoin('images', 'images.id', 'publications.image_id')
        .where('images.id', '=', imageId)
        // An image that is not `active` can still be published: deactivated, or about to be deleted.
        .where((eb) => eb.or([eb('verbatim', '=', false), eb('admitted_at', 'is not', null)]))
        .select(['bucket', 'key', 'format', 'publications.size', 'publications.sha256'])
        .executeTakeFirst(),
  };
}
