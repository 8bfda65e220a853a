import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import root from '../../package.json' with { type: 'json' };
import { packTar } from './archive.ts';
import { writeLayout } from './layout.ts';
import { readRecipe } from './recipe.ts';
import { makeReleaseStatement } from './statement.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'release-test-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const dockerfile = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8');
const recipe = readRecipe(dockerfile);

test('the image of a release is the one of the Dockerfile', () => {
  expect(recipe).toMatchObject({
    suite: 'bookworm',
    user: ['--system', '--create-home', '--uid', '10001', 'bootready'],
    folders: ['/var/lib/bootready', '/var/tmp/bootready'],
    home: '/opt/bootready',
    config: {
      User: 'bootready',
      WorkingDir: '/opt/bootready',
      Entrypoint: ['tini', '--', 'node', 'cli/main.ts'],
      Cmd: ['--help'],
      Labels: {
        'org.opencontainers.image.title': 'bootready',
        'org.opencontainers.image.version': root.version,
      },
    },
  });
  expect(recipe.packages).toEqual(expect.arrayContaining(['bubblewrap', 'qemu-system-x86', 'tini', 'zstd']));
  expect(recipe.packages.every((name) => /^[a-z0-9][a-z0-9+.-]+$/.test(name))).toBe(true);
  expect(recipe.config.Env).toEqual(
    expect.arrayContaining(['NODE_ENV=production', 'XDG_CACHE_HOME=/var/lib/bootready/cache', 'MALLOC_ARENA_MAX=2']),
  );
});

test.each(['USER ', 'ENTRYPOINT ', 'RUN useradd', 'ARG NODE_IMAGE'])(
  'a Dockerfile without "%s" is not understood',
  (line) => {
    expect(() => readRecipe(dockerfile.replace(new RegExp(`^${line}`, 'm'), 'ONBUILD '))).toThrow(/Dockerfile: no /);
  },
);

/** A folder with the same content, made at another time and with other rights. */
function tree(name: string, time: number): string {
  const folder = join(dir, name);
  mkdirSync(join(folder, 'app/inner'), { recursive: true });
  for (const [index, file] of (time % 2 ? ['b', 'a'] : ['a', 'b']).entries()) {
    writeFileSync(join(folder, 'app/inner', file), file, { mode: time % 2 ? 0o600 : 0o664 });
    utimesSync(join(folder, 'app/inner', file), time + index, time);
  }
  return folder;
}

test('an archive depends on content alone', () => {
  for (const [name, time] of [
    ['one', 1_700_000_000],
    ['two', 1_800_000_001],
  ] as const) {
    packTar(join(dir, `${name}.tar`), tree(name, time), ['app'], 1_600_000_000);
    packTar(join(dir, `${name}.tgz`), tree(name, time), ['app'], 1_600_000_000, { gzip: true });
  }
  expect(readFileSync(join(dir, 'two.tar')).equals(readFileSync(join(dir, 'one.tar')))).toBe(true);
  expect(readFileSync(join(dir, 'two.tgz')).equals(readFileSync(join(dir, 'one.tgz')))).toBe(true);
  expect(execFileSync('tar', ['--numeric-owner', '-tvf', join(dir, 'one.tar')], { encoding: 'utf8' })).toMatch(
    /^-rw-r--r-- 0\/0 +1 2020-09-13 \d\d:\d\d app\/inner\/a$/m,
  );
});

test('a layout names each blob by its content, and comes out the same twice', async () => {
  const tar = join(dir, 'layer.tar');
  packTar(tar, tree('layer', 1_700_000_000), ['app'], 1_600_000_000);
  const options = { layers: [{ tar, how: 'a test' }], config: recipe.config, created: 1_600_000_000, tag: '1.2.3' };
  const folders = ['layout-one', 'layout-two'].map((name) => join(dir, name));
  const digests = [];
  for (const folder of folders) digests.push(await writeLayout(folder, options));
  expect(digests[1]).toBe(digests[0]);
  const [folder = ''] = folders;
  const blob = (digest: string): Buffer => {
    const bytes = readFileSync(join(folder, 'blobs/sha256', digest.replace('sha256:', '')));
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
    return bytes;
  };
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  expect(index.manifests).toMatchObject([
    { digest: digests[0], annotations: { 'org.opencontainers.image.ref.name': '1.2.3' } },
  ]);
  const manifest = JSON.parse(blob(index.manifests[0].digest).toString());
  const config = JSON.parse(blob(manifest.config.digest).toString());
  expect(config).toMatchObject({
    created: '2020-09-13T12:26:40.000Z',
    architecture: 'amd64',
    config: { User: 'bootready' },
  });
  const layer = execFileSync('gzip', ['-dc'], { input: blob(manifest.layers[0].digest) });
  expect(config.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(layer).digest('hex')}`]);
  expect(layer.equals(readFileSync(tar))).toBe(true);
});

test('git has every file that packages are made of', () => {
  const ignored = [
    'ls-files',
    '--others',
    '--ignored',
    '--exclude-standard',
    'deploy',
    'shared',
    'workers',
    'adapters',
    'api',
    'cli',
  ];
  const top = join(import.meta.dirname, '../..');
  expect(execFileSync('git', ignored, { cwd: top, encoding: 'utf8' })).toBe('');
  expect(execFileSync('git', ['ls-files', 'deploy/debian'], { cwd: top, encoding: 'utf8' })).toContain('bootready.env');
});

test('the statement names files, image, commit and key, and no time', () => {
  const sha256 = 'ab'.repeat(32);
  const statement = makeReleaseStatement([{ name: 'a.deb', sha256 }], {
    version: '1.2.3',
    commit: 'c'.repeat(40),
    sources: [{ name: 'package-lock.json', sha256 }],
    image: `sha256:${'cd'.repeat(32)}`,
    keyId: 'me',
  });
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: 'a.deb', digest: { sha256 } },
      { name: 'bootready:1.2.3', digest: { sha256: 'cd'.repeat(32) } },
    ],
    predicate: {
      buildDefinition: { externalParameters: { version: '1.2.3', commit: 'c'.repeat(40) } },
      runDetails: { builder: { id: 'urn:bootready:key:me' } },
    },
  });
  expect(JSON.stringify(statement)).not.toMatch(/finishedOn|startedOn/);
});
