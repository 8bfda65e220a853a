import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Step } from '../../shared/contracts/step.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { tellFigure } from './figures.ts';
import { findHost, type HostsInstallation, project, startOnHosts, untilPresent } from './installation.ts';
import type { Host } from './network.ts';

/** A worker's host loses its network in the middle of a run: another worker has the run, and what comes back changes nothing. */

let dir: string;
let image: string;
let on: HostsInstallation;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cut-off-'));
  image = convert(buildDisk(join(dir, 'disk')), 'qcow2', join(dir, 'disk.qcow2'));
  on = await startOnHosts({ workers: ['worker-1', 'worker-2', 'worker-3'] });
  await Promise.all(on.workers.flatMap((host) => [on.start('worker', host), on.start('queues', host)]));
  await untilPresent(on.servers, 3);
});
afterAll(async () => {
  await on?.close();
  await rm(dir, { recursive: true, force: true });
});

function newestRun(key: string) {
  return on.servers.db
    .selectFrom('runs')
    .innerJoin('images', 'images.id', 'runs.image_id')
    .where('images.upload_key', '=', `${project}/${key}`)
    .select(['runs.id', 'runs.image_id', 'runs.status', 'runs.worker', 'runs.fence', 'images.status as image'])
    .executeTakeFirst();
}

/** The host whose worker is at this step, at once. */
function enters(key: string, step: Step): Promise<Host> {
  return eventually(
    async () => {
      const run = await newestRun(key);
      const at =
        run &&
        (await on.servers.db
          .selectFrom('run_steps')
          .where('run_id', '=', run.id)
          .where('step', '=', step)
          .where('status', '=', 'running')
          .select('worker')
          .executeTakeFirst());
      return at?.worker ? hostNamed(findHost(at.worker)) : undefined;
    },
    { within: 240, what: `${step} of ${key} runs`, every: 3 },
  );
}
function hostNamed(name: string): Host {
  const host = on.workers.find((each) => each.name === name);
  if (!host) throw new Error(`there is no host ${name}`);
  return host;
}

/** All that the installation has of an image. */
async function readEverything(imageId: string) {
  const { db, s3 } = on.servers;
  const objects: object[] = [];
  for await (const { name, etag, lastModified } of s3.listObjectsV2('images', `${project}/${imageId}/`, true))
    objects.push({ name, etag, lastModified });
  const runs = await db.selectFrom('runs').where('image_id', '=', imageId).selectAll().execute();
  return {
    images: await db.selectFrom('images').where('id', '=', imageId).selectAll().execute(),
    runs,
    steps: await db
      .selectFrom('run_steps')
      .where(
        'run_id',
        'in',
        runs.map(({ id }) => id),
      )
      .orderBy('step')
      .selectAll()
      .execute(),
    publications: await db.selectFrom('publications').where('image_id', '=', imageId).selectAll().execute(),
    told: await db.selectFrom('outbox').where('image_id', '=', imageId).select(['id', 'type']).execute(),
    objects,
  };
}

test.each(['convert', 'inspect', 'publish'] as const)('a host is cut off in %s', async (step) => {
  const key = `cut-off-in-${step}`;
  await on.upload(key, image, { policy: 'warn' });
  const lost = await enters(key, step);
  const cutAt = Date.now();
  await lost.cut();
  const first = await newestRun(key);
  await eventually(
    async () => {
      const run = await newestRun(key);
      return run?.worker && findHost(run.worker) !== lost.name;
    },
    { within: 400, what: 'another worker has the run' },
  );
  const movedAfter = Date.now() - cutAt;
  await eventually(async () => (await newestRun(key))?.status === 'published', {
    within: 400,
    what: 'it is published',
  });
  const publishedAfter = Date.now() - cutAt;
  tellFigure(`cut off in ${step}`, { movedAfter, publishedAfter });

  const { image_id: imageId = '', fence } = (await newestRun(key)) ?? {};
  expect(fence).toBeGreaterThan(first?.fence ?? 0);
  const published = await readEverything(imageId);
  expect(published.publications).toMatchObject([{ fence }]);
  expect(published.told.map(({ type }) => type)).toEqual(['image.published']);
  // The object and its provenance.
  expect(published.objects).toHaveLength(2);

  await lost.plugIn();
  // Only this one is left to take the next upload: it has come to itself when that is published.
  const others = on.workers.filter((host) => host !== lost);
  await Promise.all(others.map((host) => host.cut()));
  await on.upload(`${key}-after`, image, { policy: 'warn' });
  await eventually(async () => (await newestRun(`${key}-after`))?.status === 'published', {
    within: 600,
    what: 'the worker that was cut off works again',
  });
  expect(findHost((await newestRun(`${key}-after`))?.worker ?? '')).toBe(lost.name);
  await Promise.all(others.map((host) => host.plugIn()));
  expect(await readEverything(imageId)).toEqual(published);
});
