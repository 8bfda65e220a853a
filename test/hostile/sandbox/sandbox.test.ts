import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isBootreadyError } from '../../../shared/errors.ts';
import { runSandboxed } from '../../../workers/tools/sandbox.ts';
import type { SandboxCommand } from '../../../workers/tools/sandbox-command.ts';
import { numbers } from '../../../workers/tools/seccomp/syscalls.ts';
import { allCalls, restore, weakened, weakness } from './weaken.ts';

/** Every way out of the sandbox that we know of, tried by a program in the place of the tool, against canaries. Then with a wall taken away: does the test notice? */

vi.mock('../../../workers/tools/sandbox-args.ts', async (original) => {
  const real = await original<typeof import('../../../workers/tools/sandbox-args.ts')>();
  return { ...real, namespaceArgs: (command: SandboxCommand) => weakened(real.namespaceArgs(command)) };
});
vi.mock('../../../workers/tools/seccomp/profiles.ts', async (original) => {
  const real = await original<typeof import('../../../workers/tools/seccomp/profiles.ts')>();
  return {
    ...real,
    seccompProgram: (...args: Parameters<typeof real.seccompProgram>) =>
      weakness.systemCalls ? allCalls() : real.seccompProgram(...args),
  };
});

const MiB = 1024 ** 2;
const python = '/usr/bin/python3';
const limits = { wallSeconds: 60, cpuSeconds: 60, memoryBytes: 1024 * MiB, fileBytes: 128 * MiB };

let dir: string;
let files: Record<string, string>;
let touched: string[];
const servers: Server[] = [];
async function serve(server: Server, at: string | { port: number; host: string }): Promise<Server> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return server;
}
/** Node has no such sockets. Whether this machine reaches its own: the kernel needs vsock_loopback for that (vsock(7), VMADDR_CID_LOCAL). */
let vsock: { server: ChildProcess; port: number; isReached: boolean };
async function serveVsock(): Promise<typeof vsock> {
  const server = spawn(python, ['-S', join(import.meta.dirname, 'vsock-server.py')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(server.stdout);
  const [first] = await once(lines, 'line');
  lines.on('line', (line) => touched.push(`vsock ${line}`));
  const [port, isReached] = String(first).split(' ');
  return { server, port: Number(port), isReached: isReached === 'True' };
}
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'escape-'));
  for (const name of ['host', 'other-project', 'other-run', 'out']) mkdirSync(join(dir, name));
  files = {
    'a file of the host': join(dir, 'host/secret'),
    "another project's object": join(dir, 'other-project/object.raw'),
    "another run's disk": join(dir, 'other-run/disk.raw'),
  };
  const connected = (name: string) => () => void touched.push(name);
  const local = { port: 0, host: '127.0.0.1' };
  const http = createHttpServer((_, response) => response.end('canary')).on('connection', connected('http'));
  const raw = (name: string): Server =>
    createServer((socket) => socket.on('error', () => undefined).end('canary')).on('connection', connected(name));
  await serve(http, local);
  const nbd = await serve(raw('nbd'), local);
  await serve(raw('abstract'), `\0${dir}`);
  await serve(raw('unix'), join(dir, 'host/socket'));
  vsock = await serveVsock();
  const readPort = (server: Server): number => (server.address() as AddressInfo).port;
  writeFileSync(
    join(dir, 'targets.json'),
    JSON.stringify({
      files,
      folder: dir,
      abstract: dir,
      unix: join(dir, 'host/socket'),
      httpPort: readPort(http),
      nbdPort: readPort(nbd),
      vsockPort: vsock.port,
    }),
  );
});
afterAll(() => {
  for (const server of servers) server.close();
  vsock.server.kill();
  rmSync(dir, { recursive: true, force: true });
});
function reset(): void {
  restore();
  touched = [];
  for (const path of Object.values(files)) writeFileSync(path, 'canary');
  rmSync(join(dir, 'out'), { recursive: true });
  mkdirSync(join(dir, 'out'));
}
beforeAll(reset);
afterEach(reset);

const profiles: SandboxCommand['profile'][] = [
  ...(['filter', 'script', 'block', 'machine', 'appliance', 'appliance-with-network'] as const),
];

async function attack(profile: SandboxCommand['profile']): Promise<Record<string, string>> {
  const { stdout } = await runSandboxed({
    command: python,
    args: ['-S', '/in/attacks.py'],
    profile,
    limits,
    readOnly: {
      '/in/attacks.py': join(import.meta.dirname, 'attacks.py'),
      '/in/targets.json': join(dir, 'targets.json'),
    },
    writable: { '/out': join(dir, 'out') },
  });
  return JSON.parse(stdout);
}

/** What each kind of tool really needs, and so may do. All else is refused. */
const allowed: Record<SandboxCommand['profile'], RegExp> = {
  filter: /^$/,
  script: /^fork$/,
  block: /^socket(pair)? unix$/,
  machine: /^socket(pair)? unix$/,
  appliance: /^(fork|make a (link|FIFO))$/,
  'appliance-with-network': /^(fork|make a (link|FIFO)|socket inet6?)$/,
};

function succeeded(results: Record<string, string>): string[] {
  return Object.entries(results).flatMap(([name, result]) => (result.startsWith('got: ') ? [name] : []));
}

