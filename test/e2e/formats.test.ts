import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SampleImages } from '../../dev/sample/build.ts';
import { readSigningKey } from '../../shared/provenance/keys.ts';
import { verifyProvenance } from '../../shared/provenance/verify.ts';
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

function makeKey(name: string): string {
  return name.replaceAll(' ', '-');
}

/** The next file is packed and uploaded while the one before is worked on. */
const uploads = new Map<string, Promise<void>>();
const hashes = new Map<string, string>();
const names = Object.keys(packings);

async function computeHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
function send(name: string | undefined): Promise<void> {
  const pack = name === undefined ? undefined : packings[name];
  if (name === undefined || !pack) return Promise.resolve();
  const path = join(dir, makeKey(name));
  const there = uploads.get(name);
  const sending =
    there ??
    (async () => {
      pack(samples.good, path);
      hashes.set(name, await computeHash(path));
      await installation.upload(makeKey(name), path);
      await rm(path);
    })();
  uploads.set(name, sending);
  return sending;
}

test.each(names)('%s ends published, equal to the disk it was made from', async (name) => {
  await send(name);
  const next = send(names[names.indexOf(name) + 1]);
  const end = await installation.ended(makeKey(name));
  expect(end).toMatchObject({ status: 'published', imageStatus: 'active', report: { verdict: 'publish' } });
  expect(end.report?.guest).toMatchObject({ osDistro: 'debian', osVersion: expect.stringMatching(/^12/) });

  const { s3, db } = installation;
  const { bucket, key } = await db
    .selectFrom('publications')
    .where('image_id', '=', end.imageId)
    .selectAll()
    .executeTakeFirstOrThrow();
  expect(await firstDifference(await s3.getObject(bucket, key), samples.good)).toBeUndefined();
  // How it came to be is signed: from the bytes that were uploaded to those that are published.
  const { imageId, report } = end;
  const evidence = await s3.getObject('images', `${project}/${imageId}/evidence/${report?.runId}/provenance.dsse.json`);
  const verified = verifyProvenance(await text(evidence), report?.converted?.sha256 ?? '', [
    readSigningKey(installation.env.PROVENANCE_KEY ?? ''),
  ]);
  expect(verified).toMatchObject({ trusted: true });
  const [material] = verified.trusted ? verified.statement.predicate.buildDefinition.resolvedDependencies : [];
  expect(material?.digest).toEqual({ sha256: hashes.get(name) });
  // So is what is installed, as a bill of materials of this very disk.
  const { sbom } = report ?? {};
  const bill = await text(await s3.getObject(sbom?.bucket ?? '', sbom?.key ?? ''));
  expect(createHash('sha256').update(bill).digest('hex')).toBe(sbom?.sha256);
  expect(verified.trusted && verified.statement.predicate.runDetails.byproducts).toContainEqual(
    expect.objectContaining({ name: 'sbom.cdx.json', digest: { sha256: sbom?.sha256 } }),
  );
  expect(bill).toContain(report?.converted?.sha256);
  expect(bill).toMatch(/pkg:deb\/debian\/cloud-init@22\.4\.2-1[^?]*\?arch=all&distro=debian-12/);
  const { properties } = await db
    .selectFrom('images')
    .where('id', '=', imageId)
    .select('properties')
    .executeTakeFirstOrThrow();
  expect(properties).toMatchObject({
    os_type: 'linux',
    os_distro: 'debian',
    architecture: 'x86_64',
    hw_disk_bus: 'virtio',
  });
  // The upload goes once its image is published.
  await expect(s3.statObject('uploads', `${project}/${makeKey(name)}`)).rejects.toThrow(/not found/i);
  const events = await db.selectFrom('upload_events').where('image_id', '=', end.imageId).selectAll().execute();
  expect(events).toMatchObject([{ source: 'versitygw', outcome: 'started' }]);
  await s3.removeObject(bucket, key);
  await next;
});
