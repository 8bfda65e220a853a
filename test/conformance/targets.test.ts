import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Deliverable, Target } from '../../shared/ports/targets.ts';
import { bytes, deliver, hash, openTarget, someImage } from '../support/deliverables.ts';
import { eventually } from '../support/eventually.ts';
import { type Cloud, startCloud } from '../support/openstack-cloud.ts';
import { type FakeProxmox, startProxmox } from '../support/proxmox.ts';
import { pullFrom } from '../support/pull-from.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

/**
 * What the port promises, on a real S3 server, a real folder, OpenStack's own Keystone and Glance, the registry of Distribution, and a
 * stand-in for Proxmox VE that follows its documented API.
 */

const MiB = 1024 ** 2;
const bucket = 'targets';
let store: ObjectStore;
let home: string;
let cloud: Cloud;
let registry: TestRegistry;
let proxmox: FakeProxmox;
beforeAll(async () => {
  const { endpoint, region, accessKey, secretKey } = inject('stack').s3;
  store = createObjectStore({ endpoint, region, accessKey, secretKey, pathStyle: true });
  await store.ensureBucket(bucket);
  home = await mkdtemp(join(tmpdir(), 'targets-'));
  cloud = await startCloud();
  registry = await startRegistry({ home: join(home, 'registry') });
  proxmox = await startProxmox();
}, 900_000);
afterAll(async () => {
  await registry?.close();
  await proxmox?.close();
  await cloud?.close();
  await rm(home, { recursive: true, force: true });
});

const { readDisks } = pullFrom(
  () => registry,
  () => home,
);

const configs = {
  s3: () => {
    const { endpoint, accessKey: access_key, secretKey: secret_key } = inject('stack').s3;
    return { kind: 's3', endpoint, bucket, prefix: 'copies/', access_key, secret_key };
  },
  directory: () => ({ kind: 'directory', path: home }),
  glance: () => ({ kind: 'glance', auth: { auth_url: cloud.authUrl, ...cloud.member } }),
  oci: () => ({ kind: 'oci', registry: registry.url, repository: 'vms' }),
  proxmox: () => ({ kind: 'proxmox', url: proxmox.url, node: 'pve1', storage: 'shelf', ...proxmox.token }),
};
type Kind = keyof typeof configs;
const kinds = Object.keys(configs) as Kind[];

function target(kind: Kind, changes: object = {}): Target {
  return openTarget({ ...configs[kind](), ...changes });
}

/** What is there of an image: the bytes of each thing that looks like one. */
const there: Record<Kind, (image: Deliverable) => Promise<Buffer[]>> = {
  s3: async ({ projectId, imageId }) => {
    const found: Buffer[] = [];
    for await (const object of store.list(bucket, `copies/${projectId}/${imageId}/`)) {
      if (object.key.endsWith('.raw')) found.push(await store.read(object, 0, object.size));
    }
    return found;
  },
  directory: async ({ projectId, imageId }) => {
    const folder = join(home, projectId, imageId);
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.filter((name) => name.endsWith('.raw')).map((name) => readFile(join(folder, name))));
  },
  glance: async ({ imageId }) => {
    const ours = (await cloud.images()).filter((image) => image.bootready_image_id === imageId);
    return Promise.all(
      ours.map(async ({ id, status }) => (status === 'active' ? cloud.download(String(id)) : Buffer.alloc(0))),
    );
  },
  oci: readDisks,
  proxmox: async ({ imageId }) =>
    [...proxmox.files].filter(([name]) => name.startsWith(imageId)).map(([, body]) => body),
};

/** What a delivery that was killed leaves. */
const halfOf: Record<Kind, (image: Deliverable) => Promise<unknown>> = {
  s3: ({ projectId, imageId }) => store.createMultipart(bucket, `copies/${projectId}/${imageId}/${hash('sha256')}.raw`),
  directory: ({ projectId, imageId }) =>
    writeFile(join(home, projectId, imageId, `.${hash('sha256')}.raw.partial`), 'half'),
  glance: ({ imageId }) => cloud.createImage({ bootready_image_id: imageId, name: 'half' }),
  // Nothing lists these, and the registry forgets them by itself.
  oci: () => fetch(`${registry.url}/v2/vms/demo/blobs/uploads/`, { method: 'POST' }),
  // Proxmox keeps no half of an upload.
  proxmox: async () => undefined,
};
/** All that is there of an image, whatever it is. */
const traces: Record<Kind, (image: Deliverable) => Promise<unknown[]>> = {
  s3: async ({ projectId, imageId }) => {
    const found: string[] = [];
    const prefix = `copies/${projectId}/${imageId}/`;
    for await (const { key } of store.list(bucket, prefix)) found.push(key);
    for await (const { key } of store.listMultiparts(bucket, prefix)) found.push(`half of ${key}`);
    return found;
  },
  directory: ({ projectId, imageId }) => readdir(join(home, projectId, imageId)).catch(() => []),
  glance: there.glance,
  oci: there.oci,
  proxmox: there.proxmox,
};

