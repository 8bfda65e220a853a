import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { type ImageDetail, ImageDetail as ImageDetailSchema, type ImageView } from '../../shared/contracts/api.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { callApi } from '../support/call-api.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';
import { uploadedImage } from '../support/samples.ts';
import { whereUploaded } from '../support/where-uploaded.ts';

/** Images, uploads in parts, streams and downloads by the HTTP API. */

const api = callApi();
const { keys, call, newImage } = api;
let installation: Installation;
beforeAll(() => {
  ({ installation } = api);
});

describe('images', () => {
  test('are announced, found, renamed and deleted', async () => {
    const image = await newImage('Debian 12');
    expect(image).toMatchObject({ projectId: 'demo', status: 'queued', activity: null, size: null });
    expect((await call('reader', 'GET', `/v1/images?search=${image.id.slice(0, 8)}`)).body.images).toEqual([image]);
    const renamed = await call('member', 'PATCH', `/v1/images/${image.id}`, { name: 'Debian 13' });
    expect(renamed.body.name).toBe('Debian 13');
    expect((await call('member', 'DELETE', `/v1/images/${image.id}`)).status).toBe(204);
    const gone = await call('member', 'GET', `/v1/images/${image.id}`);
    expect(gone.status === 404 || gone.body.status === 'pending_delete').toBe(true);
  });

  test('are changed field by field; properties are merged, and null removes one', async () => {
    const { id } = await newImage('to be set');
    const change = (body: unknown) => call('member', 'PATCH', `/v1/images/${id}`, body);
    const { body } = await change({ minRam: 512, minDisk: 5, properties: { os_distro: 'debian', kept: 'yes' } });
    expect(body).toMatchObject({ name: 'to be set', minRam: 512, minDisk: 5, visibility: 'shared' });
    expect((await change({ properties: { os_distro: null, added: '' } })).body).toMatchObject({
      minRam: 512,
      properties: { kept: 'yes', added: '' },
    });
    expect((await call('reader', 'GET', `/v1/images/${id}`)).body.properties).toEqual({ kept: 'yes', added: '' });
    for (const [wrong, status] of [
      [{}, 400],
      [{ minRam: -1 }, 400],
      [{ minDisk: 2 ** 31 }, 400],
      [{ properties: { visibility: 'public' } }, 400],
      [{ properties: { '': 'x' } }, 400],
      [{ properties: { x: 'a\0b' } }, 400],
      [{ properties: { os_glance_x: 'y' } }, 403],
      [{ properties: { checksum: 'y' } }, 403],
      [{ properties: Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`p${at}`, 'x'])) }, 413],
    ] as const) {
      expect([wrong, (await change(wrong)).status]).toEqual([wrong, status]);
    }
    expect((await call('reader', 'GET', `/v1/images/${id}`)).body.properties).toEqual({ kept: 'yes', added: '' });
  });

  test('are shared with a project, which sees them from then on and alone says whether it takes them', async () => {
    const { id } = await newImage('shared');
    const members = `/v1/images/${id}/members`;
    expect((await call('stranger', 'GET', members)).status).toBe(404);
    const shared = await call('member', 'PUT', `${members}/other`);
    expect(shared).toMatchObject({ status: 200, body: { projectId: 'other', status: 'pending' } });
    expect((await call('member', 'PUT', `${members}/other`)).body).toEqual(shared.body);

    expect((await call('member', 'PATCH', `${members}/other`, { status: 'accepted' })).status).toBe(403);
    expect((await call('stranger', 'PATCH', `${members}/demo`, { status: 'accepted' })).status).toBe(404);
    const taken = await call('stranger', 'PATCH', `${members}/other`, { status: 'accepted' });
    expect(taken).toMatchObject({ status: 200, body: { projectId: 'other', status: 'accepted' } });
    expect((await call('stranger', 'GET', members)).body.members).toEqual([taken.body]);
    // Not published yet; it is there for them.
    expect((await call('stranger', 'GET', `/v1/images/${id}/download`)).status).toBe(409);
    expect((await call('stranger', 'PUT', `${members}/third`)).status).toBe(404);
    expect((await call('stranger', 'PATCH', `/v1/images/${id}`, { name: 'mine' })).status).toBe(404);

    for (const project of ['demo', 'No Project', '%00']) {
      expect([project, (await call('member', 'PUT', `${members}/${project}`)).status]).toEqual([project, 400]);
    }
    expect((await call('member', 'DELETE', `${members}/other`)).status).toBe(204);
    expect((await call('member', 'DELETE', `${members}/other`)).status).toBe(404);
    expect((await call('stranger', 'GET', members)).status).toBe(404);
    expect((await call('stranger', 'GET', `/v1/images/${id}/download`)).status).toBe(404);
  });

  test('that other projects share are a list of their own, and say what was answered', async () => {
    const { id } = await newImage('from demo');
    const ids = async (query: string, who = 'stranger'): Promise<[string, string | undefined][]> => {
      const { body } = await call(who, 'GET', `/v1/images?${query}`);
      return body.images.map((image: ImageView) => [image.id, image.memberStatus]);
    };
    expect(await ids('shared=all&name=from%20demo')).toEqual([]);
    await call('member', 'PUT', `/v1/images/${id}/members/other`);
    expect(await ids('shared=all&name=from%20demo')).toEqual([[id, 'pending']]);
    expect(await ids('shared=accepted')).not.toContainEqual([id, 'pending']);
    expect((await ids('limit=500')).map(([each]) => each)).not.toContain(id);
    await call('stranger', 'PATCH', `/v1/images/${id}/members/other`, { status: 'accepted' });
    const accepted: [string, string] = [id, 'accepted'];
    expect(await ids('shared=accepted')).toContainEqual(accepted);
    expect(await ids(`search=${id.slice(0, 8)}&shared=all`)).toEqual([accepted]);
    expect(await ids('search=from%20demo&shared=pending')).toEqual([]);
    expect(await ids(`search=${id.slice(0, 8)}`)).toEqual([]);
    const { body } = await call('stranger', 'GET', `/v1/images/${id}`);
    expect(body).toMatchObject({ projectId: 'demo', memberStatus: 'accepted' });
    // Whose it is is told nothing of it; administrators are told of their own project only.
    expect((await call('member', 'GET', `/v1/images/${id}`)).body).not.toHaveProperty('memberStatus');
    for (const who of ['member', 'admin']) expect([who, await ids('shared=all', who)]).toEqual([who, []]);
    expect((await call('stranger', 'GET', '/v1/images?shared=yes')).status).toBe(400);
  });

  test('that everybody may use are shared with nobody in particular', async () => {
    const { id } = await newImage('open');
    await installation.db.updateTable('images').set({ visibility: 'public' }).where('id', '=', id).execute();
    expect((await call('admin', 'PUT', `/v1/images/${id}/members/other`)).status).toBe(409);
  });

  test('come in pages, newest first, each once', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count++) made.unshift((await newImage(`page ${count}`, 'stranger')).id);
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const query = `limit=2${next ? `&after=${next}` : ''}`;
      const { body } = await call('stranger', 'GET', `/v1/images?${query}`);
      seen.push(...body.images.map(({ id }: ImageView) => id));
      next = body.next;
    } while (next);
    expect(seen).toEqual(made);
  });

  test('are found by a part of their name', async () => {
    const image = await newImage('Alpine 3.20 (100 % own)');
    const found = async (query: string) =>
      (await call('reader', 'GET', `/v1/images?${query}`)).body.images.map(({ id }: ImageView) => id);
    expect(await found('text=alpine')).toEqual([image.id]);
    expect(await found(`text=${encodeURIComponent('100 %')}`)).toEqual([image.id]);
    expect(await found('text=alpine_')).toEqual([]);
    expect(await found('text=alpine&format=raw')).toEqual([]);
    expect(await found('text=alpine&owner=platform')).toEqual([]);
  });

  test('are filtered by their boot test only within the own project', async () => {
    const image = await newImage('never tested');
    const ask = async (query: string) => call('reader', 'GET', `/v1/images?text=never%20tested&${query}`);
    const found = async (query: string) => (await ask(query)).body.images.map(({ id }: ImageView) => id);
    expect([await found('boot=unknown'), await found('boot=passed')]).toEqual([[image.id], []]);
    for (const query of ['boot=unknown&owner=platform', 'boot=unknown&shared=all', 'boot=maybe']) {
      expect([query, (await ask(query)).status]).toEqual([query, 400]);
    }
  });

  test('of the platform are those that are public and active, for every project', async () => {
    const offered = await newImage('offered');
    const unfinished = await newImage('not yet offered');
    const change = (id: string, status: 'active' | 'queued', visibility: 'public' | 'shared') =>
      installation.db.updateTable('images').set({ status, visibility }).where('id', '=', id).execute();
    await change(offered.id, 'active', 'public');
    await change(unfinished.id, 'queued', 'public');
    const seen = async (owner: string) =>
      (await call('stranger', 'GET', `/v1/images?owner=${owner}&text=offered`)).body.images.map(
        ({ id }: ImageView) => id,
      );
    expect([await seen('platform'), await seen('project')]).toEqual([[offered.id], []]);
    await change(offered.id, 'active', 'shared');
    expect(await seen('platform')).toEqual([]);
  });

  test.each([
    [{ name: '' }, /name is empty/],
    [{ name: 'a\u0007b' }, /control characters/],
    [{ name: 'a\u202eb' }, /control characters/],
    [{ name: 'x', settings: { targetFormat: 'vmdk' } }, /targetFormat/],
    [{ name: 'x', colour: 'red' }, /colour/],
    [{}, /name/],
  ])('%j is refused with a sentence', async (body, message) => {
    const answer = await call('member', 'POST', '/v1/images', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(message) });
  });

  test('too large a file is refused before a byte is sent', async () => {
    const answer = await call('member', 'POST', '/v1/images', { name: 'huge', size: 2 ** 50 });
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'quota-exceeded' } } });
  });

  test('cannot be tried again, stopped or downloaded before they are there', async () => {
    const { id } = await newImage('not yet');
    for (const [method, path] of [
      ['POST', 'runs'],
      ['POST', 'cancel'],
      ['GET', 'download'],
    ] as const) {
      const answer = await call('member', method, `/v1/images/${id}/${path}`);
      expect([path, answer.status]).toEqual([path, 409]);
      expect(answer.body.error.remedy).toBeTruthy();
    }
  });
});

