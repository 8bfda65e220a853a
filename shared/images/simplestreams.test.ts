import { expect, test } from 'vitest';
import { makeIndex, makeProducts, type StreamRecord, toAlias } from './simplestreams.ts';

function record(more: Partial<StreamRecord> = {}): StreamRecord {
  return {
    imageId: '0c5e3f2e-5f0a-4a39-9d4c-2f8f6d0b8f11',
    projectId: 'demo',
    name: 'Debian 12',
    listed: '2026-11-30T12:34:56.000Z',
    os: 'debian',
    release: '12',
    architecture: 'x86_64',
    disk: { path: 'demo/a/b.qcow2', size: 7, sha256: 'ab' },
    metadata: { path: 'demo/a/b.incus.tar.gz', size: 3, sha256: 'cd' },
    combined: 'ef',
    ...more,
  };
}

test.each([
  ['Debian 12, für alle', 'debian-12-fur-alle'],
  ['a,b', 'a-b'],
  ['日本', 'image'],
  ['..', '..'],
])('%s becomes the alias %s, which is one', (name, alias) => {
  expect(toAlias(name)).toBe(alias);
});

test('versions begin with the date, and the newest names the product', () => {
  const newer = record({ imageId: 'ffffffff-0000', name: 'debian 12', listed: '2026-12-01T00:00:00.000Z' });
  const { products } = makeProducts([newer, record()]) as { products: Record<string, Record<string, object>> };
  expect(Object.keys(products)).toEqual(['dev.bootready:demo:debian-12:amd64']);
  const [product] = Object.values(products);
  expect(Object.keys(product?.versions ?? {})).toEqual(['20261130_1234_0c5e3f2e', '20261201_0000_ffffffff']);
  expect(product?.release_title).toBe('debian 12');
});

test('another architecture or project is another product', () => {
  const { index } = makeIndex([record(), record({ architecture: 'aarch64' }), record({ projectId: 'other' })]) as {
    index: { images: { products: string[] } };
  };
  expect(index.images.products).toEqual([
    'dev.bootready:demo:debian-12:amd64',
    'dev.bootready:demo:debian-12:arm64',
    'dev.bootready:other:debian-12:amd64',
  ]);
});