describe.each(kinds)('%s', (kind) => {
  let image: Deliverable;
  beforeEach(() => {
    image = someImage();
  });

  test('has the bytes afterwards, and tells how far it is', async () => {
    const { location, told } = await deliver(target(kind), image);
    expect(location).not.toBe('');
    expect((await there[kind](image)).map((found) => found.equals(bytes))).toEqual([true]);
    expect(Math.max(...told)).toBeGreaterThan(90);
    expect(Math.max(...told)).toBeLessThanOrEqual(100);
  });

  test('twice is once, and the second time moves nothing', async () => {
    const first = await deliver(target(kind), image);
    let reads = 0;
    const watched = { ...image.source, read: async () => Promise.reject(new Error(`read ${++reads}`)) };
    expect(await deliver(target(kind), { ...image, source: watched })).toMatchObject({ location: first.location });
    expect(reads).toBe(0);
    expect(await there[kind](image)).toHaveLength(1);
  });

  test('two at once make one, and the last word is that it is there', async () => {
    const both = await Promise.allSettled([deliver(target(kind), image), deliver(target(kind), image)]);
    for (const one of both) if (one.status === 'rejected') expect(one.reason).toMatchObject({ retryable: true });
    await deliver(target(kind), image);
    expect((await there[kind](image)).map((found) => found.equals(bytes))).toEqual([true]);
  });

  test('a source that breaks off leaves nothing, and what it said comes through', async () => {
    const broken = Object.assign(new Error('gone'), { code: 'object-missing' });
    const read = async (offset: number, length: number) => {
      if (offset >= 16 * MiB) throw broken;
      return bytes.subarray(offset, offset + length);
    };
    await expect(deliver(target(kind), { ...image, source: { size: bytes.length, read } })).rejects.toThrow();
    expect(await there[kind](image)).toEqual([]);
    await deliver(target(kind), image);
    expect(await there[kind](image)).toHaveLength(1);
  });

  test('bytes that are not those of the digest are found out and leave nothing', async () => {
    const other = Buffer.from(bytes);
    other[5] = (other[5] ?? 0) ^ 1;
    const read = async (offset: number, length: number) => other.subarray(offset, offset + length);
    const failing = deliver(target(kind), { ...image, source: { size: bytes.length, read } });
    await expect(failing).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await there[kind](image)).toEqual([]);
  });

  test('what is cancelled leaves nothing', async () => {
    const controller = new AbortController();
    const read = async (offset: number, length: number) => {
      if (offset >= 16 * MiB) controller.abort(new Error('cancelled'));
      return bytes.subarray(offset, offset + length);
    };
    const cancelled = deliver(target(kind), { ...image, source: { size: bytes.length, read } }, controller.signal);
    await expect(cancelled).rejects.toThrow('cancelled');
    await eventually(async () => (await there[kind](image)).length === 0, { within: 10, what: 'nothing is left' });
  });

  test('what a cancelled delivery brought is cleared away, whole or half, and twice is once', async () => {
    await deliver(target(kind), image);
    await halfOf[kind](image);
    const other = someImage();
    await deliver(target(kind), other);
    for (let time = 0; time < 2; time++)
      await target(kind).clear({ ...image, wasThere: false }, new AbortController().signal);
    expect([await there[kind](image), await traces[kind](image)]).toEqual([[], []]);
    expect(await there[kind](other)).toHaveLength(1);
  });

  test('what an earlier one brought stays, and only halves go', async () => {
    await deliver(target(kind), image);
    await halfOf[kind](image);
    await target(kind).clear({ ...image, wasThere: true }, new AbortController().signal);
    expect((await there[kind](image)).map((found) => found.equals(bytes))).toEqual([true]);
    await target(kind).clear({ ...someImage(), wasThere: false }, new AbortController().signal);
  });

  test('a check that changes nothing says that all is well', async () => {
    expect(await target(kind).check(new AbortController().signal)).not.toBe('');
  });
});

