import { connect, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { archive, member } from '../hostile/formats/bent-archives.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type Stalled, stallAt } from '../support/stalled.ts';

/** What one client can do to an API process, and that its neighbours are still served. No worker runs. */

let installation: Installation;
const keys: Record<string, { id: string; key: string }> = {};
const sockets: Socket[] = [];

beforeAll(async () => {
  installation = await startInstallation({ roles: [], env: { API_UPLOAD_MEMORY: String(40 * 1024 ** 2) } });
  const { db } = installation;
  for (const id of ['other', 'busy']) await createProjectStore(db).ensure({ id });
  for (const [name, projectId] of [
    ['member', 'demo'],
    ['follower', 'demo'],
    ['neighbour', 'other'],
    ['busy', 'busy'],
  ] as const) {
    const { key, hash, hint } = newApiKey();
    const id = await createApiKeyStore(db).create({ projectId, name, hash, hint, role: 'member' });
    keys[name] = { id, key };
  }
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await installation?.close();
});

function call(who: string, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(installation.apiUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${keys[who]?.key}`,
      'x-auth-token': keys[who]?.key ?? '',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function newImage(who = 'member', properties: Record<string, string> = {}): Promise<string> {
  const body = { name: 'x', disk_format: 'raw', container_format: 'bare', ...properties };
  const made = await call(who, 'POST', '/image/v2/images', body);
  expect(made.status).toBe(201);
  return ((await made.json()) as { id: string }).id;
}

function stall(text: string): Stalled {
  return stallAt(installation.apiUrl, text, sockets);
}

function stageHead(id: string, who: string): string {
  return `PUT /image/v2/images/${id}/stage HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${keys[who]?.key}\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n`;
}

describe('lists (H5)', () => {
  test('thousands of sort keys are refused, with and without a marker', async () => {
    const marker = await newImage();
    for (const count of [9, 600, 2500]) {
      const sort = Array(count).fill('name').join(',');
      const answer = await call('member', 'GET', `/image/v2/images?marker=${marker}&sort=${sort}`);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('at most 8 sort keys');
    }
    const long = await call('member', 'GET', `/image/v2/images?sort=${'name,'.repeat(10_000)}`);
    expect(long.status).toBe(431);
    expect((await fetch(`${installation.apiUrl}/livez`)).status).toBe(200);
  });

  test('an image holds few bytes of properties, and a page of such images is short (M4)', async () => {
    const most = requestLimits.propertyBytes.most;
    const fat = { a: 'x'.repeat(60_000), b: 'x'.repeat(60_000) };
    const made: string[] = [];
    for (let count = 0; count < 40; count++) made.push(await newImage('neighbour', fat));
    const more = await call('neighbour', 'POST', '/image/v2/images', { name: 'x', ...fat, c: 'x'.repeat(60_000) });
    expect(more.status).toBe(413);
    expect(await more.text()).toContain('128 KiB of properties');
    expect(120_000).toBeLessThan(most);

    const seen: string[] = [];
    for (let path: string | undefined = '/image/v2/images?limit=1000'; path !== undefined; ) {
      const answer = await call('neighbour', 'GET', path);
      const text = await answer.text();
      expect(text.length).toBeLessThan(2 * requestLimits.pageBytes.most);
      const page = JSON.parse(text) as { images: { id: string }[]; next?: string };
      seen.push(...page.images.map(({ id }) => id));
      path = page.next && `/image${page.next}`;
    }
    expect(seen.toSorted()).toEqual(made.toSorted());

    const own: string[] = [];
    for (let after = ''; ; ) {
      const answer = await call('neighbour', 'GET', `/v1/images?limit=500${after}`);
      const page = (await answer.json()) as { images: { id: string }[]; next?: string };
      own.push(...page.images.map(({ id }) => id));
      if (!page.next) break;
      after = `&after=${page.next}`;
    }
    expect(own.toSorted()).toEqual(made.toSorted());
  });
});

test('fifteen hundred requests for one large record neither end the process nor keep a neighbour waiting, even when their clients go', async () => {
  const id = await newImage('busy', { a: '\u0001'.repeat(65_000), b: '\u0001'.repeat(65_000) });
  const { hostname, port } = new URL(installation.apiUrl);
  for (const path of [`/image/v2/images/${id}`, `/image/v2/images/${id}/tasks`, `/v1/images/${id}/members`]) {
    const theirs = Array.from({ length: 1500 }, () => {
      const socket = connect(Number(port), hostname, () => {
        const key = keys.busy?.key;
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${key}\r\nAuthorization: Bearer ${key}\r\n\r\n`);
      });
      socket.on('error', () => undefined);
      socket.resume();
      return socket;
    });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const started = performance.now();
    expect((await call('neighbour', 'GET', '/v1/self')).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const socket of theirs) socket.destroy();
  }
  await eventually(async () => (await call('busy', 'GET', '/v1/self')).ok, {
    within: 30,
    what: 'they have their turns',
  });
  expect(installation.api.child.exitCode ?? installation.api.child.signalCode).toBeNull();
});

