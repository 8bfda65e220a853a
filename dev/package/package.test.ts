import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import root from '../../package.json' with { type: 'json' };
import { buildPackage } from './build.ts';

/** The package as users get it: packed, installed into an empty folder without any registry, and run. */

let dir: string;
let installed: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'package-'));
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync('npm', [...args, '--cache', join(dir, 'cache'), '--loglevel=error'], { cwd, encoding: 'utf8' });
  await buildPackage(join(dir, 'built'));
  const tarball = npm(dir, 'pack', join(dir, 'built')).trim();
  writeFileSync(join(dir, 'package.json'), '{ "private": true }');
  npm(dir, 'install', '--offline', '--no-audit', '--no-fund', join(dir, tarball));
  installed = join(dir, 'node_modules/bootready');
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function bootready(...args: string[]) {
  return spawnSync(join(dir, 'node_modules/.bin/bootready'), args, {
    cwd: dir,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: dir },
  });
}

test('it is one package: nothing else is installed with it, and it is small', () => {
  expect(readdirSync(join(dir, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['bootready']);
  const size = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  expect(size).toBeLessThan(1024 ** 2);
});

test('names the packages that its code comes from', () => {
  const bill = JSON.parse(readFileSync(join(installed, 'sbom.cdx.json'), 'utf8')) as { components: { name: string }[] };
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['commander', 'zod', 'openapi-fetch']));
  // What only servers need is not in it.
  expect(names).not.toContain('fastify');
});

test('it needs no door for what it reads: the look before an upload is at the bytes of who looks', () => {
  const holding = (text: string): string[] =>
    readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(text))
      .map(({ name }) => name);
  expect(holding('monolithicSparse')).toHaveLength(1);
  expect(holding('prlimit')).toEqual([]);
});

test('it says its version', () => {
  expect(bootready('--version').stdout.trim()).toBe(root.version);
});

test('it has the commands of users, and not those of the hosts of an installation', () => {
  const { status, stdout } = bootready('--help');
  expect(status).toBe(0);
  for (const name of ['upload', 'download', 'set', 'share', 'verify', 'completion'])
    expect(stdout).toMatch(`  ${name}`);
  expect(stdout).not.toMatch(/^ {2}(api|worker|migrate|doctor) /m);
  expect(bootready('completion', 'fish').stdout).toContain('complete -c bootready');
});

test('its commands are there: each says what it lacks', () => {
  expect(bootready('list')).toMatchObject({ status: 2, stderr: expect.stringContaining('bootready login') });
  expect(bootready('upload', 'missing.raw')).toMatchObject({ status: 2, stderr: expect.stringContaining('login') });
  expect(bootready('verify', 'x', '--provenance', 'y', '--key', 'z').stderr).toMatch(/^x |^y |^z /);
});

/** What makes the start quick, whatever the machine: few files, little of them. The time itself is told by test/bench/cli-start.ts. */
test('for its help it reads a few files, and no library of any command', () => {
  const tracing = `import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => { process.stderr.write('LOAD ' + url + '\\n'); return next(url, context); } });`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tracing)}`, join(installed, 'bootready.mjs'), '--help'],
    { encoding: 'utf8' },
  );
  const loaded = [...stderr.matchAll(/^LOAD (file:.*)$/gm)].map(([, url]) => fileURLToPath(url ?? ''));
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.length).toBeLessThanOrEqual(5);
  expect(loaded.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(100 * 1024);
});
