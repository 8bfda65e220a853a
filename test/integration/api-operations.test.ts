import { beforeAll, describe, expect, test } from 'vitest';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { ImageDetail as ImageDetailSchema, type ImageView } from '../../shared/contracts/api.ts';
import { Operations as OperationsSchema } from '../../shared/contracts/operations.ts';
import { callApi } from '../support/call-api.ts';
import type { Installation } from '../support/installation.ts';
import { whereUploaded } from '../support/where-uploaded.ts';

/** Operations, storage notifications, repairs and webhooks by the HTTP API. */

const api = callApi();
const { keys, call, newImage } = api;
let installation: Installation;
beforeAll(() => {
  ({ installation } = api);
});

describe('operations', () => {
  test('are for administrators alone', async () => {
    for (const [method, path] of [
      ['GET', '/v1/operations'],
      ['GET', '/v1/operations/ended-runs'],
      ['GET', '/v1/audit-log'],
      ['GET', '/v1/audit-log/export'],
      ['POST', '/v1/upload-events/1/replay'],
      ['GET', '/v1/quotas'],
    ] as const) {
      for (const who of ['reader', 'member', 'stranger']) expect((await call(who, method, path)).status).toBe(403);
    }
  });

  test('tell of runs, workers, queues and servers', async () => {
    const { status, body } = await call('admin', 'GET', '/v1/operations');
    expect(status).toBe(200);
    expect(OperationsSchema.parse(body)).toEqual(body);
    expect(body.queues.map(({ name }: { name: string }) => name)).toEqual(['intake', 'notify', 'housekeeping']);
    expect(body.dependencies).toMatchObject({ database: true, redis: true });
    expect(body.links.queueBoard).toBe('/queues/');
  });

  test('quotas of all projects are told, changed, and the change stands in the audit log with its numbers', async () => {
    await call('admin', 'PATCH', '/v1/projects/other/quota', { bytes: 4096, images: null });
    const { body } = await call('admin', 'GET', '/v1/quotas?sort=project&limit=500');
    expect(body.projects).toHaveLength(body.total);
    const other = body.projects.find(({ projectId }: { projectId: string }) => projectId === 'other');
    expect(other).toMatchObject({ own: { bytes: 4096, images: null }, limits: { bytes: 4096 }, used: { images: 0 } });
    const [entry] = (await call('admin', 'GET', '/v1/audit-log?action=project.quota')).body.entries;
    expect(entry.details).toEqual({ project: 'other', bytes: '4096', images: 'null' });
    expect((await call('admin', 'GET', '/v1/quotas?sort=size')).status).toBe(400);
    await call('admin', 'PATCH', '/v1/projects/other/quota', { bytes: null });
  });

  test('a notification is settled once more when it is replayed; one that never came is not', async () => {
    const events = createEventStore(installation.db);
    const [id] = await events.record('test', [
      {
        fingerprint: 'replayed',
        eventName: 'e',
        bucket: 'uploads',
        key: 'nobody/x',
        etag: null,
        versionId: null,
        sequencer: null,
        raw: {},
      },
    ]);
    await events.settle(id as number, 'no-object', 'the object does not exist');
    const answer = await call('admin', 'POST', `/v1/upload-events/${id}/replay`);
    expect(answer).toMatchObject({ status: 202, body: { id, outcome: 'received', settledAt: null } });
    const { counts } = (await call('admin', 'GET', '/v1/operations')).body.queues[0];
    expect(counts.waiting + counts.active + counts.delayed).toBeGreaterThan(0);
    const [newest] = (await call('admin', 'GET', '/v1/audit-log')).body.entries;
    expect(newest).toMatchObject({
      action: 'event.replay',
      actor: 'admin',
      imageId: null,
      details: { event: `${id}` },
    });
    expect((await call('admin', 'POST', '/v1/upload-events/999999/replay')).status).toBe(404);
    expect((await call('admin', 'POST', '/v1/upload-events/x/replay')).status).toBe(400);
  });

  test('what was done stands in the audit log, what was refused does not', async () => {
    const image = await newImage('audited');
    await call('member', 'PATCH', `/v1/images/${image.id}`, { name: 'renamed' });
    await call('reader', 'DELETE', `/v1/images/${image.id}`);
    await call('stranger', 'DELETE', `/v1/images/${image.id}`);
    await call('member', 'DELETE', `/v1/images/${image.id}`);
    const { body } = await call('admin', 'GET', `/v1/audit-log?imageId=${image.id}`);
    const entry = { actor: 'member', projectId: 'demo', imageId: image.id, address: '127.0.0.1', details: {} };
    expect(body.entries).toMatchObject([
      { ...entry, action: 'image.delete' },
      { ...entry, action: 'image.rename' },
      { ...entry, action: 'image.create' },
    ]);
    const shared = await newImage('answered');
    await call('member', 'PUT', `/v1/images/${shared.id}/members/other`);
    await call('stranger', 'PATCH', `/v1/images/${shared.id}/members/other`, { status: 'accepted' });
    await call('member', 'POST', `/v1/images/${shared.id}/upload`, { size: 1024 ** 2 });
    await call('member', 'DELETE', `/v1/images/${shared.id}/upload`);
    const trail = (await call('admin', 'GET', `/v1/audit-log?imageId=${shared.id}`)).body.entries;
    expect(trail).toMatchObject([
      { action: 'image.abandon-upload', actor: 'member', details: {} },
      { action: 'image.answer-share', actor: 'stranger', details: { project: 'other', status: 'accepted' } },
      { action: 'image.share', actor: 'member', details: { project: 'other' } },
      { action: 'image.create', actor: 'member', details: { name: 'answered' } },
    ]);
    const made = await call('admin', 'GET', '/v1/audit-log?action=project.create');
    expect(made.body.entries).toMatchObject([{ projectId: 'demo', keyId: null }]);
    expect((await call('admin', 'GET', '/v1/audit-log?action=nothing')).status).toBe(400);

    const file = await fetch(`${installation.apiUrl}/v1/audit-log/export?imageId=${image.id}`, {
      headers: { authorization: `Bearer ${keys.admin}` },
    });
    expect(file.headers.get('content-disposition')).toContain('attachment');
    const lines = (await file.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(body.entries);
  });
});

describe('storage notifications', () => {
  const record = {
    eventName: 's3:ObjectCreated:Put',
    eventTime: '2026-01-01T00:00:00Z',
    s3: { bucket: { name: 'uploads' }, object: { key: 'demo/x', size: 0, eTag: '"e"', sequencer: '1' } },
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(installation.apiUrl + path, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const secret = () => installation.env.EVENTS_SECRET as string;

  test('the secret may stand in a header, the path, the query or the record', async () => {
    const body = { Records: [record] };
    const opaque = { Records: [{ ...record, opaqueData: secret() }] };
    expect((await post('/events/s3/a', body)).status).toBe(401);
    expect((await post('/events/s3/a', body, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post('/events/s3/a/wrong', body)).status).toBe(401);
    expect((await post('/events/s3/a', body, { authorization: `Bearer ${secret()}` })).status).toBe(200);
    expect((await post(`/events/s3/a/${secret()}`, body)).status).toBe(200);
    expect((await post(`/events/s3/a?token=${secret()}`, body)).status).toBe(200);
    expect((await post('/events/s3/ceph', opaque)).status).toBe(200);
    // Two fingerprints: Ceph's record is the same event.
    const { body: page } = await call('admin', 'GET', '/v1/upload-events');
    expect(page.events).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: 'demo/x', receipts: 4, outcome: 'received' })]),
    );
  });

  test('every sender finds what it expects', async () => {
    const to = `/events/s3/a/${secret()}`;
    const answer = async (body: unknown, headers?: Record<string, string>) => (await post(to, body, headers)).json();
    expect(await answer({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' })).toEqual({
      accepted: 0,
      ignored: 1,
    });
    expect(
      await answer({ EventName: 's3:ObjectCreated:Put', Key: 'uploads/demo/y', Records: [record, record] }),
    ).toEqual({ accepted: 2, ignored: 0 });
    expect(
      await answer({ 'detail-type': 'Object Created', detail: { bucket: { name: 'uploads' }, object: { key: 'k' } } }),
    ).toEqual({ accepted: 1, ignored: 0 });
    const attributes = {
      specversion: '1.0',
      id: '1',
      type: 'com.amazonaws.s3.ObjectCreated:Put',
      source: 'aws:s3.eu-central-1.uploads',
      subject: 'demo/z',
    };
    expect(
      await answer({ ...attributes, data: {} }, { 'content-type': 'application/cloudevents+json; charset=utf-8' }),
    ).toEqual({ accepted: 1, ignored: 0 });
    const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    expect(await answer({}, { ...binary, 'content-type': 'application/json' })).toEqual({ accepted: 1, ignored: 0 });
    for (const method of ['GET', 'HEAD']) {
      expect((await fetch(`${installation.apiUrl}${to}`, { method })).status).toBe(200);
      expect((await fetch(`${installation.apiUrl}/`, { method })).status).toBe(200);
    }
    const handshake = await fetch(installation.apiUrl + to, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventemitter.example.com' },
    });
    expect(handshake.headers.get('webhook-allowed-origin')).toBe('eventemitter.example.com');
  });

  test('what cannot be read is said to be so; what is too long is not read', async () => {
    expect((await post('/events/s3/a', 'no json')).status).toBe(401);
    expect((await post(`/events/s3/a/${secret()}`, 'no json')).status).toBe(400);
    expect((await post(`/events/s3/a/${secret()}`, 'x'.repeat(2 * 1024 ** 2))).status).toBe(413);
    expect((await post(`/events/s3/UPPER/${secret()}`, {})).status).toBe(400);
  });
});