test('images of one project that take long to check keep no other from its turn', async () => {
  // Each member is looked at on its own: many reads of the store for a few kilobytes.
  const members = Array.from({ length: 60 }, (_, index) => member({ name: `${index}` }, 'x'));
  const slow = archive(...members);
  const send = async (who: string, bytes: Buffer): Promise<number> => {
    const id = await newImage(who);
    const answer = await fetch(`${installation.apiUrl}/image/v2/images/${id}/file`, {
      method: 'PUT',
      headers: { 'x-auth-token': keys[who]?.key ?? '', 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    });
    await answer.text();
    return answer.status;
  };
  let over = 0;
  const theirs = Array.from({ length: 16 }, () => send('busy', slow).finally(() => over++));
  await eventually(async () => over > 0, { within: 60, what: 'the first of them is checked' });
  expect(await send('neighbour', Buffer.from('some bytes'))).toBe(204);
  // Four are checked at once. Behind all of them, it would begin when twelve are over.
  expect(over).toBeLessThan(12);
  // Each was read whole, and refused for its many disks.
  expect(new Set(await Promise.all(theirs))).toEqual(new Set([415]));
});

/** How many answers others get while a neighbour waits for its list, and always have forty requests under way; seven times, the fewest first. */
async function answersBefore(request: () => Promise<void>): Promise<number[]> {
  let enough = false;
  let answered = 0;
  const theirs = Array.from({ length: 40 }, async () => {
    while (!enough) {
      await request();
      answered++;
    }
  });
  const counts: number[] = [];
  for (let round = 0; round < 7; round++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = answered;
    expect((await call('neighbour', 'GET', '/v1/images')).status).toBe(200);
    counts.push(answered - before);
  }
  enough = true;
  await Promise.all(theirs);
  return counts.sort((a, b) => a - b);
}

test('full records of an image with many runs keep no other from its answers', async () => {
  const imageId = await newImage('busy');
  const finding = {
    ...{ step: 'inspect', severity: 'warning', outcome: 'warn', code: 'ova-file-missing', check: 'format' },
    ...{ title: 't'.repeat(30), message: 'm'.repeat(120), remedy: 'r'.repeat(120), params: { file: 'a' } },
  };
  const report = {
    ...{ schema: 'bootready.report/v1', verdict: 'reject', layers: [], tools: {}, imageId, runId: imageId },
    upload: { bucket: 'u', key: 'k', etag: 'e', size: 5 },
    findings: Array.from({ length: 60 }, () => finding),
  };
  const runs = Array.from({ length: requestLimits.runs.most }, (_, index) => ({
    ...{ image_id: imageId, number: index + 1, workflow_id: `${imageId}-${index}` },
    ...{ status: 'rejected' as const, report: JSON.stringify(report), finished_at: new Date() },
  }));
  await installation.db
    .insertInto('runs')
    .values(runs as never)
    .execute();
  const before = await answersBefore(async () => {
    const answer = await call('busy', 'GET', `/v1/images/${imageId}`);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  });
  expect(before[3]).toBeLessThan(8);
});

test('reports with their screen keep no other from its answers', async () => {
  const imageId = await newImage('busy');
  const screen = { bucket: 'images', key: `busy/${imageId}/evidence/1/screen.png` };
  await installation.s3.putObject(screen.bucket, screen.key, Buffer.alloc(2 * 1024 ** 2, 7));
  const report = {
    ...{ schema: 'bootready.report/v1', verdict: 'reject', layers: [], findings: [], tools: {} },
    ...{ imageId, runId: imageId, upload: { bucket: 'u', key: 'k', etag: 'e', size: 5 } },
    boot: { accelerator: 'tcg', firmware: 'bios', seconds: 1, serialLog: screen, screen },
  };
  const run = {
    ...{ image_id: imageId, number: 1, workflow_id: `${imageId}-1` },
    ...{ status: 'rejected' as const, report: JSON.stringify(report), finished_at: new Date() },
  };
  await installation.db
    .insertInto('runs')
    .values(run as never)
    .execute();
  const before = await answersBefore(async () => {
    const answer = await call('busy', 'GET', `/v1/images/${imageId}/runs/1/report?as=html`);
    expect(answer.status).toBe(200);
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(2 * 1024 ** 2);
  });
  expect(before[3]).toBeLessThan(8);
});

describe('webhooks', () => {
  const create = (url: string) => call('neighbour', 'POST', '/v1/webhooks', { url });

  test('have short URLs: a list of long ones took the memory of the process', async () => {
    const long = (length: number) => 'https://example.org/'.padEnd(length, 'x');
    const refused = await create(long(requestLimits.webhookUrlBytes.most + 1));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('A webhook has at most 2.0 KiB of URL.');
    expect((await create(long(requestLimits.webhookUrlBytes.most))).status).toBe(201);
  });

  test.each(['\0', '\ud800', ' '])('have no %j in their URLs', async (odd) => {
    expect((await create(`https://example.org/a${odd}b`)).status).toBe(400);
  });
});

test('an address with a zero byte is refused, whatever it names', async () => {
  const image = await newImage('neighbour');
  for (const [method, path] of [
    ...['name', 'text', 'search'].map((filter) => ['GET', `/v1/images?${filter}=a%00b`] as const),
    ['POST', `/v1/images/${image}/deliveries/a%00b/cancel`],
    ['DELETE', `/image/v2/images/${image}/members/a%00b`],
    ['DELETE', `/image/v2/images/${image}/tags/a%00b`],
  ] as const) {
    const answer = await call('neighbour', method, path);
    expect([path, answer.status]).toEqual([path, 400]);
    expect(await answer.text()).toContain('zero byte');
  }
});

test('image data is checked as the format that the image has when its reception begins', async () => {
  const imageId = await newImage('neighbour');
  const disk = Buffer.alloc(1024 ** 2);
  disk.writeUInt16LE(0xaa55, 510);
  const changed = await installation.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{
      pid: number;
    }>`select pg_backend_pid() as pid from images where id = ${imageId} for update`.execute(trx);
    // It has read that the image is raw, and waits for this transaction.
    const sent = fetch(`${installation.apiUrl}/image/v2/images/${imageId}/file`, {
      method: 'PUT',
      headers: { 'x-auth-token': keys.neighbour?.key ?? '', 'content-type': 'application/octet-stream' },
      body: disk,
    });
    const isWaiting = async () => {
      const found =
        await sql`select from pg_stat_activity where ${rows[0]?.pid}::int = any(pg_blocking_pids(pid))`.execute(
          installation.db,
        );
      return found.rows.length > 0;
    };
    await eventually(isWaiting, { within: 20, what: 'the reception waits for the image' });
    await trx.updateTable('images').set({ disk_format: 'qcow2' }).where('id', '=', imageId).execute();
    return { sent };
  });
  expect((await changed.sent).status).toBe(415);
});

