import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { Report } from '../../shared/contracts/run.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { evidenceKey, provenanceFile } from '../../shared/report/evidence.ts';
import type { Installation } from './installation.ts';
import { begunRun } from './run-records.ts';
import { makePublication, someDisk, someObject, someProject, someReport, toNames, uploadedImage } from './samples.ts';

/** Images in every state that the portal shows, as the steps leave them behind; no worker runs. */

const GiB = 1024 ** 3;

/** A red dot of one pixel: https://www.w3.org/TR/png-3/ */
const screen = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);

const guest: NonNullable<Report['guest']> = {
  partitionTable: 'gpt',
  firmware: ['bios', 'uefi'],
  osType: 'linux',
  osDistro: 'debian',
  osVersion: '12',
  osName: 'Debian GNU/Linux 12 (bookworm)',
  architecture: 'x86_64',
  kernels: ['6.1.0-32-cloud-amd64'],
  initSystem: 'systemd',
  cloudInit: '22.4.2',
  packageFormat: 'deb',
};
const disk: Report['disk'] = { format: 'vmdk', variant: 'streamOptimized', virtualSize: 3 * GiB };

function found(
  code: string,
  outcome: Finding['outcome'],
  params: Finding['params'] = {},
  step: Finding['step'] = 'inspect',
): Finding {
  return {
    code,
    outcome,
    params,
    step,
  };
}

const passed: Finding[] = [
  found('format', 'pass', { format: 'vmdk', variant: 'streamOptimized' }, 'admit'),
  found('cloud-init-installed', 'pass', { version: '22.4.2' }),
  found('cloud-init-enabled', 'pass'),
  found('kernel-version', 'pass', { version: '6.1.0' }),
];

async function step(
  { db }: Installation,
  runId: string,
  name: 'admit' | 'convert' | 'inspect' | 'boot-check' | 'publish',
  more: {
    seconds?: number;
    before?: number;
    percent?: number;
    attempts?: number;
    status?: 'running' | 'done' | 'failed';
    message?: string;
  },
): Promise<void> {
  const { seconds = 1, before = 0, percent = 100, attempts = 1, status = 'done', message = null } = more;
  const startedAt = new Date(Date.now() - (before + seconds) * 1000);
  await db
    .insertInto('run_steps')
    .values({
      run_id: runId,
      step: name,
      status,
      attempts,
      percent,
      worker: 'worker-1',
      message,
      working: true,
      started_at: startedAt,
      finished_at: status === 'running' ? null : new Date(Date.now() - before * 1000),
    })
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'step']).doUpdateSet({ status, attempts, percent, started_at: startedAt }),
    )
    .execute();
}

/** Inspections of another project that took so long. */
export async function pastInspections(installation: Installation, seconds: readonly number[]): Promise<void> {
  const { db } = installation;
  const project = await someProject(db);
  for (const each of seconds)
    await step(installation, (await begunRun(db, project)).run.runId, 'inspect', { seconds: each });
}

/** The inspection of the newest run of this image begins. */
export async function beginInspection(installation: Installation, { id }: Image, before: number): Promise<void> {
  const runs = installation.db.selectFrom('runs').where('image_id', '=', id).orderBy('number', 'desc');
  const { id: runId } = await runs.select('id').executeTakeFirstOrThrow();
  await step(installation, runId, 'inspect', { seconds: before, status: 'running' });
}

async function uploaded(installation: Installation, project: Project, name: string) {
  const { db } = installation;
  const made = await uploadedImage(db, project, someObject(project, { size: 512 * 1024 ** 2 }));
  await db.updateTable('images').set({ name }).where('id', '=', made.image.id).execute();
  return { ...made, names: toNames(made.run) };
}

