import { eventually } from './eventually.ts';
import type { Installation } from './installation.ts';

/** What was sent is looked at before it is served. */
export function servedImage({ db }: Pick<Installation, 'db'>, id: string, within: number): Promise<true> {
  return eventually(
    async () => {
      const row = await db.selectFrom('images').where('id', '=', id).select('status').executeTakeFirst();
      return row?.status === 'active';
    },
    { within, what: 'the image is active' },
  );
}
