import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import type { SampleImages } from '../../dev/sample/build.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { guestImages } from '../support/guest-images.ts';
import { type Installation, project, type Role2Process, startInstallation } from '../support/installation.ts';

/** The image is started before it is published, and cloud-init itself says that it has done what it was told. */

let samples: SampleImages;
let installation: Installation;
let worker: Role2Process;
beforeAll(async () => {
  samples = await guestImages();
  installation = await startInstallation({ roles: ['queues'] });
  worker = await installation.start('steps');
});
afterAll(() => installation?.close());

test('a sound image passes `require`, even if the worker is killed while it starts; what its console said is kept', async () => {
  await installation.upload('sound', samples.good, { 'boot-check': 'require' });
  await eventually(
    () =>
      installation.db
        .selectFrom('run_steps')
        .where('step', '=', 'boot-check')
        .where('status', '=', 'running')
        .where('percent', '>', 0)
        .select('step')
        .executeTakeFirst(),
    { within: 300, what: 'the image is being started' },
  );
  await worker.stop('SIGKILL');
  worker = await installation.start('steps');
  const end = await installation.ended('sound', 800);
  expect(end).toMatchObject({
    status: 'published',
    report: { verdict: 'publish', boot: { firmware: 'bios', seconds: expect.any(Number) } },
  });
  const boot = (end.report?.findings ?? []).filter(({ step }) => step === 'boot-check');
  expect(boot.map(({ code, outcome }) => [code, outcome])).toEqual([
    ['boot-reached-cloud-init', 'pass'],
    ['boot-seed-applied', 'pass'],
    ['boot-network-device', 'pass'],
  ]);
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(installation.db).create({ projectId: project, name: 'reader', hash, hint, role: 'reader' });
  const evidence = (name: string): Promise<Response> =>
    fetch(`${installation.apiUrl}/v1/images/${end.imageId}/runs/1/evidence/${name}`, {
      headers: { authorization: `Bearer ${key}` },
    });
  expect(await (await evidence('serial.log')).text()).toContain('Linux version');
  const screen = Buffer.from(await (await evidence('screen.png')).arrayBuffer());
  expect(screen.subarray(1, 4).toString()).toBe('PNG');
});

test('an image that cannot find its root device is rejected under `require`, whatever else the policy lets pass', async () => {
  await installation.upload('no-virtio', samples['no-virtio'], { policy: 'warn', 'boot-check': 'require' });
  const end = await installation.ended('no-virtio', 1000);
  expect(end).toMatchObject({ status: 'rejected', imageStatus: 'killed', report: { verdict: 'reject' } });
  const failed = (end.report?.findings ?? []).filter(
    ({ outcome, step }) => outcome === 'fail' && step === 'boot-check',
  );
  expect(failed.map(({ code }) => code)).toEqual(['boot-no-root-device']);
});