test('cancelling a run that Temporal does not know starts its workflow, which ends it', async () => {
  const demo = await createProjectStore(installation.db).get('demo');
  const { image, run } = await uploadedImage(installation.db, demo as Project);
  expect((await call('member', 'POST', `/v1/images/${image.id}/cancel`)).status).toBe(202);
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = installation.env;
  const connection = await Connection.connect({ address: address as string });
  const handle = new Client({ connection, namespace: namespace as string }).workflow.getHandle(run.workflowId);
  const { events } = await handle.fetchHistory();
  await connection.close();
  expect(events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes)).toBe(true);
});

describe('an upload in parts', () => {
  test('goes straight to the store, is continued, and is only whole when it is whole', async () => {
    const bytes = randomBytes(20 * 1024 ** 2);
    const image = await newImage('parts');
    const path = `/v1/images/${image.id}/upload`;
    const open = await call('member', 'POST', path, { size: bytes.length });
    const { partSize, partCount } = open.body;
    expect(open.body).toMatchObject({ partCount: Math.ceil(bytes.length / partSize), parts: [] });
    expect((await call('member', 'GET', `/v1/images/${image.id}`)).body.status).toBe('uploading');
    const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
    const signed = await call('member', 'POST', `${path}/parts`, { partNumbers: numbers });
    const send = async (partNumber: number): Promise<void> => {
      const { url } = signed.body.parts[partNumber - 1];
      const body = bytes.subarray((partNumber - 1) * partSize, partNumber * partSize);
      expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
    };
    await send(2);
    const early = await call('member', 'POST', `${path}/complete`, { size: bytes.length });
    expect(early).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining('(1, 3)') } } });
    await send(1);
    await send(3);
    const again = await call('member', 'POST', path, { size: bytes.length });
    expect(again.body.parts.map(({ partNumber }: { partNumber: number }) => partNumber)).toEqual([1, 2, 3]);
    expect((await call('member', 'POST', `${path}/complete`, { size: bytes.length })).status).toBe(200);
    const { bucket, key } = whereUploaded(image);
    const stored = await installation.s3.getObject(bucket, key);
    const pieces: Buffer[] = [];
    for await (const piece of stored) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const events = await call('member', 'GET', '/v1/upload-events');
    expect(events.body.events).toEqual(
      expect.arrayContaining([expect.objectContaining({ source: 'api', key: image.upload.key, outcome: 'received' })]),
    );
    expect((await call('stranger', 'GET', '/v1/upload-events')).body.events).toEqual([]);
  });

  test('that is given up leaves nothing in the store', async () => {
    const image = await newImage('given up');
    await call('member', 'POST', `/v1/images/${image.id}/upload`, { size: 1000 });
    expect((await call('member', 'DELETE', `/v1/images/${image.id}/upload`)).status).toBe(204);
    const { uploads } = await installation.s3.listIncompleteUploadsQuery(
      'uploads',
      whereUploaded(image).key,
      '',
      '',
      '',
    );
    expect(uploads).toEqual([]);
    expect((await call('member', 'GET', `/v1/images/${image.id}`)).body.status).toBe('queued');
  });
});

