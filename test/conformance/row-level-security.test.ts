import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { type OpenDatabase, openDatabase } from '../../adapters/database/open.ts';
import { createPlatformStore } from '../../adapters/database/platform-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { Database } from '../../adapters/database/schema.ts';
import type { ScopedDatabase } from '../../adapters/database/scope.ts';
import { createSessionStore } from '../../adapters/database/session-store.ts';
import { createWebhookStore } from '../../adapters/database/webhook-store.ts';
import { createWorkerRegistry } from '../../adapters/database/worker-registry.ts';
import { toFinishedUpload } from '../../shared/events/notification.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { VisibleQuery } from '../../shared/ports/visible-images.ts';
import { makeSecretKeys, newSecretsKey } from '../../shared/secrets/secret-keys.ts';
import { freshDatabase } from '../support/database.ts';
import { begunRun } from '../support/run-records.ts';
import { hex, publishedImage, someObject, someProject } from '../support/samples.ts';

/** Postgres' own wall between projects. Which tables there are is asked of the database: a new one without a wall fails here. */

const secrets = makeSecretKeys([newSecretsKey()]);
let database: Awaited<ReturnType<typeof freshDatabase>>;
let open: OpenDatabase;
let scoped: ScopedDatabase;
let owner: Kysely<Database>;
let mine: Project;
let theirs: Project;
let tables: string[];
/** Per table, the rows that came with the other project. */
const theirRows = new Map<string, string[]>();

/** Something of a project in every table. */
async function fill(project: Project): Promise<void> {
  const { image } = await publishedImage(owner, project);
  await createDeliveryStore(owner).order(image.id, 'backup');
  const { run, fence } = await begunRun(owner, project);
  await createRunStore(owner).stepStarted({ ...run, fence }, 'admit', 'w', 1);
  await createImageStore(owner).addMember(image.id, `guest-${hex(4)}`);
  await createRepairStore(owner).create({
    parent: image,
    name: 'mended',
    settings: {},
    bucket: 'uploads',
    remedies: ['x'],
    before: [],
    guest: {},
  });
  const webhooks = createWebhookStore(owner, secrets);
  await webhooks.create({ projectId: project.id, url: 'https://example.org', secret: hex(8) });
  await webhooks.relay();
  const key = { projectId: project.id, name: 'k', hash: Buffer.from(hex(32)), hint: 'h', role: 'member' as const };
  const keyId = await createApiKeyStore(owner).create(key);
  const expiresAt = new Date(Date.now() + 3600_000);
  await createSessionStore(owner).create({ keyId, hash: Buffer.from(hex(32)), expiresAt });
  await createEventStore(owner).record('api', [toFinishedUpload(someObject(project))]);
  const source = { url: `https://example.org/${hex(4)}` };
  const fetched = { projectId: project.id, name: 'fetched', settings: {}, bucket: 'uploads' };
  await createDownloadStore(owner).create({ ...fetched, source });
  await createPlatformStore(owner).setSource({
    family: `f-${hex(4)}`,
    projectId: project.id,
    name: 'x',
    ...source,
    settings: {},
    everySeconds: 3600,
    keep: null,
    signingKeys: null,
    signatureUrl: null,
    fixedChecksum: `sha256:${hex(32)}`,
    checksumUrl: null,
  });
  await createAuditLog(owner).record({ action: 'image.create', by: { keyId }, projectId: project.id });
  await createWorkerRegistry(owner).beat(`w-${hex(4)}`, {} as never);
}

async function toRows(db: Kysely<Database>, table: string): Promise<string[]> {
  const { rows } = await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(db);
  return rows.map(({ row }) => row);
}
const notAllowed = '42501';
/** A table that the role may not even ask for shows nothing either. */
function seenIn(table: string): Promise<string[]> {
  return toRows(scoped.db, table).catch((error: { code?: string }) => {
    if (error.code === notAllowed) return [];
    throw error;
  });
}
function asMine<T>(work: () => Promise<T>): Promise<T> {
  return scoped.within({ projectId: mine.id }, work);
}

