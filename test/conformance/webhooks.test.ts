import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Webhook as Verifier, WebhookVerificationError } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { createWebhookStore } from '../../adapters/database/webhook-store.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { Postponed } from '../../shared/ports/postponed.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { Webhook, WebhookStore } from '../../shared/ports/webhooks.ts';
import { makeSecretKeys, newSecretsKey } from '../../shared/secrets/secret-keys.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { limitJobsPerProject } from '../../workers/queues/jobs-per-project.ts';
import { sendMessage as send } from '../../workers/queues/notify.ts';
import { createPost } from '../../workers/queues/post.ts';
import { freshDatabase } from '../support/database.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { begunRun } from '../support/run-records.ts';
import { publishedImage, someProject } from '../support/samples.ts';

/** What the port promises, on a real Postgres, and how a message reaches a real HTTP server. */

const secrets = makeSecretKeys([newSecretsKey()]);
let database: Awaited<ReturnType<typeof freshDatabase>>;
let webhooks: WebhookStore;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
  webhooks = createWebhookStore(database.db, secrets);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
});

/** Receivers of the tests are on this host. */
const inShare = limitJobsPerProject(2);
function sendMessage(id: string, isLastTry: boolean): Promise<string | Postponed> {
  return send({ webhooks, post: createPost({ toPrivateAddresses: true }), inShare, traces: noTraces }, id, isLastTry);
}

const secret = `whsec_${randomBytes(24).toString('base64')}`;
function subscribed(url = 'http://127.0.0.1:9/hook', projectId = project.id): Promise<Webhook> {
  return webhooks.create({ projectId, url, secret });
}
/** The messages of a webhook: what relay gives, and no other test's. */
async function listPending(webhook: Webhook): Promise<string[]> {
  const all = await Promise.all((await webhooks.relay()).map((id) => webhooks.message(id)));
  return all.filter((each) => each?.webhook.id === webhook.id).map((each) => each?.id ?? '');
}
function toRow(messageId: string) {
  return database.db
    .selectFrom('webhook_deliveries')
    .where('id', '=', messageId)
    .select(['status', 'attempts', 'last_status', 'last_error', 'settled_at'])
    .executeTakeFirstOrThrow();
}

test('webhooks are listed for their project, the oldest first, and stay in the list when they are disabled', async () => {
  const one = await subscribed('http://127.0.0.1:9/one');
  const two = await subscribed('http://127.0.0.1:9/two');
  await subscribed('http://127.0.0.1:9/other', (await someProject(database.db)).id);
  expect(await webhooks.list(project.id)).toEqual([one, two]);
  await webhooks.disable(one.id);
  await webhooks.disable(one.id);
  expect(await webhooks.list(project.id)).toEqual([{ ...one, disabledAt: expect.any(Date) }, two]);
  expect(JSON.stringify(await webhooks.list(project.id))).not.toContain(secret);
});

test('a list stays short, also with URLs of an earlier version, which had no limit', async () => {
  await subscribed(`http://127.0.0.1:9/${'x'.repeat(1_000_000)}`);
  const [listed] = await webhooks.list(project.id);
  expect(listed?.url).toHaveLength(requestLimits.webhookUrlBytes.most);
});

