import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { buildDisk } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';

/** A worker whose scratch folder is a small filesystem of its own, nearly full (security review, H9). */

const MiB = 1024 ** 2;
const sizeMiB = 400;
/** What is left of it beside the ballast: enough for a small image, and not for a large one. */
const leftMiB = 200;

let installation: Installation;
let dir: string;
let ballast: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'full-scratch-'));
  installation = await startInstallation({ roles: ['queues'] });
  const scratch = installation.env.SCRATCH_DIR as string;
  await mkdir(scratch, { recursive: true });
  // In a mount namespace of its own, so that a test that is killed leaves nothing mounted.
  const own = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  const mount = `mount -t tmpfs -o size=${sizeMiB}m scratch '${scratch}' && exec "$@"`;
  const { child } = await installation.start('steps', ['unshare', ...own, 'sh', '-c', mount, 'sh']);
  ballast = join(`/proc/${child.pid}/root`, scratch, 'ballast');
  await eventually(() => installation.db.selectFrom('workers').selectAll().executeTakeFirst(), {
    within: 60,
    what: 'the worker has started',
  });
  await createProjectStore(installation.db).ensure({ id: 'other' });
}, 300_000);
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

function readSteps(key: string) {
  return installation.db
    .selectFrom('run_steps')
    .innerJoin('runs', 'runs.id', 'run_steps.run_id')
    .innerJoin('images', 'images.id', 'runs.image_id')
    .where('images.upload_key', '=', key)
    .select(['run_steps.step', 'run_steps.status', 'run_steps.waits_for', 'run_steps.attempts', 'runs.status as run']);
}
function readConvert(key: string) {
  return readSteps(key).where('run_steps.step', '=', 'convert').executeTakeFirst();
}

test('what does not fit waits, is shown to wait, holds up nobody, and goes on', async () => {
  execFileSync('fallocate', ['-l', String((sizeMiB - leftMiB) * MiB), ballast]);
  const large = buildDisk(join(dir, 'large'), 150 * MiB);
  await installation.upload('large', large, { policy: 'warn' });
  await eventually(async () => (await readConvert(`${project}/large`))?.waits_for === 'scratch', {
    within: 60,
    what: 'the large image waits for scratch space',
  });

  const { s3 } = installation;
  await s3.fPutObject('uploads', 'other/small', buildDisk(join(dir, 'small')), { policy: 'warn' });
  const toRun = (key: string) => async () => (await readSteps(key).executeTakeFirst())?.run === 'published';
  await eventually(toRun('other/small'), { within: 240, what: 'the small image of another project is published' });
  expect(await readConvert(`${project}/large`)).toMatchObject({ waits_for: 'scratch', status: 'running' });

  await rm(ballast);
  expect(await installation.ended('large', 240)).toMatchObject({ status: 'published', imageStatus: 'active' });
  // It waited, and was not tried again.
  expect(await readConvert(`${project}/large`)).toMatchObject({ waits_for: null, status: 'done', attempts: 1 });
});

test('what can never fit fails at once, and says how much it needs', async () => {
  await installation.upload('huge', buildDisk(join(dir, 'huge'), 500 * MiB), { policy: 'warn' });
  const { status, failure } = await installation.ended('huge', 120);
  expect(status).toBe('failed');
  expect(failure?.code).toBe('scratch-too-small');
  expect(failure?.message).toBe('The image needs 574 MiB of scratch space, but a worker has only 336 MiB in total.');
});