test('a stream tells the image at once and after each change', async () => {
  const image = await newImage('watched');
  const leaving = new AbortController();
  const answer = await fetch(`${installation.apiUrl}/v1/images/${image.id}/stream`, {
    headers: { authorization: `Bearer ${keys.reader}` },
    signal: leaving.signal,
  });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const told = (): ImageDetail[] =>
    [...text.matchAll(/^event: image\ndata: (.*)\n\n/gm)].map(([, data]) =>
      ImageDetailSchema.parse(JSON.parse(data ?? '')),
    );
  const reading = (async () => {
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) text += Buffer.from(chunk).toString();
  })();
  await eventually(async () => told().length === 1, { within: 10, what: 'the image comes' });
  await call('member', 'PATCH', `/v1/images/${image.id}`, { name: 'renamed' });
  await eventually(async () => told().at(-1)?.name === 'renamed', { within: 10, what: 'the change comes' });
  leaving.abort();
  await expect(reading).rejects.toThrow(/abort/i);
});

test('a stream for lists tells which of the own images change', async () => {
  const leaving = new AbortController();
  const answer = await fetch(`${installation.apiUrl}/v1/images/stream`, {
    headers: { authorization: `Bearer ${keys.stranger}` },
    signal: leaving.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) text += Buffer.from(chunk).toString();
  })();
  await eventually(async () => text.includes('"ids":[]'), { within: 10, what: 'the stream begins' });
  const foreign = await newImage('not theirs');
  const own = await newImage('theirs', 'stranger');
  await eventually(async () => text.includes(own.id), { within: 10, what: 'the change comes' });
  expect(text).not.toContain(foreign.id);
  leaving.abort();
  await expect(reading).rejects.toThrow(/abort/i);
});

