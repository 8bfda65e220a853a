import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { FamilyList, ImageDetail, ImageSourceList, ImageSourceView, ImageView } from '../../shared/contracts/api.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { type CliUser, startCliUser } from '../support/cli-user.ts';
import { eventually } from '../support/eventually.ts';
import { withoutHousekeeping } from '../support/housekeeping.ts';
import { project } from '../support/installation.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { publishedImage } from '../support/samples.ts';

/** What administrators offer to everyone, and snapshots: the command itself, against a whole installation. */

let admin: CliUser;
let disk: string;
let mirror: Mirror;
let url: string;
let memberKey: string;
beforeAll(async () => {
  admin = await startCliUser({ role: 'admin', env: { POLICY: 'warn' } });
  disk = convert(buildDisk(join(admin.dir, 'disk.raw')), 'qcow2', join(admin.dir, 'disk.qcow2'));
  mirror = await startMirror();
  mirror.offer('disk.qcow2', readFileSync(disk));
  ({ url } = mirror);
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(admin.installation.db).create({ projectId: project, name: 'm', hash, hint, role: 'member' });
  memberKey = key;
});
afterAll(async () => {
  mirror?.close();
  await admin?.close();
});
function asMember() {
  return { env: { BOOTREADY_API_KEY: memberKey } };
}

test('promote makes a published image the one of its family, for everyone; the one before is hidden and stays', async () => {
  expect(await admin.run(['families'])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'No platform images yet. Administrators create one: "bootready promote IMAGE --family FAMILY".\n',
  });
  const { db } = admin.installation;
  const owner = (await createProjectStore(db).all()).find(({ id }) => id === project) as Project;
  for (const name of ['one', 'two']) {
    const { image } = await publishedImage(db, owner);
    await db.updateTable('images').set({ name }).where('id', '=', image.id).execute();
  }
  const first = ImageView.parse(await admin.json('promote', 'one', '--family', 'small'));
  expect(first).toMatchObject({ name: 'one', family: 'small', visibility: 'public' });
  const promoted = await admin.run(['promote', 'two', '--family', 'small']);
  const [second] = await admin.imagesNamed('two');
  expect(promoted).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `two (${second?.id}) is now the platform image of small; the previous one is hidden.\n`,
  });
  const { families } = FamilyList.parse(await admin.json('families'));
  expect(families.map(({ family, latest }) => [family, latest.id])).toEqual([['small', second?.id]]);
  expect((await admin.run(['families'], asMember())).stdout).toMatch(
    /^FAMILY +NAME +CREATED +ID\nsmall +two +.* [\w-]{36}\n$/,
  );
  expect((await admin.run(['show', first.id], asMember())).code).toBe(0);
});

test('promote says what is in the way', async () => {
  const queued = await admin.api.createImage({ name: 'queued' });
  for (const [args, options, code, message] of [
    [[queued.id, '--family', 'x'], {}, 6, /^Only a published image can become a platform image\.$/m],
    [[queued.id, '--family', 'No Family'], {}, 2, /^--family is not valid: /m],
    [['nothing', '--family', 'x'], {}, 4, /^There is no image "nothing"\.$/m],
    [[queued.id], {}, 2, /--family/],
    [['one', '--family', 'mine'], asMember(), 5, /^This request needs the role "admin"; you have "member"\.$/m],
  ] as const) {
    const ended = await admin.run(['promote', ...args], options);
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(ended.stderr.trim().split('\n')).toHaveLength(2);
  }
});