test('image data takes memory that is there, and a project gets half of it at most (M1)', async () => {
  const images = await Promise.all(Array.from({ length: 3 }, () => newImage('follower')));
  const [first, second, third] = images as [string, string, string];
  const stalled = [first, second].map((id) => stall(`${stageHead(id, 'follower')}5\r\nhello\r\n`));
  const isReceived = async (id: string): Promise<boolean> => {
    const image = (await (await call('follower', 'GET', `/image/v2/images/${id}`)).json()) as { status: string };
    return image.status === 'uploading';
  };
  await eventually(async () => (await isReceived(first)) && (await isReceived(second)), {
    within: 10,
    what: 'both send',
  });
  const put = (who: string, id: string) =>
    fetch(`${installation.apiUrl}/image/v2/images/${id}/stage`, {
      method: 'PUT',
      headers: { 'x-auth-token': keys[who]?.key ?? '', 'content-type': 'application/octet-stream' },
      body: Buffer.from('bytes'),
    });
  const refused = stall(`${stageHead(third, 'follower')}5\r\nhello\r\n`);
  await eventually(async () => refused.answer().includes('503'), { within: 10, what: 'the third is refused' });
  // What says that it is small, and whoever else sends, finds room.
  expect((await put('neighbour', await newImage('neighbour'))).status).toBe(204);
  expect(stalled.every(({ isOpen }) => isOpen())).toBe(true);
});

