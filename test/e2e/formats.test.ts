import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SampleImages } from '../../dev/sample/build.ts';
import { firstDifference, guestImages, packings } from '../support/guest-images.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';

/** One real Debian image in every format: uploaded by a plain S3 client, started by the store's notification. */

let samples: SampleImages;
let installation: Installation;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'formats-'));
  samples = await guestImages();
  installation = await startInstallation();
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

const keyOf = (name: string): string => name.replaceAll(' ', '-');

/** The next file is packed and uploaded while the one before is worked on. */
const uploads = new Map<string, Promise<void>>();
const names = Object.keys(packings);
const send = (name: string | undefined): Promise<void> => {
  const pack = name === undefined ? undefined : packings[name];
  if (name === undefined || !pack) return Promise.resolve();
  const path = join(dir, keyOf(name));
  const there = uploads.get(name);
  const sending =
    there ??
    (async () => {
      pack(samples.good, path);
      await installation.upload(keyOf(name), path);
      await rm(path);
    })();
  uploads.set(name, sending);
  return sending;
};

test.each(names)('%s ends published, equal to the disk it was made from', async (name) => {
  await send(name);
  const next = send(names[names.indexOf(name) + 1]);
  const end = await installation.ended(keyOf(name));
  expect(end).toMatchObject({ status: 'published', imageStatus: 'active', report: { verdict: 'publish' } });
  expect(end.report?.guest).toMatchObject({ osDistro: 'debian', osVersion: expect.stringMatching(/^12/) });

  const { s3, db } = installation;
  const { bucket, key } = await db
    .selectFrom('publications')
    .where('image_id', '=', end.imageId)
    .selectAll()
    .executeTakeFirstOrThrow();
  expect(await firstDifference(await s3.getObject(bucket, key), samples.good)).toBeUndefined();
  // The upload goes once its image is published.
  await expect(s3.statObject('uploads', `${project}/${keyOf(name)}`)).rejects.toThrow(/not found/i);
  const events = await db.selectFrom('upload_events').where('image_id', '=', end.imageId).selectAll().execute();
  expect(events).toMatchObject([{ source: 'versitygw', outcome: 'started' }]);
  await s3.removeObject(bucket, key);
  await next;
});