describe('relay', () => {
  test('makes one message for each webhook of the project', async () => {
    const [one, two] = [await subscribed(), await subscribed()];
    const disabled = await subscribed();
    await webhooks.disable(disabled.id);
    const foreign = await subscribed(undefined, (await someProject(database.db)).id);
    const { image, run } = await publishedImage(database.db, project);
    const ids = [await listPending(one), await listPending(two)].flat();
    expect(ids).toHaveLength(2);
    expect([...(await listPending(disabled)), ...(await listPending(foreign))]).toEqual([]);
    const [first, second] = await Promise.all(ids.map((id) => webhooks.message(id)));
    expect(first).toMatchObject({
      status: 'pending',
      webhook: { id: one.id, secret, disabledAt: null },
      content: { type: 'image.published', payload: { imageId: image.id, runId: run.id, status: 'active' } },
    });
    expect(second?.content.id).toBe(first?.content.id);
  });

  test('again gives the same messages, and again at once too', async () => {
    const webhook = await subscribed();
    await publishedImage(database.db, project);
    await publishedImage(database.db, project);
    await Promise.all(Array.from({ length: 8 }, () => webhooks.relay()));
    const ids = await listPending(webhook);
    expect(ids).toHaveLength(2);
    expect((await listPending(webhook)).sort()).toEqual(ids.sort());
  });

  test('of one project do not stand behind all of another', async () => {
    const ofOther = await someProject(database.db);
    await webhooks.create({ projectId: project.id, url: 'http://127.0.0.1/many', secret });
    const other = await webhooks.create({ projectId: ofOther.id, url: 'http://127.0.0.1/one', secret });
    for (let n = 0; n < 20; n++) await publishedImage(database.db, project);
    await publishedImage(database.db, ofOther);
    const owners: string[] = [];
    for (const id of await webhooks.relay()) {
      const message = await webhooks.message(id);
      const projectId = message?.webhook.projectId;
      if (projectId === project.id || projectId === ofOther.id) owners.push(message?.webhook.id ?? '');
    }
    expect(owners).toHaveLength(21);
    expect(owners.indexOf(other.id)).toBeLessThan(2);
  });

  test('a webhook hears of what happens after it was made', async () => {
    await publishedImage(database.db, project);
    await webhooks.relay();
    const webhook = await subscribed();
    expect(await listPending(webhook)).toEqual([]);
  });

  test('a message goes out of it when it is settled, and stays in it while it is tried', async () => {
    const webhook = await subscribed();
    for (let count = 0; count < 3; count++) await publishedImage(database.db, project);
    const [delivered, failed, tried] = (await listPending(webhook)) as [string, string, string];
    await webhooks.note(delivered, { status: 'delivered', httpStatus: 204 });
    await webhooks.note(failed, { status: 'failed', httpStatus: 410, error: 'HTTP 410' });
    await webhooks.note(tried, { status: 'pending', error: 'x'.repeat(10_000) });
    await webhooks.note(tried, { status: 'pending', httpStatus: 500, error: 'HTTP 500' });
    expect(await listPending(webhook)).toEqual([tried]);
    expect(await toRow(delivered)).toMatchObject({ attempts: 1, last_status: 204, settled_at: expect.any(Date) });
    expect(await toRow(failed)).toMatchObject({ last_error: 'HTTP 410', settled_at: expect.any(Date) });
    expect(await toRow(tried)).toMatchObject({ attempts: 2, last_status: 500, settled_at: null });
    expect(await webhooks.message(failed)).toMatchObject({ status: 'failed' });
    expect(await webhooks.message(randomUUID())).toBeUndefined();
  });
});

