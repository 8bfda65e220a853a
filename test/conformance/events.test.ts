import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEventStore } from '../../adapters/database/event-store.ts';
import type { UploadNotification } from '../../shared/events/notification.ts';
import type { EventStore } from '../../shared/ports/events.ts';
import { freshDatabase } from '../support/database.ts';
import { hex, someProject, uploadedImage } from '../support/samples.ts';

/** What the port promises, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let events: EventStore;
beforeAll(async () => {
  database = await freshDatabase();
  events = createEventStore(database.db);
});
afterAll(() => database?.drop());

function notification(more: Partial<UploadNotification> = {}): UploadNotification {
  return {
    fingerprint: hex(16),
    eventName: 's3:ObjectCreated:Put',
    bucket: 'uploads',
    key: 'p/Debian+12.qcow2',
    etag: hex(16),
    versionId: null,
    sequencer: '1A',
    raw: { s3: { object: { key: 'p/Debian+12.qcow2' } } },
    ...more,
  };
}
async function recorded(more: Partial<UploadNotification> = {}): Promise<number> {
  const [id] = await events.record('aws', [notification(more)]);
  return id as number;
}

describe('record', () => {
  test('keeps a notification as it came', async () => {
    const sent = notification({ versionId: 'v1', key: 'p/100%25.qcow2', sequencer: null });
    const [id] = await events.record('ceph', [sent]);
    expect(await events.get(id as number)).toEqual({
      ...sent,
      id,
      source: 'ceph',
      receipts: 1,
      receivedAt: expect.any(Date),
      outcome: 'received',
      detail: null,
      imageId: null,
      settledAt: null,
      traceparent: null,
    });
    expect(await events.get(0)).toBeUndefined();
  });

  test('the same notification twice is one row, and counted', async () => {
    const sent = notification();
    const [id] = await events.record('aws', [sent]);
    expect(await events.record('aws', [sent])).toEqual([id]);
    expect(await events.get(id as number)).toMatchObject({ receipts: 2, settledAt: null });
  });

  test('the span that first brought a notification is kept, whatever brings it again', async () => {
    const [first, later] = ['a', 'b'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
    const sent = notification();
    const [id] = await createEventStore(database.db, { current: () => first }).record('aws', [sent]);
    await createEventStore(database.db, { current: () => later }).record('aws', [sent]);
    expect(await events.get(id as number)).toMatchObject({ receipts: 2, traceparent: first });
  });

  test('a batch may hold repetitions, of itself and of what came before', async () => {
    const [known, one, two] = [notification(), notification(), notification()];
    const [id] = await events.record('aws', [known]);
    const ids = await events.record('aws', [one, known, one, two, one]);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toContain(id);
    expect(await events.record('aws', [])).toEqual([]);
  });

  test('what is settled is counted, but not given back to be settled again', async () => {
    const [settled, open] = [notification(), notification()];
    const [id] = await events.record('aws', [settled]);
    await events.settle(id as number, 'duplicate', 'this upload is already an image');
    const ids = await events.record('aws', [settled, open]);
    expect(ids).toHaveLength(1);
    expect(ids).not.toContain(id);
    expect(await events.get(id as number)).toMatchObject({ receipts: 2, outcome: 'duplicate' });
  });

  test('the same batch, sent many times at once and in any order, is stored once', async () => {
    for (let round = 0; round < 5; round++) {
      const batch = Array.from({ length: 50 }, () => notification());
      const sent = Array.from({ length: 8 }, (_, index) =>
        events.record('aws', index % 2 ? batch : batch.toReversed()),
      );
      const answers = await Promise.all(sent);
      expect(new Set(answers.flat()).size).toBe(50);
      const [id] = answers[0] as [number];
      expect(await events.get(id)).toMatchObject({ receipts: 8 });
    }
  });
});

test('an event is settled once; what comes later changes nothing', async () => {
  const { image } = await uploadedImage(database.db, await someProject(database.db));
  const id = await recorded();
  await events.settle(id, 'started', 'run 1 started', image.id);
  const settled = await events.get(id);
  expect(settled).toMatchObject({
    outcome: 'started',
    detail: 'run 1 started',
    imageId: image.id,
    settledAt: expect.any(Date),
  });
  await events.settle(id, 'failed', 'too late');
  expect(await events.get(id)).toEqual(settled);
});

test('events that nobody settled for so long are found, the oldest first, up to a limit', async () => {
  const age = (id: number, seconds: number) =>
    database.db
      .updateTable('upload_events')
      .set({ received_at: new Date(Date.now() - seconds * 1000) })
      .where('id', '=', id)
      .execute();
  const [older, old, young, settled] = [await recorded(), await recorded(), await recorded(), await recorded()];
  await age(older, 7200);
  await age(old, 3700);
  await age(settled, 7200);
  await events.settle(settled, 'ignored', 'a folder, not an upload');
  expect(await events.unsettled(3600, 10)).toEqual([older, old]);
  expect(await events.unsettled(3600, 1)).toEqual([older]);
  expect(await events.unsettled(0, 1000)).toContain(young);
});

test('what was settled long ago is forgotten, the oldest first; what is open or young stays', async () => {
  const age = (ids: number[], days: number) =>
    database.db
      .updateTable('upload_events')
      .set({ received_at: new Date(Date.now() - days * 86_400_000) })
      .where('id', 'in', ids)
      .execute();
  await database.db.deleteFrom('upload_events').execute();
  const [first, open, second, young] = [await recorded(), await recorded(), await recorded(), await recorded()];
  await age([first, open, second], 31);
  for (const id of [first, second, young]) await events.settle(id, 'duplicate', 'x');
  const month = 30 * 86_400;
  expect(await events.prune(month, 1)).toBe(1);
  expect(await events.get(first)).toBeUndefined();
  // The open one is the oldest now.
  expect(await events.prune(month, 1)).toBe(0);
  expect(await events.prune(month, 100)).toBe(1);
  expect((await events.list({ limit: 10 })).map(({ id }) => id)).toEqual([young, open]);
});

test('what many requests bring at once is stored in few statements, and each gets its own', async () => {
  const [shared, ...own] = Array.from({ length: 41 }, () => notification());
  const answers = await Promise.all(own.map((each) => events.record('aws', [each, shared as UploadNotification])));
  expect(new Set(answers.flat()).size).toBe(41);
  const [common] = answers.reduce((all, ids) => all.filter((id) => ids.includes(id)));
  expect(await events.get(common as number)).toMatchObject({ receipts: 40, fingerprint: shared?.fingerprint });
  expect(await Promise.all(answers.map(async ([id]) => (await events.get(id as number))?.fingerprint))).toEqual(
    own.map(({ fingerprint }) => fingerprint),
  );
});

describe('list', () => {
  const pages = async (limit: number, projectId?: string): Promise<number[]> => {
    const ids: number[] = [];
    for (let before: number | undefined; ; before = ids.at(-1)) {
      const page = await events.list({
        ...(projectId === undefined ? {} : { projectId }),
        ...(before === undefined ? {} : { before }),
        limit,
      });
      ids.push(...page.map(({ id }) => id));
      if (page.length < limit) return ids;
    }
  };

  test('gives the newest first, page by page, each once', async () => {
    const made: number[] = [];
    for (let count = 0; count < 5; count++) made.unshift(await recorded());
    expect((await events.list({ limit: 2 })).map(({ id }) => id)).toEqual(made.slice(0, 2));
    const all = await pages(2);
    expect(all.slice(0, 5)).toEqual(made);
    expect(all).toEqual([...new Set(all)].sort((a, b) => b - a));
  });

  test('gives only what is settled, or only what is not, however much else came later', async () => {
    const waiting = await recorded();
    const done = await recorded();
    await events.settle(done, 'ignored', 'x');
    const later = await recorded();
    await events.settle(later, 'ignored', 'x');
    expect((await events.list({ isSettled: false, limit: 1 })).map(({ id }) => id)).toEqual([waiting]);
    expect((await events.list({ isSettled: true, limit: 2 })).map(({ id }) => id)).toEqual([later, done]);
    expect(await events.list({ isSettled: false, before: waiting, limit: 1000 })).not.toContainEqual(
      expect.objectContaining({ settledAt: expect.any(Date) }),
    );
  });

  test('gives a project what lies below its prefix or became an image of it, and nothing else', async () => {
    const [project, other] = [await someProject(database.db), await someProject(database.db)];
    const { image } = await uploadedImage(database.db, project);
    const below = await recorded({ key: `${project.keyPrefix}a.qcow2` });
    const became = await recorded({ key: 'elsewhere/b.qcow2' });
    await events.settle(became, 'started', 'run 1 started', image.id);
    await recorded({ key: `${other.keyPrefix}a.qcow2` });
    await recorded({ key: `x/${project.keyPrefix}a.qcow2` });
    expect(await pages(1, project.id)).toEqual([became, below]);
  });
});