export async function activeImage(
  installation: Installation,
  project: Project,
  name: string,
  serialLog: string,
): Promise<Image> {
  const { image, names } = await uploaded(installation, project, name);
  const runs = createRunStore(installation.db);
  const { fence } = await runs.beginAttempt(names, 'worker-1');
  await step(installation, names.runId, 'admit', { seconds: 0.2 });
  await step(installation, names.runId, 'convert', { seconds: 6.4 });
  await step(installation, names.runId, 'inspect', { seconds: 27 });
  await step(installation, names.runId, 'boot-check', { seconds: 62 });
  await step(installation, names.runId, 'publish', { seconds: 6.5 });
  const evidence = (file: string) => ({ bucket: 'images', key: `evidence/${image.id}/${file}` });
  await installation.s3.putObject('images', evidence('serial.log').key, serialLog);
  await installation.s3.putObject('images', evidence('screen.png').key, screen);
  const converted = someDisk({ format: 'raw', size: 3 * GiB, virtualSize: 3 * GiB });
  const report = someReport(names, 'publish-with-warnings', {
    guest,
    disk,
    converted,
    layers: [{ kind: 'gz' }, { kind: 'disk' }],
    boot: {
      accelerator: 'kvm',
      firmware: 'bios',
      seconds: 14.2,
      serialLog: evidence('serial.log'),
      screen: evidence('screen.png'),
    },
    findings: [
      ...passed,
      found('boot-reached-cloud-init', 'pass', {}, 'boot-check'),
      found('disk-growth', 'warn', { behind: '/dev/sda2 (swap)' }),
    ],
  });
  await runs.publish({ ...names, fence }, makePublication(names, converted));
  await installation.db
    .updateTable('runs')
    .set({ report: JSON.stringify(report) as never })
    .where('id', '=', names.runId)
    .execute();
  await installation.s3.putObject('images', makePublication(names, converted).key, Buffer.from('published bytes'));
  const signed = evidenceKey({ projectId: project.id, ...names }, provenanceFile);
  await installation.s3.putObject('images', signed, Buffer.from('{}'));
  return image;
}

export async function rejectedImage(installation: Installation, project: Project, name: string): Promise<Image> {
  const { image, names } = await uploaded(installation, project, name);
  const runs = createRunStore(installation.db);
  await runs.beginAttempt(names, 'worker-1');
  await step(installation, names.runId, 'admit', { seconds: 0.3 });
  await step(installation, names.runId, 'convert', { seconds: 11, attempts: 2 });
  await step(installation, names.runId, 'inspect', { seconds: 31 });
  const report = someReport(names, 'reject', {
    guest,
    disk,
    layers: [{ kind: 'disk' }],
    findings: [
      found('cloud-init-installed', 'fail'),
      found('clone-machine-id', 'warn', { files: '/etc/machine-id' }),
      ...passed.slice(0, 1),
    ],
  });
  await runs.finish(names, { status: 'rejected', report });
  return image;
}

/** As the workflow of a repair leaves it: handed over, its own run not yet begun. */
export async function repairedImage(installation: Installation, parent: Image): Promise<Image> {
  const repairs = createRepairStore(installation.db);
  const image = await repairs.create({
    parent,
    name: `${parent.name} (repaired)`,
    settings: {},
    bucket: 'uploads',
    remedies: ['clean-for-cloning'],
    guest,
    before: [found('clone-machine-id', 'warn', { files: '/etc/machine-id' })],
  });
  const { fence } = await repairs.begin(image.id);
  await repairs.mended(image.id, fence, [
    {
      remedy: 'clean-for-cloning',
      changes: ['emptied /etc/machine-id', 'removed history: <b>/root/.bash_history</b>'],
    },
  ]);
  await repairs.handedOver(image.id, fence);
  return image;
}

export async function convertingImage(installation: Installation, project: Project, name: string): Promise<Image> {
  const { image, names } = await uploaded(installation, project, name);
  await createRunStore(installation.db).beginAttempt(names, 'worker-1');
  await step(installation, names.runId, 'admit', { seconds: 0.3, before: 40 });
  await step(installation, names.runId, 'convert', { seconds: 40, percent: 62, status: 'running' });
  return image;
}

/** One that fails again and again, and said why the last time. */
export async function stuckImage(
  installation: Installation,
  project: Project,
  name: string,
  message: string,
): Promise<Image> {
  const { image, names } = await uploaded(installation, project, name);
  await createRunStore(installation.db).beginAttempt(names, 'worker-1');
  await step(installation, names.runId, 'admit', { seconds: 0.3, before: 400 });
  await step(installation, names.runId, 'convert', {
    seconds: 300,
    before: 20,
    attempts: 4,
    status: 'failed',
    message,
  });
  return image;
}

/** Many at once, as SQL makes them. */
export async function manyImages({ db }: Installation, project: Project, count: number): Promise<void> {
  await sql`
    insert into images (project_id, name, settings, properties, upload_bucket, upload_key, created_at)
    select ${project.id}, 'bulk-' || lpad(n::text, 5, '0'), '{}', '{}', 'uploads', ${`${project.keyPrefix}${randomUUID()}-`} || n, now() - make_interval(days => 30, secs => n)
    from generate_series(1, ${count}) n`.execute(db);
}