beforeAll(async () => {
  database = await freshDatabase();
  owner = database.db;
  open = openDatabase(database.url, { max: 10 });
  scoped = open.scoped();
  mine = await someProject(owner);
  await fill(mine);
  tables = (
    await sql<{ name: string }>`select tablename as name from pg_tables
      where schemaname = current_schema() and tablename not like 'kysely_%' order by 1`.execute(owner)
  ).rows.map(({ name }) => name);
  const before = new Map<string, Set<string>>();
  for (const table of tables) before.set(table, new Set(await toRows(owner, table)));
  theirs = await someProject(owner);
  await fill(theirs);
  for (const table of tables) {
    const added = (await toRows(owner, table)).filter((row) => !before.get(table)?.has(row));
    theirRows.set(table, added);
  }
});
afterAll(async () => {
  await open?.close();
  await database?.drop();
});

describe('every table', () => {
  test('has a wall, and this test has something behind it', async () => {
    const { rows } = await sql<{ name: string }>`select relname as name from pg_class
      where relkind = 'r' and relrowsecurity and relnamespace = current_schema()::regnamespace order by 1`.execute(
      owner,
    );
    expect(rows.map(({ name }) => name)).toEqual(tables);
    for (const table of tables) expect([table, (theirRows.get(table) ?? []).length > 0]).toEqual([table, true]);
  });

  test('shows a project its own rows alone, and nothing outside of any scope', async () => {
    let seen = 0;
    for (const table of tables) {
      const others = new Set(theirRows.get(table));
      const rows = await asMine(() => seenIn(table));
      seen += rows.length;
      expect([table, rows.filter((row) => others.has(row))]).toEqual([table, []]);
      expect([table, await seenIn(table)]).toEqual([table, []]);
      expect([table, await scoped.within({ projectId: 'none' }, () => seenIn(table))]).toEqual([table, []]);
      const all = await scoped.within('everything', () => toRows(scoped.db, table));
      expect([table, all.sort()]).toEqual([table, (await toRows(owner, table)).sort()]);
    }
    expect(seen).toBeGreaterThan(8);
  });

  test("lets hand-written statements change and remove no other project's row", async () => {
    for (const table of tables) {
      const { rows } = await sql<{ name: string }>`select column_name as name from information_schema.columns
        where table_schema = current_schema() and table_name = ${table} and is_generated = 'NEVER' and is_identity = 'NO'`.execute(
        owner,
      );
      for (const { name } of rows) {
        const column = sql.ref(name);
        await asMine(() => sql`update ${sql.table(table)} set ${column} = ${column}`.execute(scoped.db)).catch(
          () => undefined,
        );
      }
      await asMine(() => sql`delete from ${sql.table(table)}`.execute(scoped.db)).catch(() => undefined);
      const left = new Set(await toRows(owner, table));
      expect([table, (theirRows.get(table) ?? []).filter((row) => !left.has(row))]).toEqual([table, []]);
    }
  });

  test('with a project takes no row for another one, and none that is there goes to another one', async () => {
    const { rows: withProject } = await sql<{ name: string }>`select table_name as name from information_schema.columns
      where table_schema = current_schema() and column_name = 'project_id' order by 1`.execute(owner);
    expect(withProject.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['api_keys', 'images', 'outbox', 'webhooks']),
    );
    for (const { name } of withProject) {
      const table = sql.table(name);
      const fake = JSON.stringify({
        ...JSON.parse(theirRows.get(name)?.[0] ?? '{}'),
        id: crypto.randomUUID(),
        upload_key: hex(8),
      });
      const insert = sql`insert into ${table} overriding system value select * from jsonb_populate_record(null::${table}, ${fake}::jsonb)`;
      await expect(
        asMine(() => insert.execute(scoped.db)),
        name,
      ).rejects.toMatchObject({ code: notAllowed });
      const give = sql`update ${table} set project_id = ${theirs.id}`;
      const given = await asMine(() => give.execute(scoped.db)).catch((error: { code?: string }) => error.code);
      // Nothing of its own was there to be given, or it was not allowed.
      expect([name, given === notAllowed || (given as { numAffectedRows?: bigint }).numAffectedRows === 0n]).toEqual([
        name,
        true,
      ]);
    }
  });
});

const query: VisibleQuery = {
  memberStatus: 'all',
  isHidden: false,
  tags: [],
  oneOf: {},
  ranges: [],
  times: [],
  properties: {},
  visibility: 'all',
  sort: [],
  limit: 100,
};

