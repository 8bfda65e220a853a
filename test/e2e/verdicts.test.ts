import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SampleImages } from '../../dev/sample/build.ts';
import { describeFinding } from '../../shared/checks/catalogue.ts';
import { buildDisk, convert, patched } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { guestImages } from '../support/guest-images.ts';
import { type EndedRun, type Installation, project, startInstallation } from '../support/installation.ts';

/** What users are told of images that are not as they should be. */

let samples: SampleImages;
let installation: Installation;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'verdicts-'));
  samples = await guestImages();
  installation = await startInstallation();
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

function failures({ report }: EndedRun) {
  return (report?.findings ?? []).filter(({ outcome }) => outcome === 'fail');
}

describe.each([
  ['no-cloud-init', 'cloud-init-installed', /apt-get install cloud-init/],
  ['no-virtio', 'virtio-block-initramfs', /initramfs/],
] as const)('an image with %s', (variant, code, advice) => {
  test('is rejected under `enforce`, with that reason and what to do', async () => {
    await installation.upload(`${variant}-enforce`, samples[variant], { policy: 'enforce' });
    const end = await installation.ended(`${variant}-enforce`);
    expect(end).toMatchObject({ status: 'rejected', imageStatus: 'killed', report: { verdict: 'reject' } });
    expect(failures(end).map((finding) => finding.code)).toEqual([code]);
    expect(
      failures(end).map((finding) => describeFinding(finding, 'en', end.report?.guest).commands?.map(({ run }) => run)),
    ).toEqual([[expect.stringMatching(advice)]]);
    // What was rejected stays, to be tried again.
    await installation.s3.statObject('uploads', `${project}/${variant}-enforce`);
  });

  test('is published with a warning under `warn`', async () => {
    await installation.upload(`${variant}-warn`, samples[variant], { policy: 'warn' });
    const end = await installation.ended(`${variant}-warn`);
    expect(end).toMatchObject({
      status: 'published',
      imageStatus: 'active',
      report: { verdict: 'publish-with-warnings' },
    });
    expect(failures(end).map((finding) => finding.code)).toEqual([code]);
  });
});

test('what is no image is refused by name, whatever the policy, within seconds', async () => {
  const qcow2 = convert(buildDisk(join(dir, 'disk')), 'qcow2', join(dir, 'disk.qcow2'));
  const backing = patched(join(dir, 'backing.qcow2'), qcow2, 8, [0, 0, 0, 0, 0, 0, 2, 0]);
  const garbage = join(dir, 'garbage');
  writeFileSync(garbage, Buffer.alloc(1024 ** 2, 'no disk'));
  const cases: [string, string | Buffer, string][] = [
    ['one-byte.qcow2', Buffer.from('x'), 'too-small'],
    ['garbage.vmdk', garbage, 'unrecognised'],
    ['backing.raw', backing, 'qcow2-backing-file'],
  ];
  await Promise.all(cases.map(([key, source]) => installation.upload(key, source, { policy: 'warn' })));
  for (const [key, , code] of cases) {
    const end = await installation.ended(key, 60);
    expect(end).toMatchObject({ status: 'rejected', imageStatus: 'killed' });
    expect(failures(end).map((finding) => finding.code)).toEqual([code]);
  }
});

test('an object that is replaced during its run fails that run, and the new one is an image of its own', async () => {
  const first = buildDisk(join(dir, 'first'));
  const second = buildDisk(join(dir, 'second'), 50 * 1024 ** 2);
  const key = 'replaced';
  await installation.upload(key, first, { policy: 'warn' });
  const { db } = installation;
  const readSteps = () =>
    db
      .selectFrom('run_steps')
      .innerJoin('runs', 'runs.id', 'run_steps.run_id')
      .innerJoin('images', 'images.id', 'runs.image_id')
      .where('images.upload_key', '=', `${project}/${key}`)
      .select('step')
      .execute();
  await eventually(async () => (await readSteps()).some(({ step }) => step === 'inspect'), {
    within: 60,
    what: 'inspect has begun',
    every: 20,
  });
  await installation.upload(key, second, { policy: 'warn' });
  const ends = await eventually(
    async () => {
      const runs = await db
        .selectFrom('runs')
        .innerJoin('images', 'images.id', 'runs.image_id')
        .where('images.upload_key', '=', `${project}/${key}`)
        .orderBy('images.created_at')
        .select(['runs.status', 'runs.failure', 'images.virtual_size', 'runs.finished_at'])
        .execute();
      return runs.length === 2 && runs.every(({ finished_at }) => finished_at) ? runs : undefined;
    },
    { within: 120, what: 'both runs end' },
  );
  expect(ends).toMatchObject([
    { status: 'failed', failure: { code: 'object-changed' } },
    { status: 'published', virtual_size: 50 * 1024 ** 2 },
  ]);
});