describe.each(profiles)('a tool of the kind "%s" that an image has taken over', (profile) => {
  test('reaches none of the canaries, and nothing but what such a tool needs', async () => {
    const results = await attack(profile);
    expect(succeeded(results).filter((name) => !allowed[profile].test(name))).toEqual([]);
    expect(Object.values(results).join()).not.toContain('canary');
    expect(touched).toEqual([]);
    for (const path of Object.values(files)) expect(readFileSync(path, 'utf8')).toBe('canary');
    expect(results).toMatchObject({ 'no new privileges': '1', filter: '2' });
    expect(results.capabilities).toMatch(/^0+$/);
    expect(results.session).toMatch(/^[1-9]/);
    for (const [name, result] of Object.entries(results)) {
      if (name.startsWith('call ')) expect([name, result]).toEqual([name, 'Function not implemented']);
    }
    // By the filter; the second refusal behind it would be "No space left on device".
    expect(results['clone into a user namespace']).toBe('Operation not permitted');
    for (const path of ['/tmp', '/var/tmp', '/run', '/dev/shm']) {
      expect(results[`fill ${path}`]).toMatch(/No space left/);
    }
  });
});

/** Such a call ends the process at once; each needs a process of its own. */
test.each([
  ...([
    'ptrace',
    'process_vm_readv',
    'process_vm_writev',
    'bpf',
    'keyctl',
    'add_key',
    'request_key',
    'mount',
    'umount2',
  ] as const),
  ...(['move_mount', 'fsopen', 'open_tree', 'unshare', 'setns', 'chroot', 'pivot_root', 'open_by_handle_at'] as const),
  ...(['kexec_load', 'init_module', 'finit_module', 'reboot', 'swapon', 'quotactl', 'iopl'] as const),
])('the system call %s kills who makes it, and it is said so', async (name) => {
  const script = `import ctypes; ctypes.CDLL(None).syscall(${numbers[name]}, 0, 0, 0, 0, 0); print('alive')`;
  const run = { command: python, args: ['-S', '-c', script], profile: 'appliance', limits } as const;
  const end = await runSandboxed(run).catch((error: unknown) => error);
  expect(isBootreadyError(end) && end.message).toMatch(/made a system call that no tool needs/);
});

/** A filter goes by numbers, and other ABIs of the same processor have others. seccomp(2), "Caveats" */
test.each([
  ['of the x32 ABI', '', 'libc.syscall(0x40000000 | 39)'],
  [
    'of 32-bit programs (int 0x80)',
    'import mmap; page = mmap.mmap(-1, 4096, prot=7); page.write(bytes.fromhex("b814000000cd80c3"))',
    'ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()',
  ],
])('system calls %s kill who makes them', async (_name, prepare, call) => {
  const run = (body: string) =>
    runSandboxed({
      command: python,
      args: ['-S', '-c', `import ctypes; libc = ctypes.CDLL(None)\n${body}\nprint('alive')`],
      ...({ profile: 'appliance', limits } as const),
    });
  expect((await run(prepare)).stdout).toContain('alive');
  await expect(run(`${prepare}\n${call}`)).rejects.toMatchObject({ message: /made a system call that no tool needs/ });
  weakness.systemCalls = true;
  // The control: without our filter the call is made, or not known to the kernel.
  const end = await run(`${prepare}\n${call}`).catch((error: unknown) => error);
  expect(isBootreadyError(end) ? end.message : 'lived').not.toMatch(/made a system call/);
});

describe('with a wall taken away, the same test finds the canary', () => {
  test('the network', async () => {
    weakness.network = true;
    const results = await attack('appliance-with-network');
    expect(results['connect http']).toContain('canary');
    expect(results['connect nbd']).toContain('canary');
    expect(results['connect abstract socket']).toContain('canary');
    expect(touched.sort()).toEqual(['abstract', 'http', 'nbd']);
  });

  test('files', async () => {
    weakness.folders = [dir];
    const results = await attack('block');
    for (const name of Object.keys(files)) {
      expect(results[`read ${name}`]).toContain('canary');
      expect(results[`write ${name}`]).toMatch(/^got/);
    }
    expect(results['read all']).toContain('canary');
    expect(results['connect unix socket']).toContain('canary');
  });

  test('the network, of a tool that may open no socket of it: the filter alone holds', async () => {
    weakness.network = true;
    const results = await attack('block');
    // An abstract socket belongs to the network namespace, and is a Unix socket all the same.
    expect(touched).toEqual(['abstract']);
    for (const name of ['http', 'nbd', 'vsock']) expect(results[`connect ${name}`]).toMatch(/not supported/);
  });

  test('the filter of system calls: the namespaces alone hold', async () => {
    weakness.systemCalls = true;
    const results = await attack('block');
    expect(succeeded(results)).toEqual(expect.arrayContaining(['fork', 'make a FIFO', 'socket netlink']));
    // All but vsock, see below.
    expect(Object.values({ ...results, 'connect vsock': '' }).join()).not.toContain('canary');
    expect(touched.filter((name) => !name.startsWith('vsock'))).toEqual([]);
    // Not even then: --disable-userns.
    expect(results['clone into a user namespace']).not.toMatch(/^got/);
  });

  test('the same, and vsock: no namespace holds it, so the filter is the only wall', async ({ skip }) => {
    if (vsock.port === 0) skip('this kernel has no vsock');
    const held = await attack('appliance-with-network');
    expect([held['socket vsock'], held['connect vsock']]).toEqual(
      Array(2).fill('Address family not supported by protocol'),
    );
    weakness.systemCalls = true;
    const free = await attack('appliance-with-network');
    expect(free['socket vsock']).toMatch(/^got/);
    // Where the kernel has no loopback for it, who listens is not reached from anywhere on the machine: then the socket itself tells.
    if (vsock.isReached) expect(free['connect vsock']).toContain('canary');
    else expect(free['connect vsock']).not.toMatch(/not supported/);
  });
});