describe('sendMessage', () => {
  const open: Receiver[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  /** A receiver that answers so, its webhook, and one message to it for each time something happened. */
  const receiver = async (times: number, ...answers: Parameters<typeof startReceiver>) => {
    const started = await startReceiver(...answers);
    open.push(started);
    const webhook = await subscribed(started.url);
    for (let count = 0; count < times; count++) await publishedImage(database.db, project);
    return { ...started, webhook, ids: await listPending(webhook) };
  };
  const notTaken = { code: 'unavailable', retryable: true };

  test('a message arrives signed, so that its receiver can tell that it is ours and unchanged', async () => {
    const { received, webhook, ids } = await receiver(1, { status: 200 });
    const [id] = ids as [string];
    expect(await sendMessage(id, false)).toBe('delivered');
    const [{ path, headers, body }] = received as [Receiver['received'][number]];
    expect(path).toBe('/hook');
    const message = new Verifier(secret).verify(body, headers as Record<string, string>);
    const published = { status: 'active', projectId: project.id, name: 'Debian 12', location: { bucket: 'images' } };
    expect(message).toMatchObject({ type: 'image.published', timestamp: expect.any(String), data: published });
    expect(headers['content-type']).toBe('application/json');
    expect(headers['webhook-id']).toBe((await webhooks.message(id))?.content.id);
    const forge = () =>
      new Verifier(secret).verify(body.replace('active', 'killed'), headers as Record<string, string>);
    expect(forge).toThrow(WebhookVerificationError);
    expect(await toRow(id)).toMatchObject({ status: 'delivered', attempts: 1, last_status: 200 });
    expect(await listPending(webhook)).toEqual([]);
  });

  test('what was delivered is not sent again', async () => {
    const { received, ids } = await receiver(1, { status: 204 });
    const [id] = ids as [string];
    await sendMessage(id, false);
    expect(await sendMessage(id, false)).toBe('settled before');
    expect(await sendMessage(randomUUID(), false)).toBe('settled before');
    expect(received).toHaveLength(1);
  });

  test('what was not taken is tried again under the same id, until it is', async () => {
    const { received, webhook, ids } = await receiver(1, { status: 500 }, 'hang up', { status: 200 });
    const [id] = ids as [string];
    await expect(sendMessage(id, false)).rejects.toMatchObject(notTaken);
    expect(await toRow(id)).toMatchObject({ status: 'pending', last_status: 500, last_error: 'HTTP 500' });
    await expect(sendMessage(id, false)).rejects.toMatchObject(notTaken);
    expect(await toRow(id)).toMatchObject({ status: 'pending', attempts: 2, last_status: null });
    expect(await listPending(webhook)).toEqual([id]);
    expect(await sendMessage(id, false)).toBe('delivered');
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const { body, headers } of received) new Verifier(secret).verify(body, headers as Record<string, string>);
  });

  test('the last try ends it, without an error: there is nobody left to try again', async () => {
    const { webhook, ids } = await receiver(1, { status: 503 });
    const [id] = ids as [string];
    expect(await sendMessage(id, true)).toBe('failed');
    expect(await toRow(id)).toMatchObject({ status: 'failed', last_status: 503 });
    expect((await webhooks.list(project.id))[0]).toMatchObject({ id: webhook.id, disabledAt: null });
  });

  test('410 disables the webhook; what else waits for it is not sent', async () => {
    const { received, webhook, ids } = await receiver(2, { status: 410 });
    const [first, second] = ids as [string, string];
    expect(await sendMessage(first, false)).toBe('failed');
    expect((await webhooks.list(project.id))[0]).toMatchObject({ id: webhook.id, disabledAt: expect.any(Date) });
    expect(await sendMessage(second, false)).toBe('disabled');
    expect(received).toHaveLength(1);
    expect(await listPending(webhook)).toEqual([]);
    await publishedImage(database.db, project);
    expect(await listPending(webhook)).toEqual([]);
  });

  test.each([301, 302, 307, 308])('a redirect (%i) is not followed, and does not count as received', async (status) => {
    const inside = await startReceiver({ status: 200 });
    open.push(inside);
    const { received, ids } = await receiver(1, { status, location: inside.url });
    const [id] = ids as [string];
    await expect(sendMessage(id, false)).rejects.toMatchObject(notTaken);
    expect(received).toHaveLength(1);
    expect(inside.received).toHaveLength(0);
    expect(await toRow(id)).toMatchObject({ status: 'pending', last_status: status });
  });

  test('a receiver that is not there is tried again', async () => {
    const webhook = await subscribed('http://127.0.0.1:9/hook');
    await publishedImage(database.db, project);
    const [id] = (await listPending(webhook)) as [string];
    await expect(sendMessage(id, false)).rejects.toMatchObject(notTaken);
    expect(await toRow(id)).toMatchObject({ status: 'pending', last_status: null });
  });

  test("a receiver in the installation's own network is not called, and not tried again", async () => {
    const { received, ids } = await receiver(1, { status: 200 });
    const [id] = ids as [string];
    const guarded = { webhooks, post: createPost({ toPrivateAddresses: false }), inShare, traces: noTraces };
    expect(await send(guarded, id, false)).toBe('failed');
    expect(received).toHaveLength(0);
    expect(await toRow(id)).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('not a public address'),
    });
  });

  test('a receiver that takes the message and never answers is given up, and tried again', async () => {
    const { received, ids } = await receiver(1, 'never');
    const [id] = ids as [string];
    await expect(sendMessage(id, false)).rejects.toMatchObject(notTaken);
    expect(received).toHaveLength(1);
    expect(await toRow(id)).toMatchObject({ status: 'pending', last_error: expect.stringContaining('timeout') });
  });

  test('the end of a run is told whatever it was', async () => {
    const { received, webhook } = await receiver(0, { status: 200 });
    const { run } = await begunRun(database.db, project);
    await createRunStore(database.as('worker')).finish(run, {
      status: 'failed',
      failure: { code: 'timeout', message: 'No.' },
    });
    const [id] = (await listPending(webhook)) as [string];
    expect(await sendMessage(id, false)).toBe('delivered');
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      type: 'image.failed',
      data: { ...run, status: 'killed' },
    });
  });
});