test('a source is set, listed, looked at again and deleted, and says what came of it', () =>
  withoutHousekeeping(admin.installation, async () => {
    const none = await admin.run(['source', 'list']);
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('bootready source set') });
    const image = ['--url', `${url}/disk.qcow2?key=secret`];
    const missing = await admin.run(['source', 'set', 'mirrored', ...image]);
    expect(missing).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--checksum-url') });
    expect(missing.stderr.trim().split('\n')).toHaveLength(2);

    const sums = ['--checksum-url', `${url}/SHA256SUMS`];
    const set = await admin.run([
      'source',
      'set',
      'mirrored',
      ...image,
      ...sums,
      '--name',
      'Mirrored',
      '--every',
      '2',
      '--keep',
      '3',
    ]);
    expect(set).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `mirrored is downloaded from ${url}/disk.qcow2, now and whenever its checksum changes; it is refreshed every 2 h.\n`,
    });
    const sources = async () => ImageSourceList.parse(await admin.json('source', 'list')).sources;
    expect(await sources()).toMatchObject([{ family: 'mirrored', name: 'Mirrored', everySeconds: 7200, keep: 3 }]);
    expect((await admin.run(['source', 'list'])).stdout).toMatch(
      /^mirrored {2}http:.*\/disk\.qcow2\n {2}not refreshed yet, /,
    );

    // Another address, of which nothing can be had.
    const wrong = ['--checksum-url', `${url}/MISSING`];
    ImageSourceView.parse(await admin.json('source', 'set', 'mirrored', ...image, ...wrong));
    await admin.installation.db
      .updateTable('image_sources')
      .set({
        looked_at: new Date(),
        failure: JSON.stringify({ code: 'object-missing', message: 'It is gone.' }) as never,
      })
      .execute();
    const listed = await admin.run(['source', 'list']);
    expect(listed.stdout).toMatch(/\n {2}It is gone\.\n$/);
    const again = await admin.run(['source', 'refresh', 'mirrored']);
    expect(again).toMatchObject({
      code: 0,
      stdout: 'mirrored is refreshed within a minute; "bootready source list" shows the result.\n',
    });
    expect((await sources())[0]?.lookedAt).toBeNull();

    for (const args of [
      ['list'],
      ['refresh', 'mirrored'],
      ['delete', 'mirrored'],
      ['set', 'mirrored', ...image, ...sums],
    ]) {
      const refused = await admin.run(['source', ...args], asMember());
      expect(refused).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('This request needs the role "admin"'),
      });
    }
    expect(await admin.json('source', 'delete', 'mirrored')).toEqual({ family: 'mirrored', deleted: true });
    for (const command of ['refresh', 'delete']) {
      const gone = await admin.run(['source', command, 'mirrored']);
      expect(gone).toMatchObject({ code: 4, stderr: expect.stringContaining('"bootready source list"') });
      expect(gone.stderr.trim().split('\n')).toHaveLength(2);
    }
  }));

const instance = '11111111-1111-4111-8111-111111111111';

test('a snapshot is imported from a file: a backup keeps its identity and says whose it is', async () => {
  const args = ['snapshot', 'import', disk, '--name', 'backup', '--kind', 'backup', '--instance', instance];
  const sent = await admin.run([...args, '--parallel', '2', '--bwlimit', '100M']);
  expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^backup is published\.$/m) });
  const [image] = await admin.imagesNamed('backup');
  const detail = ImageDetail.parse(await admin.json('show', image?.id ?? ''));
  expect(detail.properties).toMatchObject({ image_type: 'snapshot', snapshot_kind: 'backup', instance_uuid: instance });
  expect(detail.runs.at(-1)?.findings?.map(({ code }) => code) ?? []).not.toContain('clone-machine-id');
  expect((await admin.run(['list', '--snapshots'])).stdout).toContain('backup');
}, 300_000);

test('a snapshot is fetched from a URL, and held to its checksum', async () => {
  const from = ['snapshot', 'import', `${url}/disk.qcow2`, '--name', 'fetched'];
  const wrong = await admin.run([...from, '--checksum', `sha256:${'0'.repeat(64)}`]);
  expect(wrong).toMatchObject({ code: 3, stdout: expect.stringContaining('a different sha256 than the given one') });
  const sum = `sha256:${createHash('sha256').update(readFileSync(disk)).digest('hex')}`;
  const right = await admin.run([...from, '--kind', 'template', '--checksum', sum, '--no-wait', '--json']);
  const { id } = ImageDetail.parse(JSON.parse(right.stdout));
  const cameOver = async () => (await admin.api.image(id)).download?.status === 'handed-over';
  await eventually(cameOver, { within: 60, what: 'it is fetched' });
  const images = await admin.imagesNamed('fetched');
  expect(images.map(({ properties }) => properties.snapshot_kind)).toEqual(['template', 'template']);
});

test.each([
  ['a kind that there is not', ['--kind', 'copy'], /Allowed choices are backup, template/],
  ['an instance that is no id', ['--instance', 'mine'], /^--instance is not valid/m],
  ['a base image that is no id', ['--base-image', 'mine'], /^--base-image is not valid/m],
  [
    'a checksum of a file that is sent',
    ['--checksum', `sha256:${'0'.repeat(64)}`],
    /^--checksum is only for downloads/m,
  ],
])('a snapshot with %s is wrong use', async (_what, more, message) => {
  const ended = await admin.run(['snapshot', 'import', disk, '--name', 'x', ...more]);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  expect(ended.stderr.trim().split('\n')).toHaveLength(2);
  expect(await admin.imagesNamed('x')).toEqual([]);
});
