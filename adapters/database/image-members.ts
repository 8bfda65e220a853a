import { type Kysely, type Selectable, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import type { ImageMember, ImageMembers } from '../../shared/ports/image-members.ts';
import type { Database, ImageMemberTable } from './schema.ts';

function toMember(row: Selectable<ImageMemberTable>): ImageMember {
  return {
    imageId: row.image_id,
    memberId: row.member_id,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function createImageMembers(db: Kysely<Database>): ImageMembers {
  return {
    members: async (imageId) => {
      const rows = await db
        .selectFrom('image_members')
        .where('image_id', '=', imageId)
        .orderBy('created_at')
        .orderBy('member_id')
        .selectAll()
        .execute();
      return rows.map(toMember);
    },

    readAnswers: async (memberId, imageIds) => {
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
      if (row) return toMember(row);
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
      return row && toMember(row);
    },

    removeMember: async (imageId, memberId) => {
      const { numDeletedRows } = await db
        .deleteFrom('image_members')
        .where('image_id', '=', imageId)
        .where('member_id', '=', memberId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