test('links to parts are for the bytes that were promised (M2)', async () => {
  const made = await call('neighbour', 'POST', '/v1/images', { name: 'one byte' });
  const { id } = (await made.json()) as { id: string };
  expect((await call('neighbour', 'POST', `/v1/images/${id}/upload`, { size: 1 })).status).toBe(200);
  const sign = (partNumbers: number[]) => call('neighbour', 'POST', `/v1/images/${id}/upload/parts`, { partNumbers });
  for (const beyond of [[2], [1, 10_000]]) expect((await sign(beyond)).status).toBe(400);
  const [link] = ((await (await sign([1])).json()) as { parts: { url: string }[] }).parts;
  const put = (length: number) => fetch(link?.url ?? '', { method: 'PUT', body: new Uint8Array(length) });
  // The store may refuse by ending the connection.
  const tooMuch = await put(64 * 1024 ** 2).then(
    ({ status }) => status,
    () => 403,
  );
  expect(tooMuch).toBe(403);
  expect((await put(1)).status).toBe(200);
  expect((await call('neighbour', 'POST', `/v1/images/${id}/upload/complete`, { size: 2 })).status).toBe(409);
  expect((await call('neighbour', 'POST', `/v1/images/${id}/upload/complete`, { size: 1 })).status).toBe(200);
});

test('an upload that is opened again for less begins anew: nothing lies in the store that nobody counts (M2)', async () => {
  const { id } = (await (await call('neighbour', 'POST', '/v1/images', { name: 'shrinks' })).json()) as { id: string };
  const open = (size: number) => call('neighbour', 'POST', `/v1/images/${id}/upload`, { size });
  const size = 9 * 1024 ** 2;
  expect((await open(size)).status).toBe(200);
  const signed = await call('neighbour', 'POST', `/v1/images/${id}/upload/parts`, { partNumbers: [1, 2] });
  const { parts } = (await signed.json()) as { parts: { url: string }[] };
  const [first, second] = parts;
  expect((await fetch(first?.url ?? '', { method: 'PUT', body: new Uint8Array(8 * 1024 ** 2) })).status).toBe(200);
  // The same size goes on, and the same store says what is there.
  expect(await (await open(size)).json()).toMatchObject({ parts: [{ partNumber: 1 }] });
  expect(await (await open(1)).json()).toMatchObject({ parts: [] });
  const late = await fetch(second?.url ?? '', { method: 'PUT', body: new Uint8Array(1024 ** 2) });
  expect(late.status).toBe(404);
  const left: unknown[] = [];
  for await (const each of installation.s3.listIncompleteUploads('uploads', `other/${id}`, true)) left.push(each);
  expect(left).toMatchObject([{ size: 0 }]);
});

test('what was staged by the Image API gets no links', async () => {
  const id = await newImage('neighbour');
  const staged = await fetch(`${installation.apiUrl}/image/v2/images/${id}/stage`, {
    method: 'PUT',
    headers: { 'x-auth-token': keys.neighbour?.key ?? '', 'content-type': 'application/octet-stream' },
    body: Buffer.from('bytes'),
  });
  expect(staged.status).toBe(204);
  const path = `/v1/images/${id}/upload`;
  expect((await call('neighbour', 'POST', `${path}/parts`, { partNumbers: [1] })).status).toBe(409);
  expect((await call('neighbour', 'DELETE', path)).status).toBe(409);
  expect((await call('neighbour', 'POST', path, { size: 1 })).status).toBe(409);
});