describe('an image that is fetched', () => {
  const source = { url: 'https://example.org/disk.qcow2?signature=secret', checksum: `SHA256:${'A'.repeat(64)}` };
  const download = (id: string) => createDownloadStore(installation.db).get(id);

  test('is being imported, shows no secret of its URL, and takes no upload', async () => {
    const made = await call('member', 'POST', '/v1/images', { name: 'fetched', source });
    expect(made).toMatchObject({ status: 201, body: { status: 'importing', activity: null } });
    const shown = await call('member', 'GET', `/v1/images/${made.body.id}`);
    expect(ImageDetailSchema.parse(shown.body).download).toEqual({
      url: 'https://example.org/disk.qcow2',
      checksum: source.checksum.toLowerCase(),
      status: 'queued',
      received: 0,
      total: null,
      failure: null,
    });
    expect(JSON.stringify([made.body, shown.body])).not.toContain('secret');
    expect(await installation.logs()).not.toContain('secret');
    expect((await call('member', 'POST', `/v1/images/${made.body.id}/upload`, { size: 1 })).status).toBe(409);
  });

  test('may be tried again when it came to nothing, by those who own it', async () => {
    const { id } = (await call('member', 'POST', '/v1/images', { name: 'again', source })).body;
    expect((await call('member', 'POST', `/v1/images/${id}/runs`, {})).status).toBe(409);
    // It ends where it stands, whether its workflow hears of it or not.
    expect(await call('member', 'POST', `/v1/images/${id}/cancel`)).toMatchObject({
      status: 202,
      body: { status: 'killed', download: { status: 'cancelled', failure: null } },
    });
    expect((await call('member', 'POST', `/v1/images/${id}/cancel`)).status).toBe(409);
    expect((await call('member', 'POST', `/v1/images/${id}/runs`, {})).status).toBe(202);
    const failure = { code: 'unavailable', message: 'Silence.', remedy: 'Wait.' };
    await createDownloadStore(installation.db).end(id, failure);
    expect((await call('member', 'GET', `/v1/images/${id}`)).body).toMatchObject({
      status: 'killed',
      download: { status: 'failed', failure },
    });
    expect((await call('stranger', 'POST', `/v1/images/${id}/runs`, {})).status).toBe(404);
    const again = await call('member', 'POST', `/v1/images/${id}/runs`, { settings: { policy: 'warn' } });
    expect(again).toMatchObject({ status: 202, body: { status: 'importing', settings: { policy: 'warn' } } });
    expect(await download(id)).toMatchObject({ ...source, checksum: source.checksum.toLowerCase(), status: 'queued' });
    expect((await call('member', 'DELETE', `/v1/images/${id}`)).status).toBe(204);
  });

  test.each([
    [{ url: 'ftp://example.org/x' }, /http/],
    [{ url: 'file:///etc/passwd' }, /http/],
    [{ url: 'https://user:word@example.org/x' }, /password/],
    [{ url: `https://example.org/${'x'.repeat(5000)}` }, /4096/],
    [{ url: 'https://example.org/x', checksum: 'md5:00' }, /sha256/],
    [{}, /url/],
  ])('%j is refused with a sentence', async (from, message) => {
    const answer = await call('member', 'POST', '/v1/images', { name: 'x', source: from });
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringMatching(message)]);
    expect(answer.body.error.message).not.toContain('word@');
  });
});

