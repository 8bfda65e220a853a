import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { evidenceKey, provenanceFile } from '../../shared/report/evidence.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { runCli } from '../support/run-cli.ts';
import { makePublication, publishedImage, someDisk, toNames, uploadedImage } from '../support/samples.ts';

/** "bootready store check" on records and objects that differ, as after a restore from copies of different moments. */

let installation: Installation;
let project: Project;
beforeAll(async () => {
  installation = await startInstallation({ roles: [] });
  project = await createProjectStore(installation.db).ensure({ id: 'demo' });
});
afterAll(() => installation?.close());

function put(key: string, body: string): Promise<unknown> {
  return installation.s3.putObject('images', key, Buffer.from(body));
}
/** A published image of these bytes. */
async function published(bytes: string) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const converted = someDisk({ format: 'raw', size: bytes.length, sha256 });
  const { image, run } = await publishedImage(installation.db, project, converted);
  return { image, run, key: makePublication(toNames(run), converted).key };
}
async function check(...options: string[]) {
  const { code, stdout } = await runCli(['store', 'check', '--json', ...options], { env: installation.env });
  return { code, ...(JSON.parse(stdout) as { images: number; differences: object[] }) };
}

test('records and objects that agree are no difference', async () => {
  const { key, image, run } = await published('whole');
  await put(key, 'whole');
  await put(evidenceKey({ projectId: project.id, imageId: image.id, runId: run.id }, provenanceFile), '{}');
  // The object of zeros that workers keep for copies, and an object of a run that is under way.
  await put('.bootready/zeros-8', '00000000');
  const { image: open } = await uploadedImage(installation.db, project);
  await put(`${project.id}/${open.id}/disk.raw`, 'on its way');
  expect(await check('--read')).toMatchObject({ code: 0, images: 1, differences: [] });
});

test('it names images without bytes, with other bytes, and bytes without an image', async () => {
  const { db } = installation;
  const gone = await published('gone');
  const cut = await published('cut off');
  await put(cut.key, 'cut');
  const flipped = await published('flipped');
  await put(flipped.key, 'Flipped');
  const unknown = `${project.id}/${randomUUID()}/disk.raw`;
  await put(unknown, 'nobody knows');
  const { image: rejected, run } = await uploadedImage(db, project);
  await db.updateTable('runs').set({ finished_at: new Date() }).where('id', '=', run.id).execute();
  await db.updateTable('images').set({ status: 'killed', name: 'lost' }).where('id', '=', rejected.id).execute();
  await put(`${project.id}/${rejected.id}/disk.raw`, 'published after the dump');

  const differences = [
    { kind: 'missing', image: { imageId: gone.image.id, key: gone.key } },
    { kind: 'changed', image: { imageId: cut.image.id }, found: '3 bytes', expected: '7' },
    { kind: 'unknown', object: { bucket: 'images', key: unknown, size: 12 } },
    {
      kind: 'unknown',
      object: { key: `${project.id}/${rejected.id}/disk.raw` },
      image: { name: 'lost', status: 'killed' },
    },
  ];
  const quick = await check();
  expect(quick.code).toBe(1);
  expect(quick.differences).toHaveLength(differences.length);
  for (const each of differences) expect(quick.differences).toContainEqual(matching(each));

  const { differences: whole } = await check('--read');
  expect(whole).toHaveLength(differences.length + 1);
  const sha256 = createHash('sha256').update('Flipped').digest('hex');
  expect(whole).toContainEqual(
    matching({ kind: 'changed', image: { imageId: flipped.image.id }, found: `the SHA-256 ${sha256}` }),
  );

  const { stdout } = await runCli(['store', 'check'], { env: installation.env });
  expect(stdout).toContain(
    `No object: image "Debian 12" (${gone.image.id}) of demo: images/${gone.key} does not exist.`,
  );
  expect(stdout).toContain(`No record: images/${unknown}, 12 bytes.`);
});

/** With these fields, at any depth. */
function matching(fields: object): unknown {
  return expect.objectContaining(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'object' && value ? matching(value) : value,
      ]),
    ),
  );
}