describe('event streams (M3)', () => {
  const follow = async (who: string): Promise<{ ended: () => boolean; status: number }> => {
    const leaving = new AbortController();
    const answer = await fetch(`${installation.apiUrl}/v1/images/stream`, {
      headers: { authorization: `Bearer ${keys[who]?.key}` },
      signal: leaving.signal,
    });
    let ended = false;
    void (async () => {
      for await (const _chunk of answer.body as ReadableStream<Uint8Array>);
      ended = true;
    })().catch(() => undefined);
    return { ended: () => ended, status: answer.status };
  };

  test('a key has some at once, and they end within ten seconds of their key', async () => {
    const open = await Promise.all(Array.from({ length: requestLimits.streamsPerKey.most }, () => follow('follower')));
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    const refused = await follow('follower');
    expect(refused.status).toBe(429);
    const neighbours = await follow('neighbour');
    await createApiKeyStore(installation.db).revoke(keys.follower?.id ?? '');
    await eventually(async () => open.every(({ ended }) => ended()), { within: 10, what: 'all have ended' });
    expect(neighbours.ended()).toBe(false);
  });
});

test('a long export of the audit log ends within ten seconds of its key', async () => {
  const { key, hash, hint } = newApiKey();
  const store = createApiKeyStore(installation.db);
  const id = await store.create({ projectId: 'demo', name: 'auditor', hash, hint, role: 'admin' });
  const rows = 40_000;
  await sql`insert into audit_log (action, actor, details)
    select 'image.create', 'test', jsonb_build_object('name', repeat('x', 255)) from generate_series(1, ${rows})`.execute(
    installation.db,
  );
  const answer = await fetch(`${installation.apiUrl}/v1/audit-log/export`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(answer.status).toBe(200);
  await store.revoke(id);
  const revoked = performance.now();
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      bytes += chunk.length;
      // Slowly, until it must have ended: then what is on its way comes, and the end.
      if (performance.now() - revoked < 12_000) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  await expect(read()).rejects.toThrow();
  expect(bytes).toBeLessThan(rows * 255);
});

describe('storage notifications (L1)', () => {
  const record = (key: string, more: object = {}) => ({
    eventName: 's3:ObjectCreated:Put',
    eventTime: '2026-01-01T00:00:00Z',
    s3: { bucket: { name: 'uploads' }, object: { key, size: 0, eTag: '"e"', sequencer: '1' } },
    ...more,
  });
  const secret = () => installation.env.EVENTS_SECRET as string;
  const post = (path: string, body: unknown) =>
    fetch(installation.apiUrl + path, { method: 'POST', body: JSON.stringify(body) });

  test('a wrong secret is refused before the body is read', async () => {
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{`;
    const wrong = stall(head('/events/s3/a/wrong'));
    await eventually(async () => wrong.answer().includes('401'), { within: 5, what: 'it is refused' });
    await eventually(async () => !wrong.isOpen(), { within: 15, what: 'its connection ends' });
  });

  test('nine thousand guesses in one body are none', async () => {
    const guesses = Array.from({ length: 9000 }, (_, index) => ({ opaqueData: `guess ${index}` }));
    const answer = await post('/events/s3/ceph', { Records: [...guesses, { opaqueData: secret() }] });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('8 secrets');
  });

  test('keys that no store can have are refused, and their neighbours are stored', async () => {
    const records = [record('demo/sound-1'), record('demo/nul\0'), record('demo/half\ud800'), record('demo/sound-2')];
    const answer = await post(`/events/s3/a/${secret()}`, { Records: records });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('2 of the records');
    const stored = await installation.db
      .selectFrom('upload_events')
      .select('key')
      .where('key', 'like', 'demo/%')
      .orderBy('key')
      .execute();
    expect(stored.map(({ key }) => key)).toEqual(['demo/sound-1', 'demo/sound-2']);
  });

  test('what else a record holds is kept without the secret', async () => {
    const odd = record('demo/odd', { opaqueData: secret(), note: 'a\0b\udc00' });
    expect((await post('/events/s3/ceph', { Records: [odd] })).status).toBe(200);
    const row = await installation.db
      .selectFrom('upload_events')
      .select('raw')
      .where('key', '=', 'demo/odd')
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row.raw)).not.toContain(secret());
    expect(row.raw).toMatchObject({ note: 'a\u{fffd}b\u{fffd}' });
  });
});