test('health: alive, and ready when all answers', async () => {
  expect((await call(undefined, 'GET', '/livez')).body).toEqual({ status: 'ok' });
  const ready = await call(undefined, 'GET', '/readyz');
  expect(ready).toMatchObject({
    status: 200,
    body: { checks: { database: true, redis: true, temporal: true, 'object-store': true } },
  });
});

test('a webhook shows its secret once', async () => {
  const { status, body } = await call('member', 'POST', '/v1/webhooks', { url: 'https://example.org/two' });
  expect(status).toBe(201);
  expect(body.secret).toMatch(/^whsec_/);
  const list = await call('member', 'GET', '/v1/webhooks');
  expect(JSON.stringify(list.body)).not.toContain('whsec_');
  expect((await call('member', 'DELETE', `/v1/webhooks/${body.id}`)).status).toBe(204);
});

describe('repairs', () => {
  const linux = { osType: 'linux', packageFormat: 'deb' };
  const refused = async (finding: object, guest: object = linux): Promise<ImageView> => {
    const image = await newImage('broken');
    const { db, s3 } = installation;
    const { bucket, key } = whereUploaded(image);
    await s3.putObject(bucket, key, Buffer.from('a disk'));
    const values = {
      image_id: image.id,
      number: 1,
      workflow_id: `image-${image.id}-run-1`,
      status: 'rejected',
    } as const;
    const upload = { ...image.upload, etag: 'e', size: 6 };
    const report = { schema: 'bootready.report/v1', imageId: image.id, runId: image.id, verdict: 'reject', upload };
    await db
      .insertInto('runs')
      .values({
        ...values,
        finished_at: new Date(),
        report: JSON.stringify({ ...report, layers: [], guest, findings: [finding], tools: {} }) as never,
      })
      .execute();
    return image;
  };
  const noDriver = { code: 'virtio-block-initramfs', step: 'inspect', outcome: 'fail', params: {} };

  test('make a new image by what the report asks for, and leave the old one alone', async () => {
    const image = await refused(noDriver);
    const { remedies } = (await call('reader', 'GET', `/v1/images/${image.id}/repairs`)).body;
    expect(remedies).toContainEqual(
      expect.objectContaining({ code: 'virtio-in-initramfs', answers: ['virtio-block-initramfs'] }),
    );
    const before = (await call('member', 'GET', `/v1/images/${image.id}`)).body;
    const { status, body } = await call('member', 'POST', `/v1/images/${image.id}/repairs`, {});
    expect(status).toBe(202);
    expect(ImageDetailSchema.parse(body)).toMatchObject({
      name: 'broken (repaired)',
      projectId: 'demo',
      runs: [],
      repair: {
        parentId: image.id,
        status: 'queued',
        remedies: ['virtio-in-initramfs'],
        before: [{ code: 'virtio-block-initramfs', outcome: 'fail' }],
        changes: [],
        failure: null,
      },
    });
    expect(body.id).not.toBe(image.id);
    expect((await call('member', 'GET', `/v1/images/${image.id}`)).body).toEqual(before);
  });

  test('are cancelled, even before they have begun, and then make nothing', async () => {
    const image = await refused(noDriver);
    const { id } = (await call('member', 'POST', `/v1/images/${image.id}/repairs`, {})).body;
    const cancel = () => call('member', 'POST', `/v1/images/${id}/cancel`);
    expect(await cancel()).toMatchObject({
      status: 202,
      body: { id, status: 'killed', repair: { status: 'cancelled', failure: null } },
    });
    await expect(createRepairStore(installation.db).begin(id)).rejects.toMatchObject({ code: 'superseded' });
    expect(await cancel()).toMatchObject({
      status: 409,
      body: { error: { message: 'Nothing is processing this image.' } },
    });
  });

  test('are refused where they make no sense', async () => {
    const image = await refused({ ...noDriver, outcome: 'pass' });
    const repair = async (id: string, body: object): Promise<[number, string]> => {
      const answer = await call('member', 'POST', `/v1/images/${id}/repairs`, body);
      return [answer.status, answer.body.error.message];
    };
    expect(await repair(image.id, {})).toEqual([409, expect.stringMatching(/^No remedy fixes/)]);
    expect(await repair(image.id, { remedies: ['prayer'] })).toEqual([400, 'There is no remedy "prayer".']);
    expect(await repair((await newImage('new')).id, {})).toEqual([
      409,
      expect.stringMatching(/^The system in this image is unknown/),
    ]);
  });

  test('of Windows are told of, and refused with the reason, where the installation has no virtio-win', async () => {
    const finding = { code: 'windows-disk-driver', step: 'inspect', outcome: 'fail', params: {} };
    const image = await refused(finding, { osType: 'windows', architecture: 'x86_64' });
    const { remedies } = (await call('reader', 'GET', `/v1/images/${image.id}/repairs`)).body;
    expect(remedies).toEqual([
      expect.objectContaining({
        code: 'inject-virtio-windows',
        answers: ['windows-disk-driver'],
        unavailable: expect.stringMatching(/VIRTIO_WIN/),
      }),
    ]);
    const asked = (body: object) => call('member', 'POST', `/v1/images/${image.id}/repairs`, body);
    expect(await asked({})).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/^No remedy fixes/) } },
    });
    expect(await asked({ remedies: ['inject-virtio-windows'] })).toMatchObject({
      status: 409,
      body: {
        error: { message: expect.stringMatching(/cannot be done here/), remedy: expect.stringMatching(/VIRTIO_WIN/) },
      },
    });
  });
});
