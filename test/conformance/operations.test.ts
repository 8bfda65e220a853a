import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createOperationsStore } from '../../adapters/database/operations-store.ts';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { createWorkerRegistry } from '../../adapters/database/worker-registry.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { begunRun, queuedRun } from '../support/run-records.ts';
import { hex, someProject, someReport } from '../support/samples.ts';

/** What the ports of operators promise, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database?.drop());
let project: Project;
beforeEach(async () => {
  project = await someProject(database.db);
});
const worker = { host: 'h', version: '1', roles: ['steps' as const], tools: { 'qemu-img': 'qemu-img version 8' } };

describe('open runs', () => {
  const mine = async () =>
    (await createOperationsStore(database.db).openRuns(1000)).filter(({ projectId }) => projectId === project.id);

  test('are told with the step that they are at, whether it has its slot, and when their worker was heard of', async () => {
    const { db } = database;
    const runs = createRunStore(db);
    const queued = await queuedRun(db, project);
    const { run, fence } = await begunRun(db, project, 'busy');
    await createWorkerRegistry(db).beat('busy', worker);
    await runs.stepStarted({ ...run, fence }, 'admit', 'busy', 1);
    await runs.stepEnded({ ...run, fence }, 'admit', 'done');
    await runs.stepStarted({ ...run, fence }, 'convert', 'busy', 1);
    expect(await mine()).toMatchObject([
      { runId: queued.runId, status: 'queued', step: null, worker: null, workerSeenAt: null },
      {
        runId: run.runId,
        status: 'running',
        worker: 'busy',
        workerSeenAt: expect.any(Date),
        step: { step: 'convert', status: 'running', hasSlot: false, percent: 0 },
      },
    ]);
    await runs.stepProgress({ ...run, fence }, 'convert', 12);
    expect((await mine())[1]?.step).toMatchObject({ hasSlot: true, percent: 12 });
    await runs.stepStarted({ ...run, fence }, 'convert', 'busy', 2);
    expect((await mine())[1]?.step).toMatchObject({ hasSlot: false, attempts: 2, percent: 0, failureCode: null });
    await runs.stepEnded({ ...run, fence }, 'convert', 'failed', { code: 'unavailable', message: 'No answer.' });
    await runs.stepStarted({ ...run, fence }, 'convert', 'busy', 3);
    expect((await mine())[1]?.step).toMatchObject({
      status: 'running',
      failureCode: 'unavailable',
      message: 'No answer.',
    });
  });

  test('are no more when they have ended', async () => {
    const { run } = await begunRun(database.db, project);
    expect(await mine()).toHaveLength(1);
    await createRunStore(database.as('worker')).finish(run, { status: 'cancelled' });
    expect(await mine()).toEqual([]);
  });
});

test('backlogs count what waits and how long the oldest has', async () => {
  const { db } = await freshDatabase();
  const operations = createOperationsStore(db);
  const nothing = { count: 0, oldestSeconds: 0 };
  expect(await operations.backlogs()).toEqual({ events: nothing, messages: nothing });
  const events = createEventStore(db);
  const notification = (key: string) => ({
    fingerprint: hex(16),
    eventName: 'e',
    bucket: 'uploads',
    key,
    etag: null,
    versionId: null,
    sequencer: null,
    raw: {},
  });
  const [first, second] = await events.record('aws', [notification('a'), notification('b')]);
  await db
    .updateTable('upload_events')
    .set({ received_at: new Date(Date.now() - 90_000) })
    .execute();
  const { events: both } = await operations.backlogs();
  expect(both.count).toBe(2);
  expect(both.oldestSeconds).toBeGreaterThan(89);
  expect(both.oldestSeconds).toBeLessThan(150);
  for (const id of [first, second]) await events.settle(id as number, 'ignored', 'x');
  expect((await operations.backlogs()).events).toEqual(nothing);
  expect(await events.reopen(first as number)).toBe(true);
  expect(await events.get(first as number)).toMatchObject({ outcome: 'received', detail: null, settledAt: null });
  expect((await operations.backlogs()).events.count).toBe(1);
  expect(await events.reopen(999)).toBe(false);
});

test('the usual time of a step is told once enough are known, from the newest of those that were done', async () => {
  const { db } = await freshDatabase();
  const operations = createOperationsStore(db);
  const runs = createRunStore(db);
  const inspectOnce = async (seconds: number, status: 'done' | 'failed' = 'done'): Promise<void> => {
    const { run, fence } = await begunRun(db, await someProject(db));
    await runs.stepStarted({ ...run, fence }, 'inspect', 'w', 1);
    await runs.stepEnded({ ...run, fence }, 'inspect', status);
    const startedAt = sql<Date>`finished_at - make_interval(secs => ${seconds})`;
    await db.updateTable('run_steps').set({ started_at: startedAt }).where('run_id', '=', run.runId).execute();
  };
  for (const seconds of [20, 21, 22, 23]) await inspectOnce(seconds);
  await inspectOnce(900, 'failed');
  expect(await operations.usualSeconds()).toEqual({});
  for (const seconds of [24, 25, 26, 27, 28, 29, 30]) await inspectOnce(seconds);
  expect(await operations.usualSeconds()).toEqual({ inspect: { from: 21, to: 29 } });
});

test('workers are there while they say so, and for a day after', async () => {
  const registry = createWorkerRegistry(database.db);
  const id = randomUUID();
  const known = async () => (await registry.list()).find((each) => each.id === id);
  await registry.beat(id, worker);
  const first = await known();
  expect(first).toMatchObject({ id, state: worker });
  await registry.beat(id, { ...worker, version: '2' });
  const second = await known();
  expect(second).toMatchObject({ state: { version: '2' }, startedAt: first?.startedAt });
  expect(second?.seenAt.getTime()).toBeGreaterThan(first?.seenAt.getTime() as number);
  await registry.leave(id);
  expect(await known()).toBeUndefined();

  const dead = randomUUID();
  await registry.beat(dead, worker);
  const silent = (interval: string) =>
    sql`update workers set seen_at = now() - ${interval}::interval where id = ${dead}`.execute(database.db);
  const others = async () => (await registry.list()).map((each) => each.id);
  await silent('23 hours');
  await registry.beat(id, worker);
  expect(await others()).toContain(dead);
  await silent('25 hours');
  await registry.beat(id, worker);
  expect(await others()).not.toContain(dead);
});

describe('ended runs', () => {
  const ask = (since: Date) => createOperationsStore(database.db).endedRuns(since, 1);

  test('are counted since a time, with how long published ones took, and those without an image are named', async () => {
    const { db } = database;
    const since = new Date();
    const { run: rejected } = await begunRun(db, project);
    await createRunStore(db).finish(rejected, { status: 'rejected', report: someReport(rejected, 'reject') });
    const { run: failed } = await begunRun(db, project);
    const failure = { code: 'scratch-full', message: 'The scratch space of the worker is full.' };
    await createRunStore(db).finish(failed, { status: 'failed', failure });
    const { run: slow } = await begunRun(db, project);
    await sql`update runs set status = 'published', started_at = now() - interval '90 seconds', finished_at = now() where id = ${slow.runId}`.execute(
      db,
    );
    const found = await ask(since);
    expect(found).toMatchObject({ counts: { published: 1, rejected: 1, failed: 1, cancelled: 0 } });
    expect(found.medianSeconds).toBeCloseTo(90, 0);
    expect(found.unpublished).toMatchObject([
      { imageId: failed.imageId, projectId: project.id, status: 'failed', failure, seconds: expect.any(Number) },
    ]);
    expect(await ask(new Date(Date.now() + 60_000))).toEqual({
      counts: { published: 0, rejected: 0, failed: 0, cancelled: 0 },
      medianSeconds: null,
      slowestSeconds: null,
      unpublished: [],
    });
  });
});

describe('the audit log', () => {
  test('names the key as it was called, is filtered, and comes in pages', async () => {
    const { db } = database;
    const audit = createAuditLog(db);
    const keyId = await createApiKeyStore(db).create({
      projectId: project.id,
      name: 'of the pipeline',
      hash: Buffer.from(hex(32), 'hex'),
      hint: 'h',
      role: 'member',
    });
    const imageId = randomUUID();
    const of = { by: { keyId }, projectId: project.id, address: '192.0.2.1' };
    await audit.record({ ...of, action: 'image.create', imageId });
    await audit.record({ ...of, action: 'image.share', imageId, details: { member: 'other' } });
    await audit.record({ action: 'key.revoke', by: { name: 'root@host' }, projectId: project.id });
    const mine = { projectId: project.id, limit: 10 };
    const [newest, shared, created] = await audit.list(mine);
    expect(newest).toMatchObject({ action: 'key.revoke', actor: 'root@host', keyId: null, imageId: null });
    expect(shared).toMatchObject({ action: 'image.share', actor: 'of the pipeline', details: { member: 'other' } });
    expect(created).toMatchObject({ action: 'image.create', keyId, imageId, address: '192.0.2.1' });
    expect(await audit.list({ ...mine, limit: 1 })).toEqual([newest]);
    expect(await audit.list({ ...mine, before: newest?.id as number })).toEqual([shared, created]);
    expect(await audit.list({ ...mine, imageId })).toEqual([shared, created]);
    expect(await audit.list({ ...mine, action: 'image.share' })).toEqual([shared]);
    const since = shared?.at.toISOString() as string;
    expect(await audit.list({ ...mine, since })).toContainEqual(shared);
    expect(await audit.list({ ...mine, since: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await audit.list({ ...mine, until: new Date(0).toISOString() })).toEqual([]);
  });

  test('is only ever added to', async () => {
    const { db } = database;
    await createAuditLog(db).record({ action: 'project.create', by: { name: 'me' }, projectId: project.id });
    for (const change of [
      sql`update audit_log set actor = 'somebody else'`,
      sql`delete from audit_log`,
      sql`truncate audit_log`,
    ]) {
      await expect(change.execute(db)).rejects.toThrow('the audit log is only ever added to');
    }
    expect(await createAuditLog(db).list({ projectId: project.id, limit: 1 })).toHaveLength(1);
  });
});
