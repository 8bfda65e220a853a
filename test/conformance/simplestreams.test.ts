import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTargets } from '../../adapters/targets/open.ts';
import { Targets } from '../../shared/operation/targets.ts';
import type { Deliverable, Target } from '../../shared/ports/targets.ts';
import { pythonWith } from '../support/python-packages.ts';

/** A folder target as a simplestreams server, read by Canonical's own library (python-simplestreams) through a plain web server. */

const run = promisify(execFile);
let python: string;
let root: string;
let server: Server;
let url: string;
beforeAll(async () => {
  python = await pythonWith(join(import.meta.dirname, '../support/simplestreams.txt'));
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname);
    readFile(join(root, path)).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}, 600_000);
afterAll(() => void server?.close());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'streams-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function target(): Target {
  const config = { shelf: { kind: 'directory', path: root, simplestreams: true } };
  return openTargets(Targets.parse(JSON.stringify(config))).get('shelf') as Target;
}
const control = () => ({ signal: AbortSignal.timeout(60_000), progress: () => undefined });

function someImage(more: Partial<Deliverable> = {}, bytes = randomBytes(300_000)): Deliverable {
  return {
    imageId: randomUUID(),
    projectId: 'demo',
    name: 'Debian 12, für alle',
    format: 'qcow2',
    virtualSize: 2 ** 30,
    digests: { sha256: createHash('sha256').update(bytes).digest('hex') },
    properties: { os_distro: 'debian', os_version: '12', architecture: 'x86_64' },
    documents: [],
    source: { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) },
    ...more,
  };
}

/** Mirrors the stream into a folder, as its own clients do: each file is compared with size and SHA-256. */
const mirror = `
import json, sys
from simplestreams import filters, mirrors, objectstores, util
source, folder = sys.argv[1:]
seen = []
class Config(mirrors.ObjectFilterMirror):
    def insert_item(self, data, src, target, pedigree, contentsource):
        flat = util.products_exdata(src, pedigree)
        seen.append({key: flat.get(key) for key in
            ('product_name', 'version_name', 'item_name', 'ftype', 'aliases', 'arch', 'os', 'release', 'path', 'sha256', 'combined_disk-kvm-img_sha256')})
        return super().insert_item(data, src, target, pedigree, contentsource)
reader = mirrors.UrlMirrorReader(source, policy=lambda content, path: content)
store = objectstores.FileStore(folder)
target = Config(config={'filters': filters.get_filters([])}, objectstore=store)
target.sync(reader, 'streams/v1/index.json')
print(json.dumps(seen))
`;
type Seen = Record<string, string>;
async function mirrored(into: string): Promise<Seen[]> {
  await mkdir(into, { recursive: true });
  const { stdout } = await run(python, ['-c', mirror, url, into]);
  return JSON.parse(stdout) as Seen[];
}

test("Canonical's library mirrors index, products and files", async () => {
  const image = someImage();
  const { location } = await target().deliver(image, control());
  const copy = join(root, 'copy');
  const seen = await mirrored(copy);
  expect(seen.map(({ ftype }) => ftype).sort()).toEqual(['disk-kvm.img', 'incus.tar.xz', 'lxd.tar.xz']);
  expect(seen[0]).toMatchObject({
    product_name: 'dev.bootready:demo:debian-12-fur-alle:amd64',
    version_name: expect.stringMatching(/^20\d{6}_\d{4}_[0-9a-f]{8}$/),
    aliases: 'demo/debian-12-fur-alle',
    arch: 'amd64',
    os: 'debian',
    release: '12',
  });
  const disk = seen.find(({ ftype }) => ftype === 'disk-kvm.img');
  expect((await readFile(join(copy, disk?.path ?? ''))).equals(await readFile(location))).toBe(true);
});

test('the fingerprint is that of metadata and disk together, and the metadata are those of Incus', async () => {
  const image = someImage();
  const { location } = await target().deliver(image, control());
  const meta = (await mirrored(join(root, 'copy'))).find(({ ftype }) => ftype === 'incus.tar.xz');
  const file = join(root, meta?.path ?? '');
  const both = createHash('sha256')
    .update(await readFile(file))
    .update(await readFile(location));
  expect(meta?.['combined_disk-kvm-img_sha256']).toBe(both.digest('hex'));
  const { stdout } = await run('tar', ['-xzOf', file, 'metadata.yaml']);
  expect(JSON.parse(stdout)).toMatchObject({
    architecture: 'x86_64',
    creation_date: expect.any(Number),
    properties: { os: 'debian', release: '12', description: 'Debian 12, für alle' },
  });
});

test('images of one name are versions, twice is once, and a cancelled one is gone', async () => {
  const [first, second] = [someImage(), someImage()];
  for (const image of [first, second, first]) await target().deliver(image, control());
  const versions = async () => {
    const { products } = JSON.parse(await readFile(join(root, 'streams/v1/images.json'), 'utf8')) as {
      products: Record<string, { versions: object }>;
    };
    return Object.values(products).map((product) =>
      Object.keys(product.versions)
        .map((name) => name.slice(-8))
        .sort(),
    );
  };
  expect(await versions()).toEqual([[first, second].map(({ imageId }) => imageId.slice(0, 8)).sort()]);
  await target().clear({ ...second, wasThere: false }, AbortSignal.timeout(20_000));
  expect(await versions()).toEqual([[first.imageId.slice(0, 8)]]);
  expect(await readdir(join(root, 'demo'))).toEqual([first.imageId]);
});

test('many at once are all listed in the end', async () => {
  const images = Array.from({ length: 12 }, (_, index) => someImage({ name: `image ${index}` }, randomBytes(1000)));
  const outcomes = await Promise.allSettled(images.map((image) => target().deliver(image, control())));
  for (const outcome of outcomes) expect(outcome.status).toBe('fulfilled');
  const { index } = JSON.parse(await readFile(join(root, 'streams/v1/index.json'), 'utf8')) as {
    index: { images: { products: string[] } };
  };
  expect(index.images.products).toHaveLength(12);
});

test('a raw disk is delivered, and not listed', async () => {
  await target().deliver(someImage({ format: 'raw' }), control());
  await expect(readFile(join(root, 'streams/v1/index.json'))).rejects.toThrow(/ENOENT/);
});
