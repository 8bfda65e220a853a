import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import type { ClientFile } from '../../cli/client/api/client-file.ts';
import { Self } from '../../shared/contracts/api.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';
import type { OidcIssuer } from '../support/oidc-issuer.ts';
import { type CliRun, runCli, startCli } from '../support/run-cli.ts';
import { approveDevice, refuseDevice, someAccounts, startWithIssuer } from '../support/signed-in.ts';

/** Users of a real issuer at the command line: the device authorization grant, tokens that are renewed, and the end of it. */

let installation: Installation;
let issuer: OidcIssuer;
let close: () => Promise<void>;
let dir: string;
let file: string;
beforeAll(async () => {
  const accounts = { ...someAccounts, both: { projects: ['demo', 'other'], roles: ['editor'] } };
  ({ installation, issuer, close } = await startWithIssuer(accounts, { roles: [] }));
  await createProjectStore(installation.db).ensure({ id: 'other' });
  dir = await mkdtemp(join(tmpdir(), 'cli-login-'));
  file = join(dir, 'config/client.json');
});
afterAll(async () => {
  await close?.();
  if (dir) await rm(dir, { recursive: true });
});
beforeEach(async () => {
  issuer.lifetime.seconds = 3600;
  await rm(file, { force: true });
});

function env() {
  return { HOME: dir, BOOTREADY_CONFIG: file };
}
function bootready(...args: string[]): Promise<CliRun> {
  return runCli(args, { env: env() });
}
async function kept(): Promise<ClientFile> {
  return JSON.parse(await readFile(file, 'utf8'));
}
async function self(...args: string[]): Promise<Self> {
  const { code, stdout, stderr } = await bootready('whoami', '--json', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return Self.parse(JSON.parse(stdout));
}
/** The command, and the user with what it shows. */
async function login(act: (url: string) => Promise<void>, ...more: string[]): Promise<CliRun> {
  const running = startCli(['login', installation.apiUrl, '--device', ...more], { env: env() });
  const url = await eventually(() => Promise.resolve(/open (\S+) in a browser/.exec(running.stderr())?.[1]), {
    within: 30,
    what: 'the address is shown',
  });
  await act(url);
  return running.ended;
}
function loginAs(account: string, ...more: string[]) {
  return login((url) => approveDevice(url, account), ...more);
}

test('a user signs in with a browser, and is known from then on', async () => {
  const { code, stdout, stderr } = await loginAs('demo-member');
  expect([code, stdout]).toEqual([
    0,
    `Logged in to ${installation.apiUrl} as demo-member, project demo, role member.\n`,
  ]);
  expect(stderr).toMatch(
    /^To sign in, open http:\S+user_code=([A-Z-]{9}) in a browser, .*\nIt shows the code \1 there; it is valid for \d+ minutes\.\n$/,
  );
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await self()).toMatchObject({ projectId: 'demo', role: 'member', user: { name: 'demo-member' } });
  expect((await bootready('whoami')).stdout).toMatch(/^user +demo-member, of demo$/m);
  expect((await bootready('list')).code).toBe(0);
});

test('tokens that have expired are renewed, by many commands at once too, though the issuer takes each refresh token once', async () => {
  // Shorter than what is left to a token on its way: each command needs a new one.
  issuer.lifetime.seconds = 20;
  expect((await loginAs('demo-member')).code).toBe(0);
  const before = await kept();
  const answers = await Promise.all(Array.from({ length: 4 }, () => self()));
  expect(answers.map(({ projectId }) => projectId)).toEqual(Array(4).fill('demo'));
  const after = await kept();
  expect(after).toMatchObject({ url: installation.apiUrl, signIn: { refreshToken: expect.any(String) } });
  expect(after).not.toEqual(before);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  // With an old one the issuer ends all that came of it.
  await writeFile(file, JSON.stringify(before));
  expect(await bootready('list')).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringMatching(
      /^The sign-in at 127\.0\.0\.1:\d+ has ended\.\nSign in again: "bootready login URL"\.\n$/,
    ),
  });
});

