import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ApiClient } from '../api/api-client.ts';
import { type LocalFile, openLocalFile } from './local-file.ts';
import { sendFile } from './send-file.ts';
import { type UploadState, type UploadStateFile, uploadStateFile } from './upload-state.ts';

/** The end of an upload, when answers get lost: all parts are in the store already. */

const url = 'http://127.0.0.1:8480';
const imageId = '7a3e3b58-3c0f-4f1b-9a55-0f2a6c9f1d10';
const content = 'ten bytes!';
let dir: string;
let file: LocalFile;
let states: UploadStateFile;
let state: UploadState;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'send-file-'));
  await writeFile(join(dir, 'disk'), content);
  file = await openLocalFile(join(dir, 'disk'));
  states = uploadStateFile(dir, { url, path: file.path });
});
beforeEach(async () => {
  state = {
    schema: 'bootready.upload/v1',
    url,
    path: file.path,
    imageId,
    name: 'disk',
    settings: {},
    phase: 'sending',
    ...file.identity,
  };
  await states.write(state);
});
afterAll(async () => {
  await file.close();
  await rm(dir, { recursive: true });
});

function md5(of: string): string {
  return createHash('md5').update(of).digest('hex');
}
function failing(code: ErrorCode, retryable = false) {
  return new BootreadyError({ code, message: code, retryable });
}

/** Answers of `complete` in turn, the last one from then on; how often an upload was opened. */
function makeApi(answers: ('whole' | Error)[], { sizeSeen = null as number | null } = {}) {
  const calls: string[] = [];
  const api = {
    image: async () => ({ upload: { size: calls.includes('complete') ? sizeSeen : null }, activity: null }),
    openUpload: async () => {
      calls.push('open');
      return {
        imageId,
        size: 10,
        partSize: 10,
        partCount: 1,
        parts: [{ partNumber: 1, etag: md5(content), size: 10 }],
      };
    },
    completeUpload: async () => {
      calls.push('complete');
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
    },
  };
  return { calls, api: api as unknown as ApiClient };
}
const options = { fileName: 'disk', signal: new AbortController().signal, parallel: 2, stillMs: 60_000, json: true };

test('a part that was replaced after it came is sent again, and nothing is read again to see that', async () => {
  const { api, calls } = makeApi(['whole']);
  const bodies: string[] = [];
  const store = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.setHeader('etag', `"${md5(content)}"`).end();
    });
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const { port } = store.address() as AddressInfo;
  const zeros = { partNumber: 1, etag: md5('\0'.repeat(10)), size: 10 };
  const seen = [[], [zeros], [{ ...zeros, etag: md5(content) }]];
  const openUpload = async () => {
    calls.push('open');
    return { imageId, size: 10, partSize: 10, partCount: 1, parts: seen.shift() };
  };
  const signParts = async () => ({ parts: [{ partNumber: 1, url: `http://127.0.0.1:${port}/` }], expiresAt: '' });
  try {
    await sendFile({ ...api, openUpload, signParts } as unknown as ApiClient, file, states, state, options);
  } finally {
    store.close();
  }
  expect(calls).toEqual(['open', 'open', 'open', 'complete']);
  expect(bodies).toEqual([content, content]);
});

test('when all is there it is completed, and nothing is kept', async () => {
  const { api, calls } = makeApi(['whole']);
  await sendFile(api, file, states, state, options);
  expect(calls).toEqual(['open', 'complete']);
  expect(await states.read()).toMatchObject({ imageId });
});

test('the answer to completing got lost, and the store knows of no open upload any more: it is done', async () => {
  const { api, calls } = makeApi([failing('unavailable', true), failing('object-missing')], { sizeSeen: 10 });
  await sendFile(api, file, states, state, options);
  expect(calls).toEqual(['open', 'complete', 'complete']);
  expect(await states.read()).toMatchObject({ imageId });
});

test('killed while completing: the next time it asks how that went before it opens anything', async () => {
  const { api, calls } = makeApi([failing('object-missing')], { sizeSeen: 10 });
  await sendFile(api, file, states, { ...state, phase: 'completing' }, options);
  expect(calls).toEqual(['complete']);
  expect(await states.read()).toMatchObject({ imageId });
});

test('an upload that the store has lost is not taken for one that is done', async () => {
  const { api } = makeApi([failing('object-missing')]);
  await expect(sendFile(api, file, states, state, options)).rejects.toMatchObject({ code: 'object-missing' });
  expect(await states.read()).toMatchObject({ imageId });
});

test('parts that are missing at the end are looked for again, but not for ever', async () => {
  const once = makeApi([failing('conflict'), 'whole']);
  await sendFile(once.api, file, states, state, options);
  expect(once.calls).toEqual(['open', 'complete', 'open', 'complete']);
  const always = makeApi([failing('conflict')]);
  await expect(sendFile(always.api, file, states, state, options)).rejects.toMatchObject({
    code: 'unavailable',
    remedy: expect.stringContaining('The same command continues the upload.'),
  });
  expect(always.calls.filter((call) => call === 'open')).toHaveLength(3);
});