describe('what others let a project see', () => {
  test('is seen through the wall as without it, and not changed', async () => {
    const viewer = { projectId: mine.id, role: 'member' } as const;
    const glance = createImageStore(owner);
    const ids: Record<string, string> = {};
    for (const visibility of ['private', 'shared', 'community', 'public'] as const) {
      const { image } = await publishedImage(owner, theirs);
      await glance.change(image.id, () => ({ visibility }));
      ids[visibility] = image.id;
    }
    const offered = (await publishedImage(owner, theirs)).image.id;
    await glance.addMember(offered, mine.id);
    const behindTheWall = createImageStore(scoped.db);
    const listed = await asMine(() => behindTheWall.listVisible(query, viewer));
    expect(listed).toEqual(await glance.listVisible(query, viewer));
    const others = listed.filter(({ projectId }) => projectId === theirs.id).map(({ id }) => id);
    expect(others.sort()).toEqual([ids.community, ids.public, offered].sort());
    const images = createImageStore(scoped.db);
    expect(await asMine(() => images.publication(ids.public ?? ''))).toBeDefined();
    expect((await asMine(() => images.runs(offered))).length).toBe(1);
    expect(await asMine(() => images.publication(ids.private ?? ''))).toBeUndefined();
    // Where it came from is nobody's business but its owner's.
    const url = 'https://example.org/disk.qcow2?token=secret';
    const made = { name: 'made', settings: {}, bucket: 'uploads' };
    const fetched = await createDownloadStore(owner).create({ ...made, projectId: theirs.id, source: { url } });
    const parent = (await publishedImage(owner, theirs)).image;
    const repair = { ...made, parent, remedies: ['x'], before: [], guest: {} };
    const mended = await createRepairStore(owner).create(repair);
    for (const { id } of [fetched, mended]) {
      await glance.addMember(id, mine.id);
      expect((await asMine(() => behindTheWall.getVisible(id, viewer)))?.id).toBe(id);
    }
    expect(await createDownloadStore(owner).get(fetched.id)).toBeDefined();
    expect(await asMine(() => createDownloadStore(scoped.db).get(fetched.id))).toBeUndefined();
    expect(await createRepairStore(owner).get(mended.id)).toBeDefined();
    expect(await asMine(() => createRepairStore(scoped.db).get(mended.id))).toBeUndefined();
    await expect(
      asMine(() => behindTheWall.change(ids.public ?? '', () => ({ name: 'mine now' }))),
    ).rejects.toMatchObject({ code: 'not-found' });
    expect((await createImageStore(owner).get(ids.public ?? '', undefined))?.name).not.toBe('mine now');
    expect(await asMine(() => behindTheWall.setMemberStatus(offered, mine.id, 'accepted'))).toMatchObject({
      status: 'accepted',
    });
    expect(await asMine(() => behindTheWall.removeMember(offered, mine.id))).toBe(false);
    await expect(asMine(() => behindTheWall.addMember(ids.shared ?? '', mine.id))).rejects.toMatchObject({
      code: notAllowed,
    });
  });
});