describe('s3', () => {
  test('keeps report and provenance beside the image, under its hash', async () => {
    const image = someImage();
    const { location } = await deliver(target('s3'), image);
    const folder = `copies/demo/${image.imageId}/${hash('sha256')}`;
    expect(location).toBe(`s3://${bucket}/${folder}.raw`);
    const report = await store.head(bucket, `${folder}.report.json`);
    expect((await store.read(report as never, 0, 100)).toString()).toBe('{"a":1}\n');
  });

  test.each([
    [
      'a bucket that is not there',
      { bucket: 'nowhere' },
      { code: 'not-found', message: /"there" has no bucket "nowhere"/ },
    ],
    ['a wrong key', { access_key: 'nobody' }, { code: 'forbidden', message: /"there" refuses the credentials/ }],
    ['a wrong secret', { secret_key: 'wrong' }, { code: 'forbidden', message: /"there" refuses the credentials/ }],
  ])('%s is for the operator to mend', async (_what, changes, { code, message }) => {
    const wrong = target('s3', changes);
    const said = {
      code,
      retryable: false,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/TARGETS/),
    };
    await expect(deliver(wrong, someImage())).rejects.toMatchObject(said);
    await expect(wrong.check(new AbortController().signal)).rejects.toMatchObject(said);
  });

  test('a store that does not answer may answer later', async () => {
    const dead = target('s3', { endpoint: 'http://127.0.0.1:9' });
    await expect(deliver(dead, someImage())).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });
});

describe('directory', () => {
  test('is sums that sha256sum takes, holes that are holes, and nothing half done', async () => {
    const image = someImage();
    const { location } = await deliver(target('directory'), image);
    const folder = join(home, 'demo', image.imageId);
    const { stdout } = await promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
    expect(stdout).toContain(': OK');
    expect((await readdir(folder)).sort()).toEqual(
      [`${hash('sha256')}.raw`, `${hash('sha256')}.report.json`, 'SHA256SUMS'].sort(),
    );
    const { blocks, size } = await stat(location);
    expect(blocks * 512).toBeLessThan(size - 7 * MiB);
  });

  test('what a killed delivery left is written over', async () => {
    const image = someImage();
    const folder = join(home, 'demo', image.imageId);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `.${hash('sha256')}.raw.partial`), bytes.subarray(0, 5 * MiB));
    await writeFile(join(folder, `${hash('sha256')}.raw`), bytes.subarray(0, MiB));
    await deliver(target('directory'), image);
    expect((await there.directory(image)).map((found) => found.equals(bytes))).toEqual([true]);
  });

  test('a folder that is not there is not made: its mount is missing', async () => {
    const path = join(home, 'mount');
    const said = { code: 'not-found', retryable: false, message: expect.stringMatching(/folder of target "there"/) };
    await expect(deliver(target('directory', { path }), someImage())).rejects.toMatchObject(said);
    await expect(target('directory', { path }).check(new AbortController().signal)).rejects.toMatchObject(said);
  });
});