test('an issuer that does not answer is told of, and nothing is forgotten', async () => {
  issuer.lifetime.seconds = 20;
  expect((await loginAs('demo-member')).code).toBe(0);
  const before = await kept();
  await issuer.stop();
  try {
    expect(await bootready('list')).toMatchObject({ code: 3, stderr: expect.stringContaining('does not answer') });
    expect(await bootready('login', installation.apiUrl, '--device')).toMatchObject({ code: 3 });
  } finally {
    await issuer.start();
  }
  expect(await kept()).toEqual(before);
  expect((await self()).projectId).toBe('demo');
});

test('who has several projects says which', async () => {
  const unsaid = await loginAs('both');
  expect(unsaid).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/--project .*: demo, other\.$/m) });
  await expect(stat(file)).rejects.toThrow('ENOENT');
  expect((await loginAs('both', '--project', 'other')).stdout).toContain('project other, role member');
  expect((await self()).projectId).toBe('other');
  expect((await self('--project', 'demo')).projectId).toBe('demo');
  expect(await bootready('whoami', '--project', 'strange')).toMatchObject({ code: 5 });
  const chosen = await runCli(['whoami', '--json'], { env: { ...env(), BOOTREADY_PROJECT: 'demo' } });
  expect(JSON.parse(chosen.stdout)).toMatchObject({ projectId: 'demo' });
});

test.each([
  ['that the user refuses', (url: string) => refuseDevice(url), /^The sign-in was refused at 127\.0\.0\.1:\d+\.$/m],
  ['of whom nothing is allowed', (url: string) => approveDevice(url, 'no-role'), /no known role/],
])('a sign-in %s keeps nothing', async (_what, act, message) => {
  const ended = await login(act);
  expect(ended).toMatchObject({ code: 5, stdout: '', stderr: expect.stringMatching(message) });
  await expect(stat(file)).rejects.toThrow('ENOENT');
});

test('Ctrl-C ends the waiting', async () => {
  const running = startCli(['login', installation.apiUrl, '--device'], { env: env() });
  await eventually(() => Promise.resolve(running.stderr().includes('minutes.')), { within: 30, what: 'it waits' });
  running.child.kill('SIGINT');
  expect((await running.ended).code).toBe(130);
});

test('logout forgets here and ends it there', async () => {
  issuer.lifetime.seconds = 20;
  await loginAs('demo-member');
  const before = await readFile(file);
  expect(await bootready('logout')).toMatchObject({
    code: 0,
    stdout: `Logged out of ${installation.apiUrl}.\n`,
    stderr: '',
  });
  await expect(stat(file)).rejects.toThrow('ENOENT');
  expect((await bootready('whoami')).code).toBe(2);
  expect((await bootready('logout')).stdout).toBe('Nobody is logged in on this machine.\n');
  await writeFile(file, before);
  expect(await bootready('whoami')).toMatchObject({ code: 5, stderr: expect.stringContaining('has ended') });
  // What the issuer does not hear is forgotten all the same.
  await issuer.stop();
  try {
    expect(await bootready('logout')).toMatchObject({ code: 0, stderr: expect.stringContaining('removed here') });
  } finally {
    await issuer.start();
  }
  await expect(stat(file)).rejects.toThrow('ENOENT');
});

test('an installation without an issuer for it says what else there is; a key is for one project', async () => {
  const server = createServer((_asked, answer) => answer.setHeader('content-type', 'application/json').end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    expect(await bootready('login', url, '--device')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('--key'),
    });
    expect(await bootready('login', url, '--device', '--key')).toMatchObject({ code: 2 });
    expect(await bootready('login', url, '--key', '--project', 'demo')).toMatchObject({ code: 2 });
  } finally {
    server.close();
  }
});
