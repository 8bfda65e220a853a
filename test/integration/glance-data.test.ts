import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { type Answer, callImageApi } from '../support/call-image-api.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';
import { someReport } from '../support/samples.ts';

/** Image data, imports and tasks by the Image API over HTTP: codes, headers, bodies. */

const api = callImageApi();
const { keys, call, create, readStatus, patch, admit } = api;
let installation: Installation;
beforeAll(() => {
  ({ installation } = api);
});

describe('data', () => {
  const file = (id: string): string => `/v2/images/${id}/file`;

  test('comes back byte for byte, whole and in ranges', async () => {
    const bytes = randomBytes(20_000_003);
    const { id } = await create();
    expect((await call('member', 'GET', file(id))).status).toBe(204);
    const put = await call('member', 'PUT', file(id), bytes);
    expect([put.status, put.body]).toEqual([204, undefined]);
    expect(await readStatus(id)).toBe('saving');
    expect((await call('member', 'GET', file(id))).status).toBe(204);
    await admit(id);
    const md5 = createHash('md5').update(bytes).digest('hex');
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({
      status: 'active',
      size: bytes.length,
      virtual_size: bytes.length,
      checksum: md5,
      os_hash_algo: 'sha512',
      os_hash_value: createHash('sha512').update(bytes).digest('hex'),
    });
    const whole = await call('reader', 'GET', file(id));
    expect([whole.status, whole.headers.get('content-md5'), whole.headers.get('content-length')]).toEqual([
      200,
      md5,
      String(bytes.length),
    ]);
    expect(whole.bytes.equals(bytes)).toBe(true);
    const part = await call('member', 'GET', file(id), undefined, { range: 'bytes=1000-1999' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${bytes.length}`]);
    expect(part.bytes.equals(bytes.subarray(1000, 2000))).toBe(true);
    const beyond = await call('member', 'GET', file(id), undefined, { range: `bytes=${bytes.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect((await call('member', 'PUT', file(id), bytes)).status).toBe(409);
    for (const [path, value] of [
      ['/disk_format', 'iso'],
      ['/owner', 'other'],
    ]) {
      expect([path, (await patch('admin', id, [{ op: 'replace', path, value }])).status]).toEqual([path, 403]);
    }
  });

  test('comes without a length, in chunks', async () => {
    const { id } = await create();
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
        method: 'PUT',
        headers: { 'x-auth-token': keys.member, 'content-type': 'application/octet-stream' },
      });
      request.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
      for (let n = 0; n < 100; n++) request.write(randomBytes(1000));
      request.end();
    });
    expect(status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({ status: 'saving', size: 100_000 });
  });

  test.each([
    ['no image data', 415, Buffer.alloc(0), { disk_format: 'qcow2' }, {}],
    ['of an unknown format', 400, Buffer.from('x'), { disk_format: null }, {}],
    ['of another length', 400, Buffer.from('x'), {}, { 'x-openstack-image-size': '2' }],
    ['of no length', 400, Buffer.from('x'), {}, { 'x-openstack-image-size': 'much' }],
    ['for another store', 400, Buffer.from('x'), {}, { 'x-image-meta-store': 'tape' }],
    ['too large', 413, Buffer.alloc(25 * 1024 ** 2), {}, {}],
    ['of another type', 415, Buffer.from('x'), {}, { 'content-type': 'text/plain' }],
    ['of another content', 415, randomBytes(1000), { disk_format: 'qcow2' }, {}],
    ['hidden in another', 415, Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(1000)]), {}, {}],
  ])('%s is refused with %i, and the image waits for better', async (_what, status, bytes, attributes, headers) => {
    const { id } = await create(attributes);
    const answer = await call('member', 'PUT', file(id), bytes, headers);
    expect([answer.status, answer.body?.error.code]).toEqual([status, status]);
    expect(await readStatus(id)).toBe('queued');
    await patch('member', id, [{ op: 'replace', path: '/disk_format', value: 'raw' }]);
    expect((await call('member', 'PUT', file(id), randomBytes(1000))).status).toBe(204);
    const keysThere: string[] = [];
    for await (const { name } of installation.s3.listObjectsV2('images', `demo/${id}/`, true)) keysThere.push(name);
    expect(keysThere).toHaveLength(1);
  });

  test('a raw image may be created with no data, as from cron, and still waits for it', async () => {
    const { id } = await create();
    const inChunks = new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
        method: 'PUT',
        headers: {
          'x-auth-token': keys.member,
          'content-type': 'application/octet-stream',
          'transfer-encoding': 'chunked',
        },
      });
      request.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
      request.end();
    });
    expect(await inChunks).toBe(204);
    expect((await call('member', 'PUT', file(id), Buffer.alloc(0))).status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({ status: 'queued', size: null });
    const { uploads } = await installation.s3.listIncompleteUploadsQuery('images', `demo/${id}/`, '', '', '');
    expect(uploads).toEqual([]);
    expect((await call('member', 'PUT', file(id), randomBytes(1000))).status).toBe(204);
    expect(await readStatus(id)).toBe('saving');
  });

  test('a sender that breaks off leaves a queued image and nothing in the store', async () => {
    const { id } = await create();
    const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
      method: 'PUT',
      headers: { 'x-auth-token': keys.member, 'content-type': 'application/octet-stream' },
    });
    request.on('error', () => undefined);
    request.write(randomBytes(9 * 1024 ** 2));
    await eventually(async () => (await readStatus(id)) === 'saving', { within: 10, what: 'it is saved' });
    // One at a time.
    expect((await call('member', 'PUT', file(id), randomBytes(10))).status).toBe(409);
    request.destroy();
    await eventually(async () => (await readStatus(id)) === 'queued', { within: 10, what: 'it waits again' });
    const { uploads } = await installation.s3.listIncompleteUploadsQuery('images', `demo/${id}/`, '', '', '');
    expect(uploads).toEqual([]);
  });

  test('an image that is deleted while its data comes is gone', async () => {
    const { id } = await create();
    const answer = new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
        method: 'PUT',
        headers: { 'x-auth-token': keys.member, 'content-type': 'application/octet-stream' },
      });
      request.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
      request.write(randomBytes(1000));
      void eventually(async () => (await readStatus(id)) === 'saving', { within: 10, what: 'it is saved' })
        .then(() => call('member', 'DELETE', `/v2/images/${id}`))
        .then(() => request.end());
    });
    expect(await answer).toBe(410);
    const left: string[] = [];
    for await (const { name } of installation.s3.listObjectsV2('images', `demo/${id}/`, true)) left.push(name);
    expect(left).toEqual([]);
  });

  test('deactivated data is for administrators only', async () => {
    const { id } = await create();
    expect((await call('member', 'POST', `/v2/images/${id}/actions/deactivate`)).status).toBe(403);
    await call('member', 'PUT', file(id), randomBytes(1000));
    for (const action of ['deactivate', 'reactivate']) {
      expect((await call('admin', 'POST', `/v2/images/${id}/actions/${action}`)).status).toBe(403);
    }
    await admit(id);
    for (const action of ['deactivate', 'deactivate', 'reactivate', 'reactivate', 'deactivate']) {
      expect((await call('member', 'POST', `/v2/images/${id}/actions/${action}`)).status).toBe(204);
    }
    expect((await call('member', 'GET', file(id))).status).toBe(403);
    expect((await call('admin', 'GET', file(id))).status).toBe(200);
  });

  test('a quota holds, and usage tells of it', async () => {
    const { id } = await create({}, 'strict');
    expect((await call('strict', 'PUT', file(id), randomBytes(5001))).status).toBe(413);
    expect((await call('strict', 'PUT', file(id), randomBytes(3000))).status).toBe(204);
    const next = await create({}, 'strict');
    expect((await call('strict', 'PUT', file(next.id), randomBytes(2001))).status).toBe(413);
    expect((await call('strict', 'GET', '/v2/info/usage')).body.usage).toMatchObject({
      image_size_total: { usage: 1, limit: 0 },
      image_count_total: { usage: 2, limit: -1 },
    });
  });

  test('under "enforce" it is saved until the verdict, and then served as it came, or never', async () => {
    const runs = createRunStore(installation.db);
    await installation.db.updateTable('projects').set({ quota_bytes: null }).where('id', '=', 'strict').execute();
    const put = async () => {
      const { id } = await create({}, 'strict');
      const bytes = randomBytes(1000);
      expect((await call('strict', 'PUT', file(id), bytes)).status).toBe(204);
      expect(await readStatus(id)).toBe('saving');
      expect((await call('strict', 'GET', file(id))).status).toBe(204);
      const admitted = await admit(id, 'after the verdict');
      expect(await runs.context(admitted.names)).toMatchObject({
        isVerbatim: true,
        upload: { bucket: 'images', size: 1000 },
      });
      expect((await call('strict', 'GET', file(id))).status).toBe(204);
      return { id, bytes, ...admitted };
    };
    const good = await put();
    expect(await readStatus(good.id)).toBe('saving');
    await runs.approve({ ...good.names, fence: good.fence });
    await runs.approve({ ...good.names, fence: good.fence });
    expect(await readStatus(good.id)).toBe('active');
    expect((await call('strict', 'GET', file(good.id))).bytes.equals(good.bytes)).toBe(true);

    const bad = await put();
    const findings = [{ code: 'unrecognised', step: 'admit', outcome: 'fail', params: { content: 'noise' } }] as const;
    await runs.finish(bad.names, {
      status: 'rejected',
      report: someReport(bad.names, 'reject', { findings: [...findings] }),
    });
    expect((await call('strict', 'GET', `/v2/images/${bad.id}`)).body).toMatchObject({
      status: 'killed',
      os_glance_bootready_verdict: 'reject',
      os_glance_bootready_problems: 'unrecognised',
      os_glance_bootready_advice: expect.stringContaining('noise'),
    });
    expect((await call('strict', 'GET', file(bad.id))).status).toBe(204);
    expect((await call('strict', 'DELETE', `/v2/images/${bad.id}`)).status).toBe(204);
  });

  test('what is served before the verdict is withdrawn when it turns out unsafe, and stays when it is only useless', async () => {
    const runs = createRunStore(installation.db);
    for (const [code, status] of [
      ['qemu-disagrees', 'deactivated'],
      ['unrecognised', 'active'],
    ] as const) {
      const { id } = await create();
      await call('member', 'PUT', file(id), randomBytes(1000));
      const { names } = await admit(id);
      expect(await readStatus(id)).toBe('active');
      const findings = [{ code, step: 'admit', outcome: 'fail', params: { detail: 'd', content: 'c' } }] as const;
      await runs.finish(names, {
        status: 'rejected',
        report: someReport(names, 'reject', { findings: [...findings] }),
      });
      expect([code, await readStatus(id)]).toEqual([code, status]);
      const again = await call('member', 'POST', `/v2/images/${id}/actions/reactivate`);
      expect([code, again.status]).toEqual([code, status === 'active' ? 204 : 403]);
    }
  });
});

