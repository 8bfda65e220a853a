import { constants, copyFileSync, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import type { ImageDetail } from '../../shared/contracts/api.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { editDisk } from '../images/edit.ts';
import { eventually } from '../support/eventually.ts';
import { guestImages } from '../support/guest-images.ts';
import { type Installation, project, type Role2Process, startInstallation } from '../support/installation.ts';
import { scratchFolders } from '../support/scratch-folders.ts';
import { whereUploaded } from '../support/where-uploaded.ts';

/** A worker that dies while it repairs: the repair ends well on another, with one new image; the original is what it was. */

let installation: Installation;
let worker: Role2Process;
let dir: string;
let authorization: string;
let disk: string;
let original: ImageDetail;
/** What the store says of the original's object. */
let bytes: { etag: string; size: number };

async function call(method: 'GET' | 'POST', path: string): Promise<ImageDetail> {
  const answer = await fetch(`${installation.apiUrl}/v1${path}`, { method, headers: { authorization } });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as ImageDetail;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'killed-repair-'));
  installation = await startInstallation({ roles: ['queues'] });
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(installation.db).create({ projectId: project, name: 'me', hash, hint, role: 'member' });
  authorization = `Bearer ${key}`;
  disk = join(dir, 'used.raw');
  copyFileSync((await guestImages()).good, disk, constants.COPYFILE_FICLONE);
  editDisk(disk, [{ write: '/etc/machine-id', text: 'b08dfa6083e7567a1921a715000001fb\n' }]);
  worker = await installation.start('steps');
  await installation.upload('used', disk, { format: 'qcow2' });
  const { imageId } = await installation.ended('used');
  original = await eventually(
    async () => {
      const image = await call('GET', `/images/${imageId}`);
      const areNoted = image.runs[0]?.steps.every(({ finishedAt }) => finishedAt);
      return areNoted && image.activity?.percent === 100 && image;
    },
    { within: 30, what: 'the steps of the first run have ended' },
  );
  const { etag, size } = await installation.s3.statObject('images', original.published?.key ?? '');
  bytes = { etag, size };
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

/** All images that there may be beside the original: one for each order. */
const ordered: string[] = [];
async function order(): Promise<ImageDetail> {
  const image = await call('POST', `/images/${original.id}/repairs`);
  ordered.push(image.id);
  return image;
}

/** The appliance has the disk open for writing. */
function untilItMends({ id }: ImageDetail): Promise<unknown> {
  return eventually(
    async () =>
      (await scratchFolders(installation)).some(
        (folder) => folder.includes(`/repair-${id}.`) && existsSync(join(folder, 'mend')),
      ),
    { within: 300, what: 'the disk is being mended', every: 3 },
  );
}

async function parts(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of installation.s3.listIncompleteUploads('uploads', prefix, true)) keys.push(key);
  return keys;
}

function untilItIsHandedOver(image: ImageDetail): Promise<unknown> {
  return eventually(async () => (await parts(whereUploaded(image).key)).length > 0, {
    within: 300,
    what: 'the mended disk is being uploaded',
    every: 3,
  });
}

async function expectNothingElse(): Promise<void> {
  const { db, s3 } = installation;
  expect(await call('GET', `/images/${original.id}`)).toEqual(original);
  expect(await s3.statObject('images', original.published?.key ?? '')).toMatchObject(bytes);
  const images = await db.selectFrom('images').select('id').execute();
  expect(images.map(({ id }) => id).toSorted()).toEqual([original.id, ...ordered].toSorted());
  const isClear = async () => (await scratchFolders(installation)).length === 0;
  await eventually(isClear, { within: 20, what: 'scratch is clear' });
  expect(await parts(`${project}/`)).toEqual([]);
}

async function expectOneNewImage({ id }: ImageDetail): Promise<void> {
  const made = await eventually(
    async () => {
      const image = await call('GET', `/images/${id}`);
      return (image.status === 'active' || image.status === 'killed') && image;
    },
    { within: 400, what: 'the new image is done', every: 500 },
  );
  expect(made).toMatchObject({ status: 'active', repair: { status: 'handed-over' }, runs: [{ status: 'published' }] });
  await expectNothingElse();
}

test.each([
  ['mending', untilItMends],
  ['handing over', untilItIsHandedOver],
])('SIGKILL while %s', async (_step, until) => {
  const image = await order();
  await until(image);
  await worker.stop('SIGKILL');
  worker = await installation.start('steps');
  await expectOneNewImage(image);
});

test('SIGKILL when the mended disk is uploaded, and that is not yet noted', async () => {
  const image = await order();
  await untilItMends(image);
  await worker.stop('SIGKILL');
  await installation.s3.fPutObject('uploads', whereUploaded(image).key, disk);
  worker = await installation.start('steps');
  await expectOneNewImage(image);
});

test('a repair that is cancelled while it mends leaves nothing but the record of that', async () => {
  const image = await order();
  await untilItMends(image);
  expect(await call('POST', `/images/${image.id}/cancel`)).toMatchObject({
    status: 'killed',
    repair: { status: 'cancelled', failure: null },
  });
  await expectNothingElse();
  await expect(installation.s3.statObject('uploads', whereUploaded(image).key)).rejects.toThrow(/not found/i);
  expect(await call('GET', `/images/${image.id}`)).toMatchObject({ status: 'killed', runs: [] });
});