describe('platform images', () => {
  test('of others are there for every project, and a project promotes none of them', async () => {
    const family = `f-${hex(4)}`;
    const platform = createPlatformStore(owner);
    const shown = (await publishedImage(owner, theirs)).image.id;
    const next = (await publishedImage(owner, theirs)).image.id;
    await platform.promote(shown, family);
    const behindTheWall = createPlatformStore(scoped.db);
    expect((await asMine(() => behindTheWall.latest(family)))?.id).toBe(shown);
    expect(await asMine(() => behindTheWall.families())).toEqual(await platform.families());
    await expect(asMine(() => behindTheWall.promote(next, family))).rejects.toMatchObject({ code: 'conflict' });
    await expect(asMine(() => behindTheWall.sources())).rejects.toMatchObject({ code: notAllowed });
    expect((await platform.latest(family))?.id).toBe(shown);
    // An administrator acts for everything.
    await scoped.within('everything', () => behindTheWall.promote(next, family));
    expect((await platform.latest(family))?.id).toBe(next);
  });

  test('and what makes an image is cancelled by its project alone', async () => {
    const image = { name: 'x', settings: {}, bucket: 'uploads' };
    const url = 'https://example.org/disk.qcow2';
    for (const project of [mine, theirs]) {
      const { image: parent } = await publishedImage(owner, project);
      const repair = { ...image, parent, remedies: ['x'], before: [], guest: {} };
      const repaired = (await createRepairStore(owner).create(repair)).id;
      const fetched = (await createDownloadStore(owner).create({ ...image, projectId: project.id, source: { url } }))
        .id;
      for (const [create, id] of [
        [createRepairStore, repaired],
        [createDownloadStore, fetched],
      ] as const) {
        await asMine(() => create(scoped.db).end(id, undefined));
        expect((await create(owner).get(id))?.status).toBe(project === mine ? 'cancelled' : 'queued');
      }
    }
  });

  test('and what is fetched: ordered, and ordered again, for the own project alone', async () => {
    const downloads = createDownloadStore(scoped.db);
    const image = { projectId: mine.id, name: 'fetched', settings: {}, bucket: 'uploads' };
    const source = { url: 'https://example.org/disk.qcow2' };
    const { id } = await asMine(() => downloads.create({ ...image, source }));
    await expect(asMine(() => downloads.create({ ...image, projectId: theirs.id, source }))).rejects.toThrow();
    await createDownloadStore(owner).end(id, { code: 'unavailable', message: 'Silence.' });
    await asMine(() => downloads.order(id, { source: { url: 'https://example.org/other.qcow2' } }));
    expect(await asMine(() => downloads.get(id))).toMatchObject({
      status: 'queued',
      url: expect.stringMatching(/other/),
    });
    const hers = await createDownloadStore(owner).create({ ...image, projectId: theirs.id, source });
    await createImageStore(owner).change(hers.id, () => ({ visibility: 'private' }));
    expect(await asMine(() => downloads.get(hers.id))).toBeUndefined();
    await expect(asMine(() => downloads.order(hers.id, { source }))).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a store that forgot its project', () => {
  test('finds no other one', async () => {
    const images = createImageStore(scoped.db);
    const of = async (projectId: string) => {
      const list = await createImageStore(owner).list({ projectId, limit: 500 });
      return list.filter(({ projectId: each }) => each === projectId).map(({ id }) => id);
    };
    const fresh = await someProject(owner);
    const { image } = await publishedImage(owner, fresh);
    const asFresh = <T>(work: () => Promise<T>) => scoped.within({ projectId: fresh.id }, work);
    const [private_] = (
      await owner
        .updateTable('images')
        .set({ visibility: 'private' })
        .where('project_id', '=', theirs.id)
        .returning('id')
        .execute()
    ).map(({ id }) => id);
    expect((await of(theirs.id)).length).toBeGreaterThan(1);
    expect((await asFresh(() => images.list({ projectId: undefined, limit: 500 }))).map(({ id }) => id)).toEqual([
      image.id,
    ]);
    expect(await asFresh(() => images.get(private_ ?? '', undefined))).toBeUndefined();
    expect(await asFresh(() => createWebhookStore(scoped.db, secrets).list(theirs.id))).toEqual([]);
    expect(await asFresh(() => createEventStore(scoped.db).list({ limit: 50 }))).toEqual([]);
    expect((await asFresh(() => createProjectStore(scoped.db).all())).map(({ id }) => id)).toEqual([fresh.id]);
  });
});

describe('connections', () => {
  test('carry nothing over: two hundred queries at once over ten, each in its own scope', async () => {
    const projects = await Promise.all(Array.from({ length: 4 }, () => someProject(owner)));
    const ask = async (index: number): Promise<void> => {
      const project = projects[index % 5];
      const all = () => createProjectStore(scoped.db).all();
      const seen = project ? await scoped.within({ projectId: project.id }, all) : await all();
      expect(seen.map(({ id }) => id)).toEqual(project ? [project.id] : []);
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
    const { rows } = await sql<{ user: string; project: string | null }>`select current_user as user,
      nullif(current_setting('bootready.project', true), '') as project`.execute(open.db);
    expect(rows).toEqual([{ user: expect.not.stringContaining('bootready_project'), project: null }]);
  });

  test('are whole again after a statement or a transaction that failed', async () => {
    const small = openDatabase(database.url, { max: 1 });
    try {
      const one = small.scoped();
      const inScope = <T>(work: () => Promise<T>) => one.within({ projectId: mine.id }, work);
      await expect(inScope(() => sql`select 1 / 0`.execute(one.db))).rejects.toThrow('division by zero');
      const failing = inScope(() =>
        one.db.transaction().execute(async (trx) => {
          await createProjectStore(trx).all();
          throw new Error('no');
        }),
      );
      await expect(failing).rejects.toThrow('no');
      expect((await inScope(() => createProjectStore(one.db).all())).map(({ id }) => id)).toEqual([mine.id]);
      expect((await createProjectStore(small.db).all()).length).toBeGreaterThan(2);
    } finally {
      await small.close();
    }
  });

  describe('of a snapshot', () => {
    const mineNow = () => createProjectStore(scoped.db).all();

    test('show one moment, though others change things meanwhile', async () => {
      const policy = async () => (await mineNow())[0]?.policy;
      const change = (to: 'enforce' | 'warn') =>
        owner.updateTable('projects').set({ policy: to }).where('id', '=', mine.id).execute();
      await change('enforce');
      const seen = await asMine(() =>
        scoped.snapshot(async () => {
          const first = await policy();
          await change('warn');
          // A snapshot within a snapshot shows the same moment.
          return [first, await policy(), await scoped.snapshot(policy)];
        }),
      );
      expect(seen).toEqual(['enforce', 'enforce', 'enforce']);
      expect(await asMine(policy)).toBe('warn');
    });

    test('keep the rights of the caller, and only read', async () => {
      expect(await scoped.snapshot(mineNow)).toEqual([]);
      expect((await asMine(() => scoped.snapshot(mineNow))).map(({ id }) => id)).toEqual([mine.id]);
      expect((await scoped.within('everything', () => scoped.snapshot(mineNow))).length).toBeGreaterThan(1);
      const write = () => scoped.db.updateTable('projects').set({ policy: 'warn' }).execute();
      await expect(asMine(() => scoped.snapshot(write))).rejects.toMatchObject({ code: '25006' });
      const wider = () => scoped.within('everything', mineNow);
      await expect(asMine(() => scoped.snapshot(wider))).rejects.toThrow('rights of one scope');
      const transaction = () => scoped.db.transaction().execute(async () => undefined);
      await expect(asMine(() => scoped.snapshot(transaction))).rejects.toThrow('no transactions of its own');
    });

    test('are not used after its end, and are whole again after a failure', async () => {
      const small = openDatabase(database.url, { max: 1 });
      try {
        const one = small.scoped();
        const all = () => createProjectStore(one.db).all();
        let late: Promise<unknown> = Promise.resolve();
        await one.within({ projectId: mine.id }, () =>
          one.snapshot(async () => {
            late = new Promise((resolve) => setTimeout(resolve, 50)).then(all);
          }),
        );
        await expect(late).rejects.toThrow('after the end of its snapshot');
        const fail = () => Promise.all([sql`select 1 / 0`.execute(one.db), all(), all()]);
        await expect(one.within({ projectId: mine.id }, () => one.snapshot(fail))).rejects.toThrow('division by zero');
        expect((await one.within({ projectId: mine.id }, all)).map(({ id }) => id)).toEqual([mine.id]);
        expect((await createProjectStore(small.db).all()).length).toBeGreaterThan(1);
        // Many snapshots, each with queries at once, take turns on the one connection.
        const twice = () => one.within({ projectId: mine.id }, () => one.snapshot(() => Promise.all([all(), all()])));
        const many = await Promise.all(Array.from({ length: 20 }, twice));
        expect(new Set(many.flat(2).map(({ id }) => id))).toEqual(new Set([mine.id]));
      } finally {
        await small.close();
      }
    });
  });

  test('keep the scope through a transaction and what follows an await', async () => {
    await asMine(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await scoped.db.transaction().execute(async (trx) => {
        expect((await createProjectStore(trx).all()).map(({ id }) => id)).toEqual([mine.id]);
        const { rows } = await sql<{ user: string }>`select current_user as user`.execute(trx);
        expect(rows).toEqual([{ user: 'bootready_project' }]);
      });
    });
  });
});
