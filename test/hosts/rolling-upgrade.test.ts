import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { workflowBundle } from '../support/workflow-world.ts';
import { tellFigure } from './figures.ts';
import { formerRelease } from './former-release.ts';
import { findHost, type HostsInstallation, project, startOnHosts, untilPresent } from './installation.ts';

/** From a former release to this one, host by host, with runs under way all the time. */

let dir: string;
let former: string;
let image: string;
let noImage: string;
let on: HostsInstallation;
beforeAll(async () => {
  former = await formerRelease();
  dir = await mkdtemp(join(tmpdir(), 'upgrade-'));
  image = convert(buildDisk(join(dir, 'disk')), 'qcow2', join(dir, 'disk.qcow2'));
  noImage = join(dir, 'letter.txt');
  await writeFile(noImage, 'Dear operators,\n'.repeat(1000));
  on = await startOnHosts({
    workers: ['old-1', 'old-2', 'new-1', 'new-2'],
    sources: former,
    env: { WORKER_CONCURRENCY: '1' },
  });
});
afterAll(async () => {
  await on?.close();
  await rm(dir, { recursive: true, force: true });
});

function runs() {
  return on.servers.db
    .selectFrom('runs')
    .innerJoin('images', 'images.id', 'runs.image_id')
    .select(['images.upload_key as key', 'images.status as image', 'runs.status as run', 'runs.worker'])
    .execute();
}

/** Asks the API again and again through the proxy, as any client does. */
function keepAsking(url: string) {
  const answers: Record<string, number> = {};
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) })
        .then(({ status }) => `${status}`)
        .catch(({ cause, message }: Error) => `${(cause as Error | undefined)?.message ?? message}`);
      answers[answer] = (answers[answer] ?? 0) + 1;
      await pause(50);
    }
  })();
  return async () => {
    isOver = true;
    await asking;
    return answers;
  };
}

test('every upload ends in one state when API, workers and database are upgraded under it', async () => {
  const { servers, workers, apis } = on;
  const [old1, old2, new1, new2] = workers as [never, never, never, never];
  const sent: string[] = [];
  const send = async (stage: string): Promise<void> => {
    for (const [name, file] of [
      ['image', image],
      ['letter', noImage],
    ] as const) {
      await on.upload(`${stage}-${name}`, file, { policy: 'warn' });
      sent.push(`${project}/${stage}-${name}`);
    }
  };
  const oldWorkers = await Promise.all([on.start('worker', old1), on.start('worker', old2)]);
  const oldQueues = await Promise.all([on.start('queues', old1), on.start('queues', old2)]);
  await untilPresent(servers, 2);
  await send('before');
  await eventually(async () => (await runs()).some(({ run }) => run === 'published'), {
    within: 600,
    what: 'the former release has published an image',
  });
  await send('filled');

  const migratedAt = Date.now();
  const said = await servers.command(['migrate']);
  const migrationTook = Date.now() - migratedAt;
  expect(said).toContain('applied');
  await send('migrated');

  const here = join(import.meta.dirname, '../..');
  const asked = keepAsking(on.front.url);
  for (const api of apis) {
    await api.service.stop();
    api.service = await on.startApi(api, here);
    await eventually(async () => (await on.front.usable()).length === 2, { within: 30, what: 'both are usable' });
  }
  const answers = await asked();
  await Promise.all([on.start('queues', new1, here), on.start('worker', new1, here), on.start('worker', new2, here)]);
  await untilPresent(servers, 4);
  await send('beside');

  const open = (await runs()).filter(({ run, worker }) => run === 'running' && worker && /^old/.test(findHost(worker)));
  const stoppedAt = Date.now();
  const ends = await Promise.all(
    [...oldWorkers, ...oldQueues].map(async (service) => {
      await service.stop();
      return service.gone;
    }),
  );
  const oldGoneAfter = Date.now() - stoppedAt;
  await send('after');
  const areOver = async () => {
    const all = await runs();
    return all.length >= sent.length && all.every(({ run }) => !['queued', 'running'].includes(run));
  };
  await eventually(areOver, { within: 1200, what: 'every run has ended', every: 1000 });

  const all = await runs();
  expect(all.map(({ key }) => key).toSorted()).toEqual(sent.toSorted());
  for (const each of all)
    expect(each).toMatchObject(
      each.key.endsWith('letter') ? { run: 'rejected', image: 'killed' } : { run: 'published', image: 'active' },
    );
  const publications = await servers.db.selectFrom('publications').select('image_id').execute();
  expect(publications).toHaveLength(sent.length - sent.filter((key) => key.endsWith('letter')).length);
  for (const end of ends) expect(end).toMatch(/^exit code 0/);

  // No workflow is left over, and what either release wrote is understood by this one.
  const connection = await Connection.connect({ address: servers.env.TEMPORAL_ADDRESS ?? '' });
  const client = new Client({ connection });
  const workflowBundleOfThis = await workflowBundle();
  let replayed = 0;
  for await (const { workflowId, runId, status } of client.workflow.list()) {
    expect(status.name).not.toBe('RUNNING');
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for await (const { error } of Worker.runReplayHistories({ workflowBundle: workflowBundleOfThis }, [
      { workflowId, history },
    ]))
      expect(error).toBeUndefined();
    replayed++;
  }
  await connection.close();
  const logs = await servers.logs();
  expect(logs.match(/nondetermin|determinismviolation|TMPRL1100/gi) ?? []).toEqual([]);
  const moved = all.filter(({ key, worker }) => open.some((each) => each.key === key && each.worker !== worker));
  tellFigure('rolling upgrade', {
    uploads: sent.length,
    migrationTook,
    oldGoneAfter,
    openOnOldWorkers: open.length,
    moved: moved.length,
    replayed,
    ...answers,
  });
  // A request that was on its way when its process ended may get 503, which clients repeat.
  const { 200: good = 0, 503: away = 0, ...other } = answers;
  expect(other).toEqual({});
  expect(away).toBeLessThan(good / 50);
});
