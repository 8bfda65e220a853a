import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { ApiKeyStore, ProjectStore, Role } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { hex, someProject } from '../support/samples.ts';

/** What the ports promise, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let projects: ProjectStore;
let keys: ApiKeyStore;
beforeAll(async () => {
  database = await freshDatabase();
  projects = createProjectStore(database.db);
  keys = createApiKeyStore(database.db);
});
afterAll(() => database?.drop());

describe('projects', () => {
  test('a project owns what lies below its id, unless another prefix was chosen', async () => {
    const id = `p-${hex(4)}`;
    const unset = {
      targetFormat: null,
      policy: null,
      bootCheck: null,
      quota: { bytes: null, images: null, uploads: null },
      targets: null,
    };
    expect(await projects.ensure({ id })).toEqual({ ...unset, id, keyPrefix: `${id}/` });
    const quota = { bytes: 20 * 1024 ** 4, images: 7, uploads: 2 };
    const policies = { policy: 'warn', bootCheck: 'require' } as const;
    const chosen = { id: `p-${hex(4)}`, keyPrefix: `${hex(4)}/in/`, ...policies, quota };
    expect(await projects.ensure(chosen)).toEqual({ ...unset, ...chosen });
  });

  test('ensure gives back the one that is there, as it is; 10 at once make one', async () => {
    const id = `p-${hex(4)}`;
    const first = await projects.ensure({ id, quota: { bytes: 1000 } });
    expect(await projects.ensure({ id, keyPrefix: 'other/', policy: 'enforce', quota: { bytes: 1 } })).toEqual(first);
    const racing = `p-${hex(4)}`;
    const made = await Promise.all(Array.from({ length: 10 }, () => projects.ensure({ id: racing })));
    expect(new Set(made.map(({ keyPrefix }) => keyPrefix)).size).toBe(1);
    const all = (await projects.all()).map((project) => project.id);
    expect(all.filter((each) => each === id || each === racing).sort()).toEqual([id, racing].sort());
  });

  test('a key belongs to the project with the longest prefix that it begins with', async () => {
    const base = hex(4);
    const outer = await projects.ensure({ id: `outer-${base}`, keyPrefix: `${base}/` });
    const inner = await projects.ensure({ id: `inner-${base}`, keyPrefix: `${base}/team/` });
    const owner = async (key: string) => (await projects.ofKey(key))?.id;
    expect(await owner(`${base}/a.qcow2`)).toBe(outer.id);
    expect(await owner(`${base}/team/a.qcow2`)).toBe(inner.id);
    expect(await owner(`${base}/team`)).toBe(outer.id);
    expect(await owner(`${base}/teamwork/a.qcow2`)).toBe(outer.id);
    expect(await owner(`${base}2/a.qcow2`)).toBeUndefined();
    expect(await owner(`x${base}/a.qcow2`)).toBeUndefined();
    expect(await owner('')).toBeUndefined();
  });

  test('of ids that somebody names those are told that there is a project of', async () => {
    const [one, two] = [await someProject(database.db), await someProject(database.db)];
    expect(await projects.existing([two.id, `absent-${hex(4)}`, one.id])).toEqual([one.id, two.id].sort());
    expect(await projects.existing([])).toEqual([]);
  });

  test('prefixes are text and not patterns', async () => {
    const base = hex(4);
    await projects.ensure({ id: `pattern-${base}`, keyPrefix: `${base}_%/` });
    expect(await projects.ofKey(`${base}xyz/a`)).toBeUndefined();
    expect(await projects.ofKey(`${base}_%/a`)).toMatchObject({ id: `pattern-${base}` });
  });
});

describe('API keys', () => {
  const someKey = async (more: { expiresAt?: Date; role?: Role } = {}) => {
    const project = await someProject(database.db);
    const hash = createHash('sha256').update(hex(32)).digest();
    const key = { projectId: project.id, name: 'ci', hash, hint: 'br_abc', role: 'member', ...more } as const;
    return { project, hash, keyId: await keys.create(key) };
  };

  test.each(['reader', 'member', 'admin'] as const)('a key tells its project and the role %s', async (role) => {
    const { project, hash, keyId } = await someKey({ role });
    expect(await keys.find(hash)).toEqual({ projectId: project.id, role, keyId });
  });

  test('a key that is unknown, or of which only the beginning fits, is none', async () => {
    const { hash } = await someKey();
    expect(await keys.find(createHash('sha256').update(hex(32)).digest())).toBeUndefined();
    expect(await keys.find(hash.subarray(0, 16))).toBeUndefined();
    expect(await keys.find(Buffer.alloc(0))).toBeUndefined();
  });

  test('a key is good until it expires', async () => {
    const later = await someKey({ expiresAt: new Date(Date.now() + 3_600_000) });
    const before = await someKey({ expiresAt: new Date(Date.now() - 1000) });
    expect(await keys.find(later.hash)).toMatchObject({ keyId: later.keyId });
    expect(await keys.find(before.hash)).toBeUndefined();
  });

  test('a revoked key is none, at once and for good; its siblings stay', async () => {
    const [revoked, other] = [await someKey(), await someKey()];
    expect(await keys.find(revoked.hash)).toBeDefined();
    await keys.revoke(revoked.keyId);
    await keys.revoke(revoked.keyId);
    expect(await keys.find(revoked.hash)).toBeUndefined();
    expect(await keys.find(other.hash)).toBeDefined();
  });

  test('what was derived from a key finds it by its id, as long as it is good', async () => {
    const { project, hash, keyId } = await someKey();
    expect(await keys.get(keyId)).toEqual({
      keyId,
      projectId: project.id,
      role: 'member',
      name: 'ci',
      hint: 'br_abc',
      expiresAt: null,
      hash,
    });
    const expired = await someKey({ expiresAt: new Date(Date.now() - 1000) });
    expect(await keys.get(expired.keyId)).toBeUndefined();
    await keys.revoke(keyId);
    expect(await keys.get(keyId)).toBeUndefined();
    expect(await keys.get(crypto.randomUUID())).toBeUndefined();
  });

  test('its use is noted, once a minute at most', async () => {
    const { hash, keyId } = await someKey();
    const { db } = database;
    const lastUse = async (): Promise<Date | null | undefined> =>
      (await db.selectFrom('api_keys').where('id', '=', keyId).select('last_used_at').executeTakeFirst())?.last_used_at;
    expect(await lastUse()).toBeNull();
    const within = { within: 5, what: 'the use is noted' };
    await keys.find(hash);
    const first = await eventually(async () => (await lastUse()) ?? undefined, within);
    expect(first).toBeInstanceOf(Date);
    await keys.find(hash);
    expect(await lastUse()).toEqual(first);
    const longAgo = new Date(Date.now() - 61_000);
    await db.updateTable('api_keys').set({ last_used_at: longAgo }).where('id', '=', keyId).execute();
    await keys.find(hash);
    await eventually(async () => ((await lastUse())?.getTime() ?? 0) > longAgo.getTime(), within);
  });

  test('is replaced by one with the same rights, and goes on for the overlap', async () => {
    const { project, hash, keyId } = await someKey({ role: 'admin' });
    const next = { hash: createHash('sha256').update(hex(32)).digest(), hint: 'br_new' };
    const formerEndsAt = new Date(Date.now() + 3_600_000);
    const made = await keys.rotate(keyId, { ...next, formerEndsAt });
    expect(made).toMatchObject({ projectId: project.id, name: 'ci', role: 'admin', formerEndsAt });
    expect(await keys.find(next.hash)).toEqual({ projectId: project.id, role: 'admin', keyId: made?.keyId });
    expect(await keys.find(hash)).toBeDefined();
    expect(await keys.list(project.id)).toMatchObject([
      { id: made?.keyId, hint: 'br_new', expiresAt: null },
      { id: keyId, expiresAt: formerEndsAt },
    ]);
    const last = { hash: createHash('sha256').update(hex(32)).digest(), hint: 'br_last' };
    await keys.rotate(made?.keyId ?? '', { ...last, formerEndsAt: new Date() });
    expect([await keys.find(next.hash), await keys.find(last.hash)]).toEqual([undefined, expect.anything()]);
  });

  test('is not made to last longer, and one that has ended is not replaced', async () => {
    const soon = new Date(Date.now() + 60_000);
    const { hash, keyId, project } = await someKey({ expiresAt: soon });
    const next = () => ({ hash: createHash('sha256').update(hex(32)).digest(), hint: 'h' });
    const formerEndsAt = new Date(Date.now() + 3_600_000);
    expect((await keys.rotate(keyId, { ...next(), formerEndsAt }))?.formerEndsAt).toEqual(soon);
    const [made] = await keys.list(project.id);
    expect(Math.abs((made?.expiresAt?.getTime() ?? 0) - soon.getTime())).toBeLessThan(10_000);
    await keys.revoke(keyId);
    expect(await keys.rotate(keyId, { ...next(), formerEndsAt })).toBeUndefined();
    expect(await keys.find(hash)).toBeUndefined();
  });
});