describe('a snapshot', () => {
  test('is told by properties, uploaded or fetched, and listed as one', async () => {
    const [baseImageId, instanceId] = [crypto.randomUUID(), crypto.randomUUID()];
    const snapshot = { kind: 'backup', baseImageId, instanceId };
    const source = { url: 'https://example.org/server.raw' };
    const sent = await call('member', 'POST', '/v1/images', { name: 'server', snapshot });
    const fetched = await call('member', 'POST', '/v1/images', { name: 'server', snapshot: {}, source });
    const type = { image_type: 'snapshot' };
    expect([sent.body.properties, fetched.body.properties]).toEqual([
      { ...type, snapshot_kind: 'backup', base_image_ref: baseImageId, instance_uuid: instanceId },
      { ...type, snapshot_kind: 'template' },
    ]);
    const ids = async (imageType: string) =>
      (await call('member', 'GET', `/v1/images?imageType=${imageType}`)).body.images.map(({ id }: ImageView) => id);
    expect(await ids('snapshot')).toEqual([fetched.body.id, sent.body.id]);
    expect(await ids('image')).not.toContain(sent.body.id);
    for (const wrong of [{ kind: 'copy' }, { instanceId: 'x' }, { colour: 'red' }]) {
      expect((await call('member', 'POST', '/v1/images', { name: 'x', snapshot: wrong })).status).toBe(400);
    }
  });
});