describe('import', () => {
  const body = { method: { name: 'glance-direct' }, all_stores: false, all_stores_must_succeed: false };

  test('takes what was staged, once', async () => {
    const { id } = await create();
    const to = `/v2/images/${id}/import`;
    expect((await call('member', 'POST', to, { method: { name: 'copy-image' } })).status).toBe(400);
    expect((await call('member', 'POST', to, {})).status).toBe(400);
    expect((await call('member', 'POST', to, body)).status).toBe(409);
    const bytes = randomBytes(10_000_000);
    expect((await call('member', 'PUT', `/v2/images/${id}/stage`, bytes)).status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({
      status: 'uploading',
      size: bytes.length,
    });
    expect((await call('member', 'PUT', `/v2/images/${id}/stage`, bytes)).status).toBe(409);
    expect((await call('member', 'PUT', `/v2/images/${id}/file`, bytes)).status).toBe(409);
    const [one, two] = await Promise.all([call('member', 'POST', to, body), call('member', 'POST', to, body)]);
    expect([one?.status, two?.status]).toContain(202);
    const image = await installation.db.selectFrom('images').where('id', '=', id).selectAll().executeTakeFirstOrThrow();
    const stored = await installation.s3.statObject('uploads', image.upload_key);
    expect(stored.size).toBe(bytes.length);
    expect(image.settings).toEqual({ targetFormat: 'raw' });
    expect((await call('admin', 'GET', '/v2/info/import')).body['import-methods'].value).toEqual([
      'glance-direct',
      'web-download',
    ]);
  });

  const from = (uri?: string) => ({ method: { name: 'web-download', ...(uri === undefined ? {} : { uri }) } });

  test.each([undefined, '', 'x', 'file:///etc/passwd', 'ftp://example.org/x', 'http://user:word@example.org/x'])(
    'no data is fetched from %s',
    async (uri) => {
      const { id } = await create();
      const refused = await call('member', 'POST', `/v2/images/${id}/import`, from(uri));
      expect([refused.status, await readStatus(id)]).toEqual([400, 'queued']);
      expect(refused.bytes.toString()).not.toContain('user:word');
    },
  );

  test('what is fetched from a URL is being imported, by one request; its task and the image tell why it failed', async () => {
    const { id } = await create();
    const to = `/v2/images/${id}/import`;
    const uri = 'https://example.org/disk.raw?signature=secret';
    const [one, two] = await Promise.all([
      call('member', 'POST', to, from(uri)),
      call('member', 'POST', to, from(uri)),
    ]);
    expect([one?.status, two?.status].sort()).toEqual([202, 409]);
    expect(await readStatus(id)).toBe('importing');
    expect((await call('member', 'PUT', `/v2/images/${id}/stage`, randomBytes(9))).status).toBe(409);
    const { body: open } = await call('member', 'GET', `/v2/images/${id}/tasks`);
    const input = { import_req: { method: { name: 'web-download', uri: 'https://example.org/disk.raw' } } };
    const request_id = expect.stringMatching(/^req-/);
    expect(open.tasks).toMatchObject([{ status: 'pending', image_id: id, input, request_id }]);
    const failure = { code: 'object-missing', message: 'There is no such file.', remedy: 'Check the address.' };
    await createDownloadStore(installation.db).end(id, failure);
    const { body: image } = await call('member', 'GET', `/v2/images/${id}`);
    expect(image).toMatchObject({
      status: 'killed',
      os_glance_bootready_problems: 'object-missing',
      os_glance_failed_import: 'images',
      os_glance_bootready_advice: 'There is no such file. Check the address.',
    });
    const { body: failed } = await call('member', 'GET', `/v2/images/${id}/tasks`);
    expect(failed.tasks).toMatchObject([{ status: 'failure', message: expect.stringContaining('Check the address.') }]);
    expect(JSON.stringify([open, image, failed])).not.toContain('secret');
    expect((await call('member', 'POST', to, from('https://example.org/other.raw'))).status).toBe(202);
    expect(await readStatus(id)).toBe('importing');
  });

  test('one that failed may be asked for again, and its tasks tell of each', async () => {
    const { db } = installation;
    const runs = createRunStore(db);
    const { id } = await create();
    await call('member', 'PUT', `/v2/images/${id}/stage`, randomBytes(1000));
    const asked = await call('member', 'POST', `/v2/images/${id}/import`, body);
    const { createImageStore } = await import('../../adapters/database/image-store.ts');
    const images = createImageStore(db);
    const image = await images.get(id, undefined);
    const { upload } = image ?? { upload: { bucket: '', key: '' } };
    const object = {
      bucket: upload.bucket,
      key: upload.key,
      size: 1000,
      etag: 'e',
      lastModified: new Date(),
      metadata: {},
    };
    const { run } = await images.findOrCreate(object, { projectId: 'demo', name: 'x', settings: {} });
    expect(await readStatus(id)).toBe('importing');
    const names = { imageId: id, runId: run.id };
    await runs.beginAttempt(names, 'worker');
    await runs.finish(names, {
      status: 'failed',
      failure: { code: 'scratch-full', message: 'No room.', remedy: 'Make room.' },
    });
    const again = await call('member', 'POST', `/v2/images/${id}/import`, body);
    expect(again.status).toBe(202);
    const { tasks } = (await call('member', 'GET', `/v2/images/${id}/tasks`)).body;
    expect(tasks).toMatchObject([
      {
        status: 'pending',
        request_id: again.headers.get('x-openstack-request-id'),
        input: { import_req: { method: { name: 'glance-direct' } } },
      },
      {
        status: 'failure',
        request_id: asked.headers.get('x-openstack-request-id'),
        message: 'scratch-full: No room. Make room.',
      },
    ]);
  });
});

describe('all tasks', () => {
  const tasks = (query = '', who = 'admin') => call(who, 'GET', `/v2/tasks${query}`);
  const imported = async (uri = 'https://example.org/disk.raw?signature=secret') => {
    const { id } = await create();
    const body = { method: { name: 'web-download', uri } };
    const asked = await call('member', 'POST', `/v2/images/${id}/import`, body);
    return { id, requestId: asked.headers.get('x-openstack-request-id') };
  };

  test('are for administrators: in short in the list, whole by id', async () => {
    const { id, requestId } = await imported();
    const listed = await tasks(`?image_id=${id}`);
    const stub = {
      id,
      type: 'api_image_import',
      status: 'pending',
      owner: 'demo',
      image_id: id,
      request_id: requestId,
      self: `/v2/tasks/${id}`,
      schema: '/v2/schemas/task',
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    };
    expect(listed.body).toEqual({
      tasks: [stub],
      first: `/v2/tasks?image_id=${id}`,
      schema: '/v2/schemas/tasks',
    });
    const failure = { code: 'object-missing', message: 'There is no such file.', remedy: 'Check the address.' };
    await createDownloadStore(installation.db).end(id, failure);
    const { body: shown } = await tasks(`/${id}`);
    expect(shown).toEqual({
      ...stub,
      status: 'failure',
      result: null,
      message: expect.stringContaining('Check the address.'),
      input: {
        image_id: id,
        import_req: { method: { name: 'web-download', uri: 'https://example.org/disk.raw' } },
      },
    });
    const schemas = ['task', 'tasks'].map((name) => call('admin', 'GET', `/v2/schemas/${name}`));
    const [task, all] = (await Promise.all(schemas)).map(({ body }) => body.properties);
    expect(Object.keys(task)).toEqual(expect.arrayContaining(Object.keys(shown)));
    expect(Object.keys(all.tasks.items.properties)).toEqual(expect.arrayContaining(Object.keys(stub)));
    expect(all.tasks.items.properties).not.toHaveProperty('message');
    for (const path of ['', `/${id}`]) {
      expect([path, (await tasks(path, 'member')).status]).toEqual([path, 403]);
    }
    expect((await tasks(`/${randomUUID()}`)).status).toBe(404);
    expect((await tasks('/nonsense')).status).toBe(404);
  });

  test('are made by imports only, and not deleted', async () => {
    for (const who of ['member', 'admin']) {
      const refused = await call(who, 'POST', '/v2/tasks', { type: 'import', input: {} });
      expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('/import')]);
    }
    const { id } = await imported();
    const refused = await call('admin', 'DELETE', `/v2/tasks/${id}`);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await call('member', 'DELETE', `/v2/tasks/${id}`)).status).toBe(403);
  });

  test('are filtered, and go in pages', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.push((await imported()).id);
    await createDownloadStore(installation.db).end(made[1] ?? '', { code: 'internal', message: 'x' });
    const ids = async (query: string) => {
      const seen: string[] = [];
      for (let link: string | undefined = `?limit=1&${query}`; link; ) {
        const { body }: Answer = await tasks(link);
        seen.push(...body.tasks.map(({ id }: { id: string }) => id));
        link = body.next?.replace('/v2/tasks', '');
      }
      return seen.filter((id) => made.includes(id));
    };
    expect(await ids('owner=demo')).toEqual([...made].reverse());
    expect(await ids('sort_dir=asc')).toEqual(made);
    expect(await ids('sort_key=type&sort_dir=asc')).toEqual(made);
    expect(await ids('sort_key=id&sort_dir=asc')).toEqual([...made].sort());
    expect(await ids('status=failure')).toEqual([made[1]]);
    expect(await ids('status=pending&sort_key=status')).toEqual([made[2], made[0]]);
    expect(await ids('type=api_image_import')).toHaveLength(3);
    expect([await ids('type=import'), await ids('user_id=x'), await ids('owner=other')]).toEqual([[], [], []]);
    expect((await tasks('?limit=0')).body.tasks).toEqual([]);
    for (const query of [
      ...['status=done', 'type=copy', 'limit=-1', 'limit=x', 'sort_key=colour', 'sort_dir=up'],
      ...[`marker=${randomUUID()}`, 'marker=x', 'owner=%00'],
    ]) {
      expect([query, (await tasks(`?${query}`)).status]).toEqual([query, 400]);
    }
  });
});
