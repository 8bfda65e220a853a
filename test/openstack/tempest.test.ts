import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tieToUs } from '../../dev/stack/service.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { makeUsers } from '../support/openstack-users.ts';
import { pythonWith } from '../support/python-packages.ts';
import { deviations, leftOut } from './tempest-deviations.ts';

/**
 * Tempest's own tests of an Image API, of the pinned version, all of them, against a whole installation. What it holds against us that is wanted stands in
 * tempest-deviations.ts; that list is checked both ways.
 */

let dir: string;
let installation: Installation;
let mirror: Mirror;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tempest-'));
  installation = await startInstallation({ env: { POLICY: 'warn', WEB_DOWNLOAD_HOSTS: '127.0.0.1' } });
  const qcow2 = convert(buildDisk(join(dir, 'disk.raw')), 'qcow2', join(dir, 'disk.qcow2'));
  mirror = await startMirror();
  mirror.offer('disk.qcow2', readFileSync(qcow2));
  // The first that are free are taken for members: the reader stands last.
  const { member, stranger, admin, reader } = await makeUsers(installation);
  const accounts = [member, stranger, admin, reader].map(({ name, project, key, role }) => ({
    username: name,
    project_name: project,
    password: key,
    domain_name: 'Default',
    roles: [role],
    types: role === 'admin' ? ['admin'] : [],
  }));
  writeFileSync(join(dir, 'accounts.yaml'), JSON.stringify(accounts));
  writeFileSync(join(dir, 'tempest.conf'), settings());
});
afterAll(async () => {
  mirror?.close();
  await installation?.close();
  if (dir) rmSync(dir, { recursive: true });
});

function settings(): string {
  return `
[DEFAULT]
log_dir = ${dir}
[oslo_concurrency]
lock_path = ${dir}
[auth]
use_dynamic_credentials = false
test_accounts_file = ${dir}/accounts.yaml
default_credentials_domain_name = Default
[identity]
auth_version = v3
uri_v3 = ${installation.apiUrl}/identity/v3
region = RegionOne
[service_available]
glance = true
cinder = false
neutron = false
nova = false
swift = false
[image]
http_image = ${mirror.url}/disk.qcow2
http_qcow2_image = ${mirror.url}/disk.qcow2
build_timeout = 240
[image-feature-enabled]
image_conversion = true
`;
}

type Told = { test: string; outcome: 'passed' | 'failed' | 'skipped'; why: string };
async function runTempest(): Promise<Told[]> {
  const python = await pythonWith(join(import.meta.dirname, '../support/tempest.txt'));
  const child = spawn(...tieToUs(python, [join(import.meta.dirname, 'run-tempest.py')]), {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', HOME: dir, TEMPEST_CONFIG_DIR: dir, PYTHONWARNINGS: 'ignore' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-3000);
  });
  const told: Told[] = [];
  for await (const line of createInterface(child.stdout)) told.push(JSON.parse(line));
  if (told.length === 0) throw new Error(`Tempest ran no test: ${said}`);
  return told.map(({ test: name, ...more }) => ({ test: name.replace('tempest.api.image.v2.', ''), ...more }));
}

/** What a test is to end with; passed, unless it is listed. */
function expectedOf(name: string): { outcome: Told['outcome']; says: RegExp } {
  const failed = deviations.find(({ tests }) => tests.includes(name));
  if (failed) return { outcome: 'failed', says: failed.says };
  const skipped = leftOut.find(({ tests }) => tests.includes(name));
  return skipped ? { outcome: 'skipped', says: skipped.says } : { outcome: 'passed', says: /^/ };
}

test('Tempest holds nothing against us but what is wanted', async () => {
  const told = await runTempest();
  // A test that is listed and passes now, or fails for another reason, is a mistake in the list.
  const otherwise = told.filter(({ test: name, outcome, why }) => {
    const expected = expectedOf(name);
    return outcome !== expected.outcome || !expected.says.test(why);
  });
  const names = new Set(told.map(({ test: name }) => name));
  const unknown = [...deviations, ...leftOut].flatMap(({ tests }) => tests).filter((name) => !names.has(name));
  expect({ otherwise, unknown }).toEqual({ otherwise: [], unknown: [] });
  expect(told.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThanOrEqual(38);
}, 1_500_000);
