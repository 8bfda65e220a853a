import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDisk, convert } from '../hostile/images.ts';
import { ansible } from '../support/ansible.ts';
import { goProgram } from '../support/go-program.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { makeOpenrc, makeUsers } from '../support/openstack-users.ts';

/** What operators let programs do with images: the programs are those of others, unchanged and pinned. */

const run = promisify(execFile);

let dir: string;
let disk: string;
let installation: Installation;
let mirror: Mirror;
/** An environment as a member has it. */
let env: Record<string, string>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'automation-'));
  installation = await startInstallation({ env: { POLICY: 'warn', WEB_DOWNLOAD_HOSTS: '127.0.0.1' } });
  mirror = await startMirror();
  disk = convert(buildDisk(join(dir, 'disk.raw')), 'qcow2', join(dir, 'disk.qcow2'));
  mirror.offer('disk.qcow2', readFileSync(disk));
  const { member } = await makeUsers(installation);
  env = { PATH: process.env.PATH ?? '', HOME: dir, LC_ALL: 'C.UTF-8', ...makeOpenrc(installation, member) };
});
afterAll(async () => {
  mirror?.close();
  await installation?.close();
  if (dir) rmSync(dir, { recursive: true });
});

const timeout = 800_000;
/** What it printed; when it failed, that is the error. */
async function printedBy(command: string, args: string[], more: Record<string, string> = {}): Promise<string> {
  const ran = run(command, args, { cwd: dir, env: { ...env, ...more }, timeout }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      throw new Error(`${error.stdout}${error.stderr}`.slice(-4000));
    },
  );
  return (await ran).stdout;
}

test("Ansible's openstack.cloud.image sends, changes, imports, has fetched and deletes", async () => {
  const { python, command, settings } = await ansible();
  const vars = { disk, url: `${mirror.url}/disk.qcow2`, ansible_python_interpreter: python };
  const playbook = join(import.meta.dirname, 'images.yml');
  // Its own script names the folder in which it was installed.
  const args = [command, '-i', 'localhost,', '-c', 'local', '-e', JSON.stringify(vars), playbook];
  expect(await printedBy(python, args, settings)).toMatch(/localhost +: ok=13 +changed=6 +unreachable=0 +failed=0/);
});

test('gophercloud does each of its steps', async () => {
  const program = await goProgram(join(import.meta.dirname, 'gophercloud'));
  // A line for each step that failed, and then how many there were.
  const named = { OS_PROJECT_ID: project, OS_DOMAIN_NAME: 'Default' };
  expect(await printedBy(program, [disk], named)).toBe('11\n');
});

test('OpenTofu creates, finds no difference, changes and destroys with the OpenStack provider', async () => {
  const module = 'github.com/terraform-provider-openstack/terraform-provider-openstack/v3';
  const provider = await goProgram(join(import.meta.dirname, 'terraform-provider-openstack'), module);
  const tofu = await goProgram(join(import.meta.dirname, 'tofu'), 'github.com/opentofu/opentofu/cmd/tofu');
  const work = join(dir, 'tofu');
  mkdirSync(work);
  copyFileSync(join(import.meta.dirname, '../../deploy/opentofu/images.tf'), join(work, 'images.tf'));
  // The provider is ours to give: nothing is fetched.
  const overrides = `"terraform-provider-openstack/openstack" = "${dirname(provider)}"`;
  writeFileSync(join(dir, 'tofu.rc'), `provider_installation {\n dev_overrides {\n ${overrides}\n }\n direct {}\n}\n`);
  const ask = (verb: string, ...args: string[]) =>
    printedBy(tofu, [`-chdir=${work}`, verb, '-no-color', '-input=false', ...variables, ...args], {
      TF_CLI_CONFIG_FILE: join(dir, 'tofu.rc'),
      CHECKPOINT_DISABLE: '1',
    });
  const variables = ['-var', `disk=${disk}`, '-var', `url=${mirror.url}/disk.qcow2`];
  const changed = ['-var', 'name=renamed', '-var', 'distro=alpine'];
  expect(await ask('apply', '-auto-approve')).toMatch(/3 added, 0 changed, 0 destroyed[\s\S]*found = true/);
  expect(await ask('plan')).toContain('No changes.');
  expect(await ask('apply', '-auto-approve', ...changed)).toContain('0 added, 2 changed, 0 destroyed');
  expect(await ask('plan', ...changed)).toContain('No changes.');
  expect(await ask('destroy', '-auto-approve', ...changed)).toContain('3 destroyed');
});