test('of those that are disabled the list has the last ones only', async () => {
  const first = await subscribed();
  const limited = createWebhookStore(database.db, secrets, 1000);
  const limit = 1020;
  await sql`insert into webhooks (project_id, url, secret, disabled_at)
    select ${project.id}, 'https://example.org/' || n, 's', now() - n * interval '1 hour' from generate_series(1, 1100) n`.execute(
    database.db,
  );
  const listed = await limited.list(project.id);
  expect(listed).toHaveLength(limit);
  expect(listed.find(({ id }) => id === first.id)).toMatchObject({ disabledAt: null });
  expect(listed.some(({ url }) => url === 'https://example.org/1')).toBe(true);
  expect(listed.some(({ url }) => url === 'https://example.org/1100')).toBe(false);
});

test('a project has so many webhooks at most, though many are asked for at once; one that is disabled makes room', async () => {
  const limited = createWebhookStore(database.db, secrets, 3);
  const make = () => limited.create({ projectId: project.id, url: 'http://127.0.0.1/', secret });
  const made = await Promise.allSettled(Array.from({ length: 10 }, make));
  const refused = made.filter((each) => each.status === 'rejected');
  expect(refused).toHaveLength(7);
  expect(refused[0]?.reason).toMatchObject({ code: 'conflict', message: expect.stringContaining('3 webhooks') });
  // Of another project nothing is counted.
  await limited.create({ projectId: (await someProject(database.db)).id, url: 'http://127.0.0.1/', secret });
  const [first] = await limited.list(project.id);
  await limited.disable(first?.id ?? '');
  await make();
  await expect(make()).rejects.toMatchObject({ code: 'conflict' });
});

test('a receiver that hangs keeps two places of its project and no more; others are told meanwhile, and no try is spent', async () => {
  const [hanging, quick] = [await startReceiver('never'), await startReceiver({ status: 200 })];
  try {
    const ofOther = await someProject(database.db);
    const slow = await subscribed(hanging.url);
    const other = await subscribed(quick.url, ofOther.id);
    for (let n = 0; n < 5; n++) await publishedImage(database.db, project);
    await publishedImage(database.db, ofOther);
    const ids = await listPending(slow);
    const [theirs = ''] = await listPending(other);
    expect((await webhooks.message(theirs))?.webhook.id).toBe(other.id);
    const early: string[] = [];
    const tried = ids.map(async (id) => {
      const came = await sendMessage(id, false).catch((error: Error) => error);
      if (came instanceof Postponed) early.push(id);
      return came;
    });
    await expect.poll(() => [early.length, hanging.received.length]).toEqual([3, 2]);
    expect(await sendMessage(theirs, false)).toBe('delivered');
    for (const id of early) expect(await toRow(id)).toMatchObject({ status: 'pending', attempts: 0 });
    await hanging.close();
    const sent = (await Promise.all(tried)).filter((each) => !(each instanceof Postponed));
    expect(sent).toMatchObject(Array(2).fill({ code: 'unavailable', retryable: true }));
  } finally {
    await Promise.all([hanging.close(), quick.close()]);
  }
});
