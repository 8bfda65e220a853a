import { expect, test } from 'vitest';
import { type Lockfile, lockfileProblems, ourLockfileProblems } from './lockfile-check.ts';

const integrity = `sha512-${'a'.repeat(86)}==`;
const manifests = {
  '': { dependencies: { a: '1.0.0' }, workspaces: ['tools'], allowScripts: { b: false } },
  tools: { dependencies: { c: '2.0.0-rc.1' } },
};
const lockfile = {
  lockfileVersion: 3,
  packages: {
    '': { version: '0.1.0' },
    tools: { version: '0.0.0' },
    'node_modules/tools': { resolved: 'tools', link: true },
    'node_modules/a': { version: '1.0.0', integrity },
    'node_modules/a/node_modules/b': { version: '1.0.0', integrity, hasInstallScript: true },
  },
} satisfies Lockfile;
type Packages = NonNullable<Lockfile['packages']>;
function withPackage(more: Packages[string]): Lockfile {
  return {
    ...lockfile,
    packages: { ...lockfile.packages, 'node_modules/@x/evil': more },
  };
}

test('ours is as it must be', () => {
  expect(ourLockfileProblems()).toEqual([]);
});

test('one with a workspace and a script that is known is fine', () => {
  expect(lockfileProblems(lockfile, manifests)).toEqual([]);
});

test.each<[string, Lockfile, RegExp]>([
  ['no digest', withPackage({ version: '1.0.0' }), /evil has no SHA-512/],
  ['a weak digest', withPackage({ version: '1.0.0', integrity: 'sha1-abc=' }), /evil has no SHA-512/],
  ['another place', withPackage({ integrity, resolved: 'https://example.org/evil.tgz' }), /evil comes from https/],
  ['git', withPackage({ integrity, resolved: 'git+ssh://git@example.org/evil.git#1' }), /evil comes from git/],
  ['a link to somewhere else', withPackage({ integrity, resolved: '../evil', link: true }), /evil comes from \.\./],
  ['a script that nobody knows', withPackage({ integrity, hasInstallScript: true }), /@x\/evil runs a script/],
  ['an older form', { lockfileVersion: 1 }, /version 3/],
])('%s is told', (_what, bad, words) => {
  expect(lockfileProblems(bad, manifests)).toEqual([expect.stringMatching(words)]);
});

test.each([
  '^1.0.0',
  '*',
  'latest',
  'github:x/y',
  'git+https://example.org/x',
  'https://example.org/x.tgz',
  'file:../x',
  'npm:other@1.0.0',
])('a dependency that is named as "%s" is told', (version) => {
  expect(lockfileProblems(lockfile, { ...manifests, tools: { dependencies: { c: version } } })).toEqual([
    expect.stringContaining('tools/package.json asks for c'),
  ]);
});

test('names an allowed script that does not exist', () => {
  const allowed = { ...manifests, '': { ...manifests[''], allowScripts: { b: false, gone: true } } };
  expect(lockfileProblems(lockfile, allowed)).toEqual([expect.stringContaining('names gone')]);
});
