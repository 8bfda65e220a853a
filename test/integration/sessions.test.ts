import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { SessionView } from '../../shared/contracts/api.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { someReport } from '../support/samples.ts';

/** Sessions over HTTP: what their owner sees of them, and what ends with them. */

let installation: Installation;
let key: string;
let keyId: string;
beforeAll(async () => {
  installation = await startInstallation({ roles: [] });
  await createProjectStore(installation.db).ensure({ id: 'demo' });
});
afterAll(() => installation?.close());
beforeEach(async () => {
  const made = newApiKey();
  ({ key } = made);
  keyId = await createApiKeyStore(installation.db).create({
    projectId: 'demo',
    name: 'k',
    hash: made.hash,
    hint: made.hint,
    role: 'reader',
  });
});

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
async function signIn(userAgent = firefox): Promise<string> {
  const answer = await fetch(`${installation.apiUrl}/v1/session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, origin: installation.apiUrl, 'user-agent': userAgent },
  });
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
}
function ask(cookie: string, path: string, method = 'GET') {
  return fetch(installation.apiUrl + path, { method, headers: { cookie, origin: installation.apiUrl } });
}
async function list(cookie: string): Promise<SessionView[]> {
  return ((await (await ask(cookie, '/v1/sessions')).json()) as { sessions: SessionView[] }).sessions;
}

describe('sessions', () => {
  test('are told to their owner, with browser and address, and never a hash or a token', async () => {
    const [mine, other] = [await signIn(), await signIn('curl/8')];
    const found = await list(mine);
    expect(found).toHaveLength(2);
    expect(found.find(({ isCurrent }) => isCurrent)).toMatchObject({ browser: 'Firefox, Linux', address: '127.0.0.1' });
    expect(found.find(({ isCurrent }) => !isCurrent)).toMatchObject({ browser: null });
    expect(JSON.stringify(found)).not.toContain('brs_');
    expect((await list(other)).find(({ isCurrent }) => isCurrent)?.browser).toBeNull();
  });

  test('are ended one by one and all others at once, which stands in the audit log', async () => {
    const [mine, second, third] = [await signIn(), await signIn(), await signIn()];
    const secondId = (await list(second)).find(({ isCurrent }) => isCurrent)?.id;
    expect((await ask(mine, `/v1/sessions/${secondId}`, 'DELETE')).status).toBe(204);
    expect((await ask(second, '/v1/self')).status).toBe(401);
    expect((await ask(mine, `/v1/sessions/${secondId}`, 'DELETE')).status).toBe(404);
    expect(await (await ask(mine, '/v1/sessions', 'DELETE')).json()).toEqual({ ended: 1 });
    expect([(await ask(third, '/v1/self')).status, (await ask(mine, '/v1/self')).status]).toEqual([401, 200]);
    const entries = await installation.db
      .selectFrom('audit_log')
      .where('key_id', '=', keyId)
      .orderBy('id')
      .select(['action', 'image_id', 'details'])
      .execute();
    expect(entries).toEqual([
      { action: 'session.end', image_id: null, details: { session: secondId } },
      { action: 'session.end', image_id: null, details: {} },
    ]);
  });

  test('leave nothing in the cache of a browser that signs out', async () => {
    const left = await ask(await signIn(), '/v1/session', 'DELETE');
    expect([left.status, left.headers.get('clear-site-data')]).toEqual([204, '"cache"']);
  });

  test('of another key are not there', async () => {
    const theirs = await signIn();
    const id = (await list(theirs))[0]?.id;
    const made = newApiKey();
    ({ key } = made);
    await createApiKeyStore(installation.db).create({
      projectId: 'demo',
      name: 'two',
      hash: made.hash,
      hint: made.hint,
      role: 'admin',
    });
    const mine = await signIn();
    expect((await list(mine)).map((each) => each.id)).not.toContain(id);
    expect((await ask(mine, `/v1/sessions/${id}`, 'DELETE')).status).toBe(404);
    await ask(mine, '/v1/sessions', 'DELETE');
    expect((await ask(theirs, '/v1/self')).status).toBe(200);
  });

  const setLastUse = (minutesAgo: number) =>
    installation.db
      .updateTable('sessions')
      .set({ last_used_at: new Date(Date.now() - minutesAgo * 60_000) })
      .where('key_id', '=', keyId)
      .execute();

  test('are used by requests, which is noted, and not by a stream that is only open', async () => {
    const cookie = await signIn();
    await setLastUse(30);
    await ask(cookie, '/v1/self');
    const ago = async () => Date.now() - Date.parse((await list(cookie))[0]?.lastUsedAt ?? '');
    await eventually(async () => (await ago()) < 60_000, { within: 5, what: 'the use is noted' });
    const open = await ask(cookie, '/v1/images/stream');
    await setLastUse(30);
    // Two looks of the stream at its session.
    await new Promise((resolve) => setTimeout(resolve, 17_000));
    const row = await installation.db
      .selectFrom('sessions')
      .where('key_id', '=', keyId)
      .select('last_used_at')
      .executeTakeFirstOrThrow();
    expect(Date.now() - row.last_used_at.getTime()).toBeGreaterThan(29 * 60_000);
    await open.body?.cancel();
  }, 40_000);

  const expire = () =>
    installation.db
      .updateTable('sessions')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('key_id', '=', keyId)
      .execute();

  test.each([
    [
      'is ended by its owner',
      async (id: string, other: string) => void (await ask(other, `/v1/sessions/${id}`, 'DELETE')),
    ],
    ['was not used for the idle time', async () => void (await setLastUse(61))],
    ['has reached its end', async () => void (await expire())],
  ])(
    'a stream and a download end within ten seconds when their session %s',
    async (_why, endIt) => {
      const [cookie, other] = [await signIn(), await signIn()];
      const id = (await list(cookie)).find(({ isCurrent }) => isCurrent)?.id ?? '';
      const stream = await ask(cookie, '/v1/images/stream');
      expect(stream.status).toBe(200);
      const { imageId } = await largeEvidence();
      const download = await ask(cookie, `/v1/images/${imageId}/runs/1/evidence/serial.log`);
      expect(download.status).toBe(200);
      await endIt(id, other);
      const from = Date.now();
      for await (const _chunk of stream.body ?? []);
      expect(Date.now() - from).toBeLessThan(10_000);
      expect((await ask(cookie, '/v1/self')).status).toBe(401);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 9500 - (Date.now() - from))));
      expect(await bytesLeft(download)).toBeLessThan(large);
    },
    30_000,
  );
});

describe('shares', () => {
  test('a stream and downloads of a member end within ten seconds of the share', async () => {
    const { imageId } = await largeEvidence('owner');
    const share = () =>
      installation.db
        .insertInto('image_members')
        .values({ image_id: imageId, member_id: 'demo', status: 'accepted' })
        .execute();
    await share();
    const cookie = await signIn();
    const stream = await ask(cookie, `/v1/images/${imageId}/stream`);
    const evidence = await ask(cookie, `/v1/images/${imageId}/runs/1/evidence/serial.log`);
    const data = await fetch(`${installation.apiUrl}/image/v2/images/${imageId}/file`, {
      headers: { 'x-auth-token': key },
    });
    expect([stream.status, evidence.status, data.status]).toEqual([200, 200, 200]);
    await installation.db.deleteFrom('image_members').where('image_id', '=', imageId).execute();
    const from = Date.now();
    for await (const _chunk of stream.body ?? []);
    expect(Date.now() - from).toBeLessThan(10_000);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 9500 - (Date.now() - from))));
    expect(await bytesLeft(evidence)).toBeLessThan(large);
    expect(await bytesLeft(data)).toBeLessThan(large);
  }, 40_000);
});

/** Far more than sockets hold. */
const large = 64 * 1024 ** 2;

/** A published image whose bytes and console log are so large that nobody has them at once. */
async function largeEvidence(projectId = 'demo'): Promise<{ imageId: string }> {
  const { db, s3 } = installation;
  await createProjectStore(db).ensure({ id: projectId });
  const { id: imageId } = await db
    .insertInto('images')
    .values({
      project_id: projectId,
      name: 'large',
      visibility: 'shared',
      status: 'active',
      settings: '{}',
      properties: '{}',
      upload_bucket: 'uploads',
      upload_key: `${projectId}/${crypto.randomUUID()}`,
      upload_size: large,
      upload_etag: 'e',
      disk_format: 'raw',
      container_format: 'bare',
      size: large,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id: runId } = await db
    .insertInto('runs')
    .values({ image_id: imageId, number: 1, status: 'published', workflow_id: `image-${imageId}-run-1` })
    .returning('id')
    .executeTakeFirstOrThrow();
  const where = { bucket: 'images', key: `large/${imageId}` };
  await s3.putObject(where.bucket, where.key, Buffer.alloc(large), large);
  const boot = { firmware: 'bios', accelerator: 'tcg', seconds: 1, serialLog: where } as never;
  const report = someReport({ imageId, runId }, 'publish', { boot });
  await db
    .updateTable('runs')
    .set({ report: JSON.stringify(report) as never })
    .where('id', '=', runId)
    .execute();
  await db
    .insertInto('publications')
    .values({
      image_id: imageId,
      run_id: runId,
      fence: 1,
      ...where,
      format: 'raw',
      size: large,
      sha256: '0'.repeat(64),
    })
    .execute();
  return { imageId };
}

/** What still comes until the connection ends. */
async function bytesLeft(answer: Response): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of answer.body ?? []) bytes += chunk.length;
  } catch {
    // Cut off, as it should be.
  }
  return bytes;
}
