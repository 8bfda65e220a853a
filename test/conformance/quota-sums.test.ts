import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import * as quotas from '../../adapters/database/migrations/0009-quotas.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { someObject } from '../support/samples.ts';

/** Quotas of all projects, and of what was there before they were counted. */

test('the quotas of all projects are told in the order that is asked for, page by page, as each is told by itself', async () => {
  const { db, drop } = await freshDatabase();
  try {
    const store = createProjectStore(db, { bytes: 1000, images: null, uploads: null });
    await store.ensure({ id: 'half' });
    await store.ensure({ id: 'full', quota: { bytes: 4000, images: 1 } });
    await store.ensure({ id: 'none' });
    await store.ensure({ id: 'large', quota: { bytes: 100_000 } });
    const held: Record<string, number> = { half: 500, full: 2, large: 9000 };
    for (const [projectId, bytes] of Object.entries(held)) {
      const owner = (await store.all()).find(({ id }) => id === projectId) as Project;
      const object = someObject(owner, { size: bytes });
      await createImageStore(db).findOrCreate(object, { projectId, name: 'x', settings: {} });
    }
    const order = async (sort: 'fill' | 'bytes' | 'project', offset = 0, limit = 10) =>
      (await store.quotas({ sort, offset, limit })).projects.map(({ projectId }) => projectId);
    expect(await order('fill')).toEqual(['full', 'half', 'large', 'none']);
    expect(await order('bytes')).toEqual(['large', 'half', 'full', 'none']);
    expect(await order('project')).toEqual(['full', 'half', 'large', 'none']);
    expect(await order('fill', 1, 2)).toEqual(['half', 'large']);
    const { projects: all, total } = await store.quotas({ sort: 'fill', offset: 0, limit: 1 });
    expect([all.length, total]).toEqual([1, 4]);
    for (const { projectId, own, ...quota } of (await store.quotas({ sort: 'fill', offset: 0, limit: 10 })).projects) {
      expect(quota).toEqual(await store.quota(projectId));
      expect(own.bytes).toBe({ full: 4000, large: 100_000 }[projectId] ?? null);
    }
  } finally {
    await drop();
  }
});

test('what was there before quotas were counted is counted by the migration', async () => {
  const before = await freshDatabase({ migrated: false });
  const unmigrated = before.db as unknown as Kysely<unknown>;
  try {
    const names = [
      '0001-main',
      '0002-boot-check',
      '0004-repair',
      '0005-glance',
      '0006-sessions',
      '0007-image-sources',
      '0008-operations',
    ] as const;
    for (const name of names) {
      const { up } = (await import(`../../adapters/database/migrations/${name}.ts`)) as Migration;
      await up(unmigrated);
    }
    await sql`insert into projects (id, key_prefix) values ('old', 'old/')`.execute(before.db);
    await sql`insert into images (project_id, name, status, upload_bucket, upload_key, upload_etag, upload_size, size) values
      ('old', 'published', 'active', 'uploads', 'old/1', 'e', 100, 7), ('old', 'refused', 'killed', 'uploads', 'old/2', 'e', 20, null),
      ('old', 'going', 'pending_delete', 'uploads', 'old/3', 'e', 3000, null)`.execute(before.db);
    await quotas.up(unmigrated);
    const quota = await createProjectStore(before.db).quota('old');
    expect(quota?.used).toEqual({ bytes: 27, images: 2, uploads: 0, stagedBytes: 0 });
  } finally {
    await before.drop();
  }
});
