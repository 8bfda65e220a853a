import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, generateKey, sign as signBy } from 'openpgp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createPlatformStore } from '../../adapters/database/platform-store.ts';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { connectTemporal } from '../../adapters/temporal/connect.ts';
import { createDownloadStarter } from '../../adapters/temporal/order-starter.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { createDoor } from '../../workers/internet/door.ts';
import { fetchSmall } from '../../workers/internet/small-file.ts';
import { refresh } from '../../workers/queues/refresh.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { withoutHousekeeping } from '../support/housekeeping.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';

/** Platform images of a mirror, through a whole installation; only the clock of the job is the test's. */

let installation: Installation;
let dir: string;
let key: string;
let mirror: Mirror;
let url: string;
let files: Mirror['files'];
let temporal: ReturnType<typeof connectTemporal>;
beforeAll(async () => {
  installation = await startInstallation({ env: { POLICY: 'warn', WEB_DOWNLOAD_HOSTS: '127.0.0.1' } });
  dir = mkdtempSync(join(tmpdir(), 'platform-'));
  const made = newApiKey();
  key = made.key;
  const { hash, hint } = made;
  await createApiKeyStore(installation.db).create({ projectId: 'demo', name: 'admin', hash, hint, role: 'admin' });
  mirror = await startMirror();
  ({ url, files } = mirror);
  const { TEMPORAL_ADDRESS: address = '', TEMPORAL_NAMESPACE: namespace = '' } = installation.env;
  temporal = connectTemporal({ address, namespace });
});
afterAll(async () => {
  await temporal?.close();
  mirror?.close();
  await installation?.close();
  if (dir) rmSync(dir, { recursive: true });
});

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${installation.apiUrl}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  return { status: answer.status, body: (await answer.json().catch(() => undefined)) as any };
}
const foreign = openForeignDoor();
afterAll(() => foreign.close());
function look() {
  return refresh({
    foreign,
    platform: createPlatformStore(installation.db),
    startDownload: createDownloadStarter(temporal, { heartbeatSeconds: 10, claimSeconds: 5, stepHours: 1 }),
    fetchSmall: (from) => fetchSmall(createDoor({ allowedHosts: ['127.0.0.1'] }), from),
    uploadsBucket: 'uploads',
    images: createImageStore(installation.db),
    log: { info: () => undefined, warn: () => undefined },
  });
}
async function latest() {
  return (await call('GET', '/families/debian')).body?.id as string | undefined;
}
async function ordered() {
  return (await call('GET', '/image-sources')).body.sources[0];
}
function ended(id: string) {
  return eventually(
    async () => {
      const { status } = (await call('GET', `/images/${id}`)).body;
      return status === 'active' || status === 'killed' ? (status as string) : undefined;
    },
    { within: 280, what: 'the image is active or killed' },
  );
}

