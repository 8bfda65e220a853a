import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildDisk } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';

/** Events are hints, Redis may be lost whole, Temporal may be away: every upload is processed, once. */

let dir: string;
let image: string;
let installation: Installation | undefined;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lost-'));
  image = buildDisk(join(dir, 'disk'));
});
afterEach(async () => {
  await installation?.close();
  installation = undefined;
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function listShownRuns(key: string) {
  return (installation as Installation).db
    .selectFrom('runs')
    .innerJoin('images', 'images.id', 'runs.image_id')
    .where('images.upload_key', '=', `${project}/${key}`)
    .select(['runs.id', 'runs.status'])
    .execute();
}

test('with no event at all, the sweep finds every upload', async () => {
  installation = await startInstallation({ events: false, env: { SWEEP_SECONDS: '2' } });
  const { upload } = installation;
  await Promise.all(['a', 'b', 'c'].map((key) => upload(key, image, { policy: 'warn' })));
  for (const key of ['a', 'b', 'c']) {
    expect(await installation.ended(key)).toMatchObject({ status: 'published' });
    expect(await listShownRuns(key)).toHaveLength(1);
  }
});

test('the same notification three times, and another spelling of it, start one run', async () => {
  installation = await startInstallation();
  const { apiUrl, env, db } = installation;
  await installation.upload('a+b c', image, { policy: 'warn' });
  const [event] = await eventually(
    async () => {
      const rows = await db.selectFrom('upload_events').selectAll().execute();
      return rows.length > 0 ? rows : undefined;
    },
    { within: 60, what: 'the store announces the upload' },
  );
  const record = event?.raw as { s3: { object: { key: string } } };
  const encoded = structuredClone(record);
  encoded.s3.object.key = `${project}/a%2Bb+c`;
  for (const each of [record, record, record, encoded]) {
    const answer = await fetch(`${apiUrl}/events/s3/again`, {
      method: 'POST',
      headers: { authorization: `Bearer ${env.EVENTS_SECRET}` },
      body: JSON.stringify({ Records: [each] }),
    });
    expect(answer.status).toBe(200);
  }
  expect(await installation.ended('a+b c')).toMatchObject({ status: 'published' });
  await eventually(
    async () => (await db.selectFrom('upload_events').where('settled_at', 'is', null).execute()).length === 0,
    { within: 60, what: 'every event is settled' },
  );
  expect(await listShownRuns('a+b c')).toHaveLength(1);
  const rows = await db.selectFrom('upload_events').where('image_id', 'is not', null).selectAll().execute();
  expect(rows.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);
  expect(rows.map(({ deliveries }) => deliveries).sort()).toEqual([1, 4]);
});

test('an upload while Temporal is away is processed when it is back', async () => {
  installation = await startInstallation({ ownTemporal: true, env: { SWEEP_SECONDS: '3' } });
  await installation.stopTemporal();
  await installation.upload('away', image, { policy: 'warn' });
  await eventually(async () => (await listShownRuns('away')).length === 1, {
    within: 60,
    what: 'the image has its row',
  });
  expect(await listShownRuns('away')).toMatchObject([{ status: 'queued' }]);
  await installation.startTemporal();
  expect(await installation.ended('away')).toMatchObject({ status: 'published' });
  expect(await listShownRuns('away')).toHaveLength(1);
});

test('Temporal going away in the middle of a run ends nothing', async () => {
  installation = await startInstallation({ ownTemporal: true });
  await installation.upload('middle', image, { policy: 'warn' });
  await eventually(async () => (await listShownRuns('middle'))[0]?.status === 'running', {
    within: 60,
    what: 'the run runs',
  });
  await installation.stopTemporal();
  await installation.startTemporal();
  expect(await installation.ended('middle')).toMatchObject({ status: 'published' });
});

test('Temporal coming back without its memory in the middle of a run starts the run again', async () => {
  installation = await startInstallation({ ownTemporal: true, env: { SWEEP_SECONDS: '3' } });
  await installation.upload('forgotten', image, { policy: 'warn' });
  await eventually(async () => (await listShownRuns('forgotten'))[0]?.status === 'running', {
    within: 60,
    what: 'the run runs',
    every: 20,
  });
  await installation.stopTemporal({ lose: true });
  expect(await listShownRuns('forgotten')).toMatchObject([{ status: 'running' }]);
  await installation.startTemporal();
  expect(await installation.ended('forgotten')).toMatchObject({ status: 'published' });
  expect(await listShownRuns('forgotten')).toHaveLength(1);
});

test('a Redis that is away, then comes back without its memory, loses no upload', async () => {
  installation = await startInstallation({ env: { SWEEP_SECONDS: '3' } });
  await installation.upload('before', image, { policy: 'warn' });
  expect(await installation.ended('before')).toMatchObject({ status: 'published' });
  await installation.stopRedis({ lose: true });
  await installation.upload('meanwhile', image, { policy: 'warn' });
  const { db } = installation;
  await eventually(
    async () =>
      (await db.selectFrom('upload_events').where('key', '=', `${project}/meanwhile`).selectAll().execute()).length > 0,
    { within: 60, what: 'the notification is kept in the database' },
  );
  await installation.startRedis();
  expect(await installation.ended('meanwhile')).toMatchObject({ status: 'published' });
  await installation.upload('after', image, { policy: 'warn' });
  expect(await installation.ended('after')).toMatchObject({ status: 'published' });
});