describe('glance', () => {
  test('makes an image with our properties, private, held against its own hash', async () => {
    const image = someImage();
    const { location } = await deliver(target('glance'), image);
    const [found] = (await cloud.images()).filter(({ id }) => id === location);
    expect(found).toMatchObject({
      name: 'Debian 12 äöü',
      status: 'active',
      disk_format: 'raw',
      container_format: 'bare',
      visibility: 'private',
      os_distro: 'debian',
      hw_disk_bus: 'virtio',
      min_disk: 1,
      size: bytes.length,
      bootready_image_id: image.imageId,
      bootready_sha256: hash('sha256'),
      os_hash_algo: 'sha512',
      os_hash_value: hash('sha512'),
    });
    expect(found).not.toHaveProperty('os_glance_bootready_run');
  });

  test('an application credential will do', async () => {
    const auth = { auth_url: cloud.authUrl.replace(/v3$/, ''), ...cloud.applicationCredential };
    const image = someImage();
    await deliver(target('glance', { auth, region_name: 'RegionOne' }), image);
    expect(await there.glance(image)).toHaveLength(1);
  });

  test('killed in the middle of an upload, it is asked again, and has one image', async () => {
    const image = someImage();
    const started = Promise.withResolvers<void>();
    const read = async (offset: number, length: number) => {
      if (offset >= 12 * MiB) {
        started.resolve();
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return bytes.subarray(offset, offset + length);
    };
    const failing = deliver(target('glance'), { ...image, source: { size: bytes.length, read } });
    const failed = expect(failing).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: 'Glance of target "there" does not answer.',
      remedy: expect.stringMatching(/retried/),
    });
    await started.promise;
    await cloud.killGlance();
    await failed;
    await cloud.startGlance();
    const left = (await cloud.images()).filter(({ bootready_image_id: id }) => id === image.imageId);
    expect(left).toMatchObject([{ status: 'saving' }]);
    await deliver(target('glance'), image);
    expect((await there.glance(image)).map((found) => found.equals(bytes))).toEqual([true]);
  });

  test.each([
    ['a wrong password', { password: 'wrong' }, /refuses the credentials/],
    ['a project that is not ours', { project_name: 'other' }, /refuses the credentials/],
  ])('%s is for the operator to mend, who is not told the password', async (_what, changes, message) => {
    const auth = { auth_url: cloud.authUrl, ...cloud.member, ...changes };
    const wrong = target('glance', { auth });
    const said = {
      code: 'forbidden',
      retryable: false,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/"auth"/),
    };
    await expect(deliver(wrong, someImage())).rejects.toMatchObject(said);
    await expect(wrong.check(new AbortController().signal)).rejects.toMatchObject(said);
  });

  test('what the account may not do is told in words of Glance', async () => {
    const open = target('glance', { visibility: 'public' });
    const image = someImage();
    const said = {
      code: 'forbidden',
      retryable: false,
      message: expect.stringMatching(/403/),
      remedy: expect.stringMatching(/visibility/),
    };
    await expect(deliver(open, image)).rejects.toMatchObject(said);
    expect(await there.glance(image)).toEqual([]);
  });

  test('a region without images is told', async () => {
    const far = target('glance', { region_name: 'Mars' });
    await expect(deliver(far, someImage())).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/"Mars"/),
    });
  });

  test('an image that was deleted there is made again', async () => {
    const image = someImage();
    const first = await deliver(target('glance'), image);
    await cloud.deleteImage(first.location);
    const second = await deliver(target('glance'), image);
    expect(second.location).not.toBe(first.location);
    expect(await there.glance(image)).toHaveLength(1);
  });

  test('an image of ours with other bytes is left to people', async () => {
    const image = someImage();
    await deliver(target('glance'), image);
    const digests = { sha256: hash('sha256', Buffer.from('x')), sha512: hash('sha512', Buffer.from('x')) };
    const said = { code: 'conflict', retryable: false };
    await expect(deliver(target('glance'), { ...image, digests })).rejects.toMatchObject(said);
    expect(await there.glance(image)).toHaveLength(1);
  });
});

describe('proxmox', () => {
  test('has content for import, with the digest in its name', async () => {
    const image = someImage({ format: 'qcow2' });
    const { location } = await deliver(target('proxmox'), image);
    const file = `${image.imageId}-${hash('sha256').slice(0, 16)}.qcow2`;
    expect(location).toBe(`shelf:import/${file}`);
    expect(proxmox.files.get(file)?.equals(bytes)).toBe(true);
  });

  test('a token that is refused is for the operator to mend, who is not told it', async () => {
    const wrong = target('proxmox', { token_secret: 'hunter2' });
    const said = {
      code: 'forbidden',
      retryable: false,
      message: 'Proxmox of target "there" does not allow it (401).',
      remedy: expect.stringMatching(/Datastore\.AllocateTemplate/),
    };
    await expect(deliver(wrong, someImage())).rejects.toMatchObject(said);
    await expect(wrong.check(new AbortController().signal)).rejects.toMatchObject(said);
  });

  test('a storage without import is told by the check', async () => {
    proxmox.content.takes = 'iso,vztmpl';
    try {
      await expect(target('proxmox').check(new AbortController().signal)).rejects.toMatchObject({
        code: 'invalid-input',
        message: 'The storage of target "there" takes no images for import.',
      });
    } finally {
      proxmox.content.takes = 'iso,import';
    }
  });

  test('a node that does not answer may answer later', async () => {
    await expect(deliver(target('proxmox', { url: 'http://127.0.0.1:9' }), someImage())).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: 'Proxmox of target "there" does not answer.',
    });
  });
});