test(
  'a new checksum makes a new image, which takes the place of the old one when it is published and not before',
  () =>
    withoutHousekeeping(installation, async () => {
      const raw = buildDisk(join(dir, 'disk.raw'));
      mirror.offer('debian.qcow2', readFileSync(convert(raw, 'qcow2', join(dir, 'one.qcow2'))));
      const source = { url: `${url}/debian.qcow2`, checksumUrl: `${url}/SHA256SUMS`, name: 'Debian' };
      expect((await call('PUT', '/image-sources/debian', source)).status).toBe(200);
      expect(await look()).toMatchObject({ ordered: 1, promoted: 0 });
      const first = (await ordered()).imageId;
      expect(await latest()).toBeUndefined();
      expect(await ended(first)).toBe('active');
      expect(await look()).toMatchObject({ ordered: 0, promoted: 1 });
      expect(await latest()).toBe(first);

      // Nothing new: nothing is fetched, and it is not due before its time.
      await call('POST', '/image-sources/debian/refresh');
      expect(await look()).toMatchObject({ ordered: 0, promoted: 0 });

      // The mirror's file and its checksum do not fit: the old one stays.
      mirror.offer('debian.qcow2', readFileSync(convert(raw, 'vmdk', join(dir, 'two.vmdk'))));
      files['/debian.qcow2'] = 'half of it';
      await call('POST', '/image-sources/debian/refresh');
      expect(await look()).toMatchObject({ ordered: 1, promoted: 0 });
      const broken = (await ordered()).imageId;
      expect(await ended(broken)).toBe('killed');
      expect(await look()).toMatchObject({ ordered: 0, promoted: 0 });
      expect([broken === first, await latest()]).toEqual([false, first]);

      // It is whole now, and is asked for again.
      files['/debian.qcow2'] = readFileSync(join(dir, 'two.vmdk'));
      await call('POST', '/image-sources/debian/refresh');
      expect(await look()).toMatchObject({ ordered: 1, promoted: 0 });
      const second = (await ordered()).imageId;
      expect(await latest()).toBe(first);
      expect(await ended(second)).toBe('active');
      await look();
      expect(await latest()).toBe(second);
      const platform = (await call('GET', '/images?owner=platform')).body.images.map(({ id }: { id: string }) => id);
      expect(platform).toEqual([second]);
      // What was replaced is there for whoever uses it, as long as the source keeps it.
      expect((await call('GET', `/images/${first}/download`)).status).toBe(200);
      expect((await call('PUT', '/image-sources/debian', { ...source, keep: 0 })).body).toMatchObject({ keep: 0 });
      expect(await look()).toMatchObject({ removed: 1 });
      expect((await call('GET', `/images/${first}/download`)).status).not.toBe(200);
      expect(await latest()).toBe(second);

      // A mirror that is gone is told of, and changes nothing.
      delete files['/SHA256SUMS'];
      await call('POST', '/image-sources/debian/refresh');
      expect(await look()).toMatchObject({ ordered: 0, promoted: 0 });
      expect((await ordered()).failure).toMatchObject({ code: 'object-missing', remedy: expect.any(String) });
      files['/SHA256SUMS'] = 'nothing of the kind';
      await call('POST', '/image-sources/debian/refresh');
      await look();
      expect((await ordered()).failure).toMatchObject({ code: 'invalid-input' });
      expect(await latest()).toBe(second);
    }),
  900_000,
);

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

test('checksums that must be signed are believed when they are, and the source says why they are not', () =>
  withoutHousekeeping(installation, async () => {
    const { privateKey, publicKey } = await generateKey({
      type: 'ecc',
      userIDs: [{ name: 'Images' }],
      date: daysAgo(2),
      format: 'object',
    });
    mirror.offer('signed.qcow2', Buffer.from('bytes'));
    const source = { url: `${url}/signed.qcow2`, checksumUrl: `${url}/SHA256SUMS`, signingKeys: publicKey.armor() };
    const set = async (more: object) => (await call('PUT', '/image-sources/signed', { ...source, ...more })).status;
    const failure = async () => {
      await look();
      const { sources } = (await call('GET', '/image-sources')).body;
      return sources.find(({ family }: { family: string }) => family === 'signed').failure?.message;
    };
    expect(await set({ signingKeys: undefined, signatureUrl: `${url}/SHA256SUMS.gpg` })).toBe(400);
    expect(await set({ signingKeys: 'no key' })).toBe(400);
    expect(await set({})).toBe(200);
    expect(await failure()).toMatch(/is not signed/);

    const signatureUrl = `${url}/SHA256SUMS.gpg`;
    expect(await set({ signatureUrl })).toBe(200);
    expect(await failure()).toMatch(/signature of the checksum file is missing/);
    const message = await createMessage({ text: 'something else' });
    const sign = async (what: typeof message, date = new Date()) =>
      Buffer.from(await signBy({ message: what, date, signingKeys: privateKey, detached: true, format: 'binary' }));
    files['/SHA256SUMS.gpg'] = await sign(message);
    await call('POST', '/image-sources/signed/refresh');
    expect(await failure()).toMatch(/does not match/);
    files['/SHA256SUMS.gpg'] = await sign(await createMessage({ text: String(files['/SHA256SUMS']) }));
    await call('POST', '/image-sources/signed/refresh');
    expect(await look()).toMatchObject({ ordered: 1 });
    expect(await failure()).toBeUndefined();

    // An older file that was signed as well, of an image with other bytes.
    mirror.offer('signed.qcow2', Buffer.from('earlier'));
    files['/SHA256SUMS.gpg'] = await sign(await createMessage({ text: String(files['/SHA256SUMS']) }), daysAgo(1));
    await call('POST', '/image-sources/signed/refresh');
    expect(await look()).toMatchObject({ ordered: 0 });
    expect(await failure()).toMatch(/was signed on .* had one of/);
    await call('DELETE', '/image-sources/signed');
  }));
