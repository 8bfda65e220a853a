import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { createSessionStore } from '../../adapters/database/session-store.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import type { NewUserSession, SessionStore } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { hex, someProject } from '../support/samples.ts';

/** What the port promises, on a real Postgres. What comes of it for browsers is in test/integration. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let sessions: SessionStore;
beforeAll(async () => {
  database = await freshDatabase();
  sessions = createSessionStore(database.db);
});
afterAll(() => database?.drop());

function inMs(ms: number): Date {
  return new Date(Date.now() + ms);
}
const aboutNow = 1000;

async function someUser(more: Partial<NewUserSession> = {}, expiresAt = inMs(3600_000)) {
  const { id: projectId } = await someProject(database.db);
  const hash = randomBytes(32);
  const grant = { name: 'Ada', projects: [projectId, 'second'], role: 'member', encrypted: Buffer.from('s') } as const;
  const user: NewUserSession = { ...grant, subject: 'u-1', projectId, renewAt: inMs(-aboutNow), ...more };
  await sessions.create({ hash, expiresAt, user });
  return { hash, user, projectId };
}

describe('sessions', () => {
  test('of a key end with it', async () => {
    const { id: projectId } = await someProject(database.db);
    const keys = createApiKeyStore(database.db);
    const key = { projectId, name: 'k', hash: randomBytes(32), hint: hex(4), role: 'reader' } as const;
    const keyId = await keys.create(key);
    const hash = randomBytes(32);
    await sessions.create({ hash, keyId, expiresAt: inMs(3600_000) });
    const identity = { projectId, role: 'reader', keyId };
    expect(await sessions.find(hash)).toEqual({ identity, renewalDue: false, useDue: false });
    await keys.revoke(keyId);
    expect(await sessions.find(hash)).toBeUndefined();
  });

  test('of one owner are so many at most: with one more, the one that was not used for longest ends', async () => {
    const { most } = requestLimits.sessions;
    const { id: projectId } = await someProject(database.db);
    const keys = createApiKeyStore(database.db);
    const makeKey = () => keys.create({ projectId, name: 'k', hash: randomBytes(32), hint: hex(4), role: 'reader' });
    const [keyId, another] = [await makeKey(), await makeKey()];
    const [others, idle, used] = Array.from({ length: 3 }, () => randomBytes(32)) as [Buffer, Buffer, Buffer];
    await sessions.create({ hash: others, keyId: another, expiresAt: inMs(3600_000) });
    for (const hash of [used, idle]) await sessions.create({ hash, keyId, expiresAt: inMs(3600_000) });
    await sql`update sessions set last_used_at = now() - interval '10 minutes' where hash = ${idle}`.execute(
      database.db,
    );
    for (let count = 2; count < most; count++) {
      await sessions.create({ hash: randomBytes(32), keyId, expiresAt: inMs(3600_000) });
    }
    expect(await sessions.find(idle)).toBeDefined();
    await sessions.create({ hash: randomBytes(32), keyId, expiresAt: inMs(3600_000) });
    expect(await sessions.list({ keyId })).toHaveLength(most);
    expect(await sessions.find(idle)).toBeUndefined();
    for (const hash of [used, others]) expect(await sessions.find(hash)).toBeDefined();
  });

  test('of a user tell who it is; they are over after their time, or when they are removed', async () => {
    const { hash, projectId } = await someUser({ renewAt: inMs(60_000) });
    const user = { subject: 'u-1', name: 'Ada', projects: [projectId, 'second'] };
    const identity = { projectId, role: 'member', user };
    expect(await sessions.find(hash)).toEqual({ identity, renewalDue: false, useDue: false });
    expect(await sessions.remove(hash)).toEqual(Buffer.from('s'));
    expect(await sessions.find(hash)).toBeUndefined();
    expect(await sessions.remove(hash)).toBeUndefined();
    const past = await someUser({}, inMs(-aboutNow));
    expect(await sessions.find(past.hash)).toBeUndefined();
  });

  test('of a user end with the project', async () => {
    const { hash, projectId } = await someUser();
    await database.db.deleteFrom('projects').where('id', '=', projectId).execute();
    expect(await sessions.find(hash)).toBeUndefined();
  });

  test('are moved to another project alone', async () => {
    const [one, other] = [await someUser(), await someUser()];
    const { id } = await someProject(database.db);
    await sessions.chooseProject(one.hash, id);
    expect((await sessions.find(one.hash))?.identity.projectId).toBe(id);
    expect((await sessions.find(other.hash))?.identity.projectId).toBe(other.projectId);
  });

  test('that are due are renewed by one asker of many; one that came to nothing lets the next try', async () => {
    const { hash, user } = await someUser();
    expect((await sessions.find(hash))?.renewalDue).toBe(true);
    const claimAll = async () => {
      const claims = await Promise.all(Array.from({ length: 8 }, () => sessions.claimRenewal(hash)));
      return claims.filter((claim) => claim !== undefined);
    };
    expect(await claimAll()).toEqual([user.encrypted]);
    expect(await claimAll()).toEqual([]);
    await sessions.settleRenewal(hash);
    expect(await claimAll()).toHaveLength(1);
    const grant = {
      ...user,
      role: 'reader',
      name: 'Ada L.',
      encrypted: Buffer.from('t'),
      renewAt: inMs(60_000),
    } as const;
    await sessions.settleRenewal(hash, grant);
    expect(await sessions.find(hash)).toMatchObject({
      identity: { role: 'reader', user: { name: 'Ada L.' } },
      renewalDue: false,
    });
    expect(await claimAll()).toEqual([]);
    expect(await sessions.remove(hash)).toEqual(Buffer.from('t'));
  });

  test('whose asker is gone are asked about again after half a minute', async () => {
    const { hash, user } = await someUser();
    await sessions.claimRenewal(hash);
    await database.db
      .updateTable('sessions')
      .set({ renewing_until: inMs(-aboutNow) })
      .where('hash', '=', hash)
      .execute();
    expect(await sessions.claimRenewal(hash)).toEqual(user.encrypted);
  });

  test('are of a key or of a user, and never of both or of neither', async () => {
    const { hash } = await someUser();
    const set = (values: object) => database.db.updateTable('sessions').set(values).where('hash', '=', hash).execute();
    await expect(set({ role: null })).rejects.toThrow(/sessions_key_or_user/);
    await expect(set({ key_id: crypto.randomUUID() })).rejects.toThrow();
  });

  test('are over when they were not used for the idle time; use is noted once a minute', async () => {
    const { hash } = await someUser({ renewAt: null });
    const usedAgo = async (seconds: number): Promise<void> => {
      await database.db
        .updateTable('sessions')
        .set({ last_used_at: inMs(-seconds * 1000) })
        .where('hash', '=', hash)
        .execute();
    };
    const lastUsed = async (): Promise<number> => {
      const [known] = await sessions.list({ subject: 'idle' });
      return Date.now() - (known?.lastUsedAt.getTime() ?? Number.NaN);
    };
    await database.db.updateTable('sessions').set({ subject: 'idle' }).where('hash', '=', hash).execute();
    await usedAgo(50);
    expect((await sessions.find(hash))?.useDue).toBe(false);
    await sessions.noteUse(hash, '192.0.2.1');
    expect(await lastUsed()).toBeGreaterThan(45_000);
    await usedAgo(90);
    expect((await sessions.find(hash))?.useDue).toBe(true);
    await sessions.noteUse(hash, '192.0.2.1');
    expect(await lastUsed()).toBeLessThan(10_000);
    expect(await sessions.list({ subject: 'idle' })).toMatchObject([{ address: '192.0.2.1' }]);
    await usedAgo(3590);
    expect(await sessions.find(hash)).toBeDefined();
    await usedAgo(3610);
    expect(await sessions.find(hash)).toBeUndefined();
    expect(await sessions.list({ subject: 'idle' })).toEqual([]);
    // What is over does not come back by being used.
    await sessions.noteUse(hash, '192.0.2.1');
    expect(await sessions.find(hash)).toBeUndefined();
    const brief = createSessionStore(database.db, { idleSeconds: 7200 });
    expect(await brief.find(hash)).toBeDefined();
  });

  test('are listed and ended by their owner alone', async () => {
    const [one, two, other] = [
      await someUser({ subject: 'lister' }),
      await someUser({ subject: 'lister' }),
      await someUser({ subject: 'other' }),
    ];
    const mine = { subject: 'lister' };
    const ids = async (owner: { subject: string }) => (await sessions.list(owner)).map(({ id }) => id);
    expect(await ids(mine)).toHaveLength(2);
    const [foreign] = await ids({ subject: 'other' });
    expect(await sessions.end(foreign as string, mine)).toBe(false);
    expect(await sessions.endOthers(mine, one.hash)).toBe(1);
    expect([await sessions.find(one.hash), await sessions.find(two.hash)]).toEqual([expect.anything(), undefined]);
    const [left] = await ids(mine);
    expect(await sessions.end(left as string, mine)).toBe(true);
    expect(await sessions.find(one.hash)).toBeUndefined();
    expect(await sessions.find(other.hash)).toBeDefined();
  });
});
