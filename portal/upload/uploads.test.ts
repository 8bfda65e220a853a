import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { UploadSession } from '../../shared/contracts/api.ts';
import type { KeptUploads } from './kept-uploads.ts';
import { PartRefused } from './put-part.ts';
import { createUploads, type UploadPhase, type Uploads } from './uploads.ts';

/** The uploads of a tab, with an API that answers when the test wants it to. */

const id = '00000000-0000-4000-8000-000000000001';
const session: UploadSession = { imageId: id, size: 1000, partSize: 8 * 1024 ** 2, partCount: 1, parts: [] };

let uploads: Uploads;
/** Answers of `openUpload` that are still to come. */
let opening: (() => void)[];
let sent: number;
let stored: { partNumber: number; etag: string; size: number }[];
let completing: Promise<void>;
/** The network, for parts. */
let isAway: boolean;
beforeEach(() => {
  isAway = false;
  opening = [];
  sent = 0;
  stored = [];
  completing = Promise.resolve();
  uploads = createUploads({
    api: {
      createImage: async () => ({ id }) as never,
      openUpload: () =>
        new Promise((resolve) => {
          opening.push(() => resolve({ ...session, parts: stored }));
        }),
      signParts: async (_id, partNumbers) => ({
        parts: partNumbers.map((partNumber) => ({ partNumber, url: `https://store.test/${partNumber}` })),
        expiresAt: '2026-01-01T00:00:00Z',
      }),
      completeUpload: () => completing,
      abandonUpload: async () => undefined,
      deleteImage: async () => undefined,
      image: () => Promise.reject(new Error('not asked for')),
    },
    put: async (_url, body) => {
      if (isAway) throw new PartRefused(0, 'network');
      sent++;
      stored = [{ partNumber: 1, etag: 'e', size: body.size }];
      return 'e';
    },
    passes: () => false,
    kept: {
      of: () => [],
      keep: () => undefined,
      keepPart: () => undefined,
      partsOf: () => new Map(),
      forget: () => undefined,
    } as unknown as KeptUploads,
    projectId: 'demo',
    alone: async (_name, work) => {
      await work();
      return true;
    },
    now: () => performance.now(),
  });
});

afterEach(() => vi.restoreAllMocks());

function phase(): UploadPhase | undefined {
  return uploads.all()[0]?.phase;
}
function become(wanted: UploadPhase): Promise<void> {
  return expect.poll(phase, { interval: 1 }).toBe(wanted);
}
async function begin(): Promise<void> {
  await uploads.start('disk', new File([new Uint8Array(1000)], 'disk.raw'));
  await expect.poll(() => opening.length, { interval: 1 }).toBe(1);
}
/** Everything that waits for the API gets its answer, whenever it asks. */
async function answerAll(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    for (const answer of opening.splice(0)) answer();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test('one that is resumed while its pause still takes effect goes on', async () => {
  await begin();
  const pausing = uploads.pause(id);
  expect(phase()).toBe('paused');
  uploads.resume(id);
  expect(phase()).toBe('sending');
  await answerAll();
  await pausing;
  await become('done');
  expect(sent).toBe(1);
});

test('one that is paused again before it went on stays paused', async () => {
  await begin();
  void uploads.pause(id);
  uploads.resume(id);
  const pausing = uploads.pause(id);
  await answerAll();
  await pausing;
  expect([phase(), sent, opening.length]).toEqual(['paused', 0, 0]);
  uploads.resume(id);
  await answerAll();
  await become('done');
});

test('an upload that completes while it is paused is done', async () => {
  const completed = Promise.withResolvers<void>();
  completing = completed.promise;
  await begin();
  void answerAll();
  await become('completing');
  const pausing = uploads.pause(id);
  completed.resolve();
  await pausing;
  expect(phase()).toBe('done');
});

test('an upload that is resumed twice is sent once', async () => {
  await begin();
  const pausing = uploads.pause(id);
  uploads.resume(id);
  uploads.resume(id);
  await answerAll();
  await pausing;
  await become('done');
  expect(sent).toBe(1);
});

test('one that waits for the network goes on when that is back', async () => {
  // The longest that it may wait before the second try: 625 ms.
  vi.spyOn(Math, 'random').mockReturnValue(1);
  isAway = true;
  await begin();
  await answerAll();
  await become('waiting');
  isAway = false;
  uploads.networkIsBack();
  await expect.poll(() => sent, { interval: 1, timeout: 500 }).toBe(1);
  await answerAll();
  await become('done');
});
