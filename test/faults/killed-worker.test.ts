import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Step } from '../../shared/contracts/step.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, project, type Role2Process, startInstallation } from '../support/installation.ts';
import { scratchFolders } from '../support/scratch-folders.ts';

/** A worker that dies, or is taken for dead, in each of the steps: the image is published all the same and goes where it shall, once. */

let installation: Installation;
let worker: Role2Process;
let dir: string;
let image: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'killed-'));
  image = convert(buildDisk(join(dir, 'disk')), 'qcow2', join(dir, 'disk.qcow2'));
  await mkdir(join(dir, 'shelf'));
  const targets = { shelf: { kind: 'directory', path: join(dir, 'shelf') } };
  const env = { TARGETS: JSON.stringify(targets), DELIVER_TO: 'shelf' };
  installation = await startInstallation({ roles: ['queues'], env });
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Resolves the moment that the step runs. */
function enters(key: string, step: Step): Promise<unknown> {
  return eventually(
    () =>
      installation.db
        .selectFrom('run_steps')
        .innerJoin('runs', 'runs.id', 'run_steps.run_id')
        .innerJoin('images', 'images.id', 'runs.image_id')
        .where('images.upload_key', '=', `${project}/${key}`)
        .where('run_steps.step', '=', step)
        .where('run_steps.status', '=', 'running')
        .select('run_steps.step')
        .executeTakeFirst(),
    { within: 120, what: `${step} runs`, every: 3 },
  );
}

async function expectPublishedOnce(key: string): Promise<void> {
  const { db, s3 } = installation;
  const end = await installation.ended(key, 240);
  expect(end).toMatchObject({ status: 'published', imageStatus: 'active' });
  const publications = await db.selectFrom('publications').where('image_id', '=', end.imageId).selectAll().execute();
  expect(publications).toHaveLength(1);
  const told = await db.selectFrom('outbox').where('image_id', '=', end.imageId).select('type').execute();
  expect(told).toEqual([{ type: 'image.published' }]);
  const objects: string[] = [];
  for await (const { name } of s3.listObjectsV2('images', `${project}/${end.imageId}/`, true)) objects.push(name);
  // Beside the image lies its provenance, of one run as well.
  const provenance = `${project}/${end.imageId}/evidence/${end.runId}/provenance.dsse.json`;
  expect(objects.toSorted()).toEqual([publications[0]?.key, provenance].toSorted());
  const { sha256, format } = publications[0] ?? {};
  await eventually(async () => (await toDelivery(end.imageId))?.status === 'done', {
    within: 60,
    what: 'it is on the shelf',
  });
  const names = [`${sha256}.${format}`, `${sha256}.provenance.dsse.json`, `${sha256}.report.json`, 'SHA256SUMS'];
  expect((await readdir(join(dir, 'shelf', project, end.imageId))).toSorted()).toEqual(names.toSorted());
}

function toDelivery(imageId: string) {
  return installation.db.selectFrom('deliveries').where('image_id', '=', imageId).select('status').executeTakeFirst();
}

test.each(['admit', 'convert', 'inspect', 'publish'] as const)('SIGKILL in %s', async (step) => {
  const key = `killed-in-${step}`;
  worker = await installation.start('steps');
  await installation.upload(key, image, { policy: 'warn' });
  await enters(key, step);
  await worker.stop('SIGKILL');
  worker = await installation.start('steps');
  await expectPublishedOnce(key);
  await eventually(async () => (await scratchFolders(installation)).length === 0, {
    within: 20,
    what: 'scratch is clear',
  });
  await worker.stop();
});

test('SIGTERM hands the run to another worker at once', async () => {
  worker = await installation.start('steps');
  await installation.upload('stopped', image, { policy: 'warn' });
  await enters('stopped', 'inspect');
  const other = await installation.start('steps');
  await worker.stop('SIGTERM');
  await expectPublishedOnce('stopped');
  await other.stop();
});

test('a worker that was taken for dead and is not publishes nothing', async () => {
  const zombie = await installation.start('steps');
  await installation.upload('zombie', image, { policy: 'warn' });
  await enters('zombie', 'publish');
  zombie.child.kill('SIGSTOP');
  const other = await installation.start('steps');
  await expectPublishedOnce('zombie');
  await other.stop();
  zombie.child.kill('SIGCONT');
  // It has come to itself when it works again.
  await installation.upload('after-zombie', image, { policy: 'warn' });
  await expectPublishedOnce('after-zombie');
  await expectPublishedOnce('zombie');
  await zombie.stop();
});
