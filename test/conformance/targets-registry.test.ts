import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Target } from '../../shared/ports/targets.ts';
import { makeAuthority } from '../support/certificates.ts';
import { bytes, deliver, hash, openTarget, someImage } from '../support/deliverables.ts';
import { type Manifest, pullFrom } from '../support/pull-from.ts';
import { registryUser, startRegistry, type TestRegistry } from '../support/registry.ts';

/** What only deliveries to a registry have, on the registry of Distribution; targets.test.ts has what every target promises. */

const MiB = 1024 ** 2;
let home: string;
let registry: TestRegistry;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'targets-registry-'));
  registry = await startRegistry({ home: join(home, 'registry') });
}, 900_000);
afterAll(async () => {
  await registry?.close();
  await rm(home, { recursive: true, force: true });
});

const { pull, readManifest, readLayer, readDisks } = pullFrom(
  () => registry,
  () => home,
);

function target(changes: object = {}): Target {
  return openTarget({ kind: 'oci', registry: registry.url, repository: 'vms', ...changes });
}

describe('oci', () => {
  let authority: Awaited<ReturnType<typeof makeAuthority>>;
  const others: TestRegistry[] = [];
  beforeAll(async () => {
    authority = await makeAuthority(home, 'authority');
  });
  afterAll(async () => {
    for (const other of others) await other.close();
  });
  const another = async (options: Omit<Parameters<typeof startRegistry>[0], 'home'>): Promise<TestRegistry> => {
    const other = await startRegistry({ home: join(home, randomUUID()), ...options });
    others.push(other);
    return other;
  };

  test('is a containerDisk: the disk in /disk/, of user and group 107, under the ID of the image', async () => {
    const image = someImage({ format: 'qcow2' });
    const { location } = await deliver(target(), image);
    const manifest = await readManifest(image);
    expect(manifest).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      annotations: {
        'org.opencontainers.image.title': 'Debian 12 äöü',
        'dev.bootready.image': image.imageId,
        'dev.bootready.sha256': hash('sha256'),
      },
    });
    const [disk, papers] = manifest?.layers ?? [];
    const listed = (await readLayer(disk?.digest ?? '')).toString().trim().split('\n');
    expect(listed.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'dr-xr-xr-x 107/107 0 1970-01-01 00:00 disk/',
      `-r--r----- 107/107 ${bytes.length} 1970-01-01 00:00 disk/disk.qcow2`,
    ]);
    // Eight MiB of zeros are not sent.
    expect(disk?.size).toBeLessThan(bytes.length - 7 * MiB);
    expect((await readLayer(papers?.digest ?? '', 'bootready/report.json')).toString()).toBe('{"a":1}\n');
    const config = await (await pull(`blobs/${manifest?.config.digest}`))?.json();
    expect(config).toMatchObject({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers' } });
    const text = await (await pull(`manifests/${image.imageId}`))?.text();
    const digest = createHash('sha256').update(String(text)).digest('hex');
    expect(location).toBe(`${new URL(registry.url).host}/vms/demo:${image.imageId}@sha256:${digest}`);
  });

  test('the same disk under another name is not sent again', async () => {
    const own = Buffer.concat([randomBytes(MiB), bytes]);
    const image = someImage({
      virtualSize: own.length,
      digests: { sha256: hash('sha256', own) },
      source: { size: own.length, read: async (offset, length) => own.subarray(offset, offset + length) },
    });
    await deliver(target(), image);
    let read = 0;
    const counting = {
      size: own.length,
      read: async (offset: number, length: number) => {
        const chunk = own.subarray(offset, offset + length);
        read += chunk.length;
        return chunk;
      },
    };
    const second = { ...image, imageId: randomUUID(), name: 'other', source: counting };
    await deliver(target(), second);
    // Once for its digest, and not a second time to be sent.
    expect(read).toBe(own.length);
    expect((await readDisks(second)).map((found) => found.equals(own))).toEqual([true]);
  });

  test.each(['basic', 'token'] as const)('%s authentication', async (auth) => {
    const closed = await another({ auth });
    const at = { registry: closed.url, ...(closed.tokenServer ? { token_server: closed.tokenServer } : {}) };
    const image = someImage();
    const said = {
      code: 'forbidden',
      retryable: false,
      message: 'The registry of target "there" refuses the credentials.',
      remedy: expect.stringMatching(/"username" and "password" of the target in TARGETS/),
    };
    for (const wrong of [at, { ...at, ...registryUser, password: 'wrong' }]) {
      await expect(deliver(target(wrong), image)).rejects.toMatchObject(said);
      await expect(target(wrong).check(new AbortController().signal)).rejects.toMatchObject(said);
    }
    const right = target({ ...at, ...registryUser });
    expect(await right.check(new AbortController().signal)).toMatch(/"vms"/);
    const first = await deliver(right, image);
    expect(await deliver(right, image)).toMatchObject({ location: first.location });
    if (auth === 'token') expect(closed.tokens()).toBeGreaterThan(0);
  });

  test('a token that expires while it is sent is renewed', async () => {
    const closed = await another({ auth: 'token', tokenSeconds: 1 });
    const slow = async (offset: number, length: number) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return bytes.subarray(offset, offset + length);
    };
    const image = someImage({ source: { size: bytes.length, read: slow } });
    const at = { registry: closed.url, token_server: closed.tokenServer };
    await deliver(target({ ...at, ...registryUser }), image);
    expect(closed.tokens()).toBeGreaterThan(1);
  });

  test('TLS is verified, and works with the authority of the host', async () => {
    const tls = await authority.issue('registry', 'DNS:localhost,IP:127.0.0.1');
    const secure = await another({ tls });
    const at = target({ registry: secure.url });
    const image = someImage();
    await expect(deliver(at, image)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    const known = getCACertificates('default');
    setDefaultCACertificates([...known, authority.cert]);
    try {
      expect(await deliver(at, image)).toMatchObject({ location: expect.stringContaining(image.imageId) });
    } finally {
      setDefaultCACertificates(known);
    }
  });

  test('killed in the middle of an upload and started again, the registry gets the rest', async () => {
    const shaky = await another({});
    let kills = 0;
    let restarted: Promise<void> | undefined;
    const passes = { first: true };
    const read = async (offset: number, length: number) => {
      if (offset + length >= bytes.length && passes.first) passes.first = false;
      else if (!passes.first && offset >= 24 * MiB && kills === 0) {
        kills++;
        await shaky.kill();
        restarted = shaky.start();
      }
      return bytes.subarray(offset, offset + length);
    };
    const image = someImage({ source: { size: bytes.length, read } });
    await deliver(target({ registry: shaky.url }), image);
    await restarted;
    expect(kills).toBe(1);
    const answer = await fetch(`${shaky.url}/v2/vms/demo/manifests/${image.imageId}`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    const [disk] = ((await answer.json()) as Manifest).layers;
    const blob = await fetch(`${shaky.url}/v2/vms/demo/blobs/${disk?.digest}`);
    expect(`sha256:${hash('sha256', Buffer.from(await blob.arrayBuffer()))}`).toBe(disk?.digest);
  });

  test('memory does not grow with the disk', async () => {
    const size = 208 * MiB;
    const piece = randomBytes(16 * MiB);
    const sum = createHash('sha256');
    for (let sent = 0; sent < size; sent += piece.length) sum.update(piece);
    let most = 0;
    const read = async (offset: number, length: number) => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
      const start = offset % piece.length;
      return Buffer.from(piece.subarray(start, start + Math.min(length, size - offset)));
    };
    const before = process.memoryUsage().arrayBuffers;
    await deliver(target(), someImage({ digests: { sha256: sum.digest('hex') }, source: { size, read } }));
    expect(most - before).toBeLessThan(120 * MiB);
  });

  test('a registry that keeps everything says that nothing was deleted', async () => {
    const keeping = await another({ deletes: false });
    const at = target({ registry: keeping.url });
    const image = someImage();
    await deliver(at, image);
    await expect(at.clear({ ...image, wasThere: false }, new AbortController().signal)).rejects.toMatchObject({
      code: 'forbidden',
      retryable: false,
      message: 'The registry of target "there" does not allow images to be deleted.',
    });
  });

  test('an image of ours with other bytes is left to people', async () => {
    const image = someImage();
    await deliver(target(), image);
    const digests = { sha256: hash('sha256', Buffer.from('x')) };
    await expect(deliver(target(), { ...image, digests })).rejects.toMatchObject({
      code: 'conflict',
      retryable: false,
    });
  });

  test('an address on another host that a registry gives gets nothing of ours', async () => {
    const asked: string[] = [];
    const trap = createServer((request, response) => {
      asked.push(`${request.headers.host} ${request.method} ${request.headers.authorization ?? 'nobody'}`);
      const { port } = trap.address() as AddressInfo;
      response
        .writeHead(request.method === 'POST' ? 202 : 404, { location: `http://localhost:${port}/v2/elsewhere` })
        .end();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const { port } = trap.address() as AddressInfo;
    try {
      const at = target({ registry: `http://127.0.0.1:${port}`, ...registryUser });
      await expect(deliver(at, someImage())).rejects.toMatchObject({ code: 'invalid-input', retryable: false });
      expect(asked.filter((line) => line.startsWith('localhost'))).toEqual([]);
    } finally {
      trap.close();
    }
  });
});
