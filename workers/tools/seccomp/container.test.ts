import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namespaceArgs } from '../sandbox-args.ts';
import { containerProfile, containerRules } from './container.ts';
import { compile, type Rules } from './filter.ts';
import { seccompProgram } from './profiles.ts';

/** The filter of deploy/seccomp/worker.json around everything, as a container has it, and the product's sandbox within. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'container-filter-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files by descriptor: 3 is the filter outside, 4 and 5 are what the sandbox reads and writes. */
function runWithin(rules: Rules, command: readonly string[]) {
  writeFileSync(join(folder, 'outer'), compile(rules));
  writeFileSync(join(folder, 'inner'), seccompProgram('filter'));
  writeFileSync(join(folder, 'status'), '');
  const opened = [
    openSync(join(folder, 'outer'), 'r'),
    openSync(join(folder, 'inner'), 'r'),
    openSync(join(folder, 'status'), 'w'),
  ];
  try {
    // As the user of the image: the kernel lets nobody without capabilities give root's id on.
    const outer = ['--dev-bind', '/', '/', '--unshare-user', '--uid', '10001', '--cap-drop', 'ALL', '--seccomp', '3'];
    const { status, stdout, stderr } = spawnSync('bwrap', [...outer, '--', ...command], {
      stdio: ['ignore', 'pipe', 'pipe', ...opened],
      encoding: 'utf8',
      timeout: 5000,
      killSignal: 'SIGKILL',
    });
    return { status, stdout, stderr };
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

const limits = { wallSeconds: 10, cpuSeconds: 10, fileBytes: 0, memoryBytes: 0 };
function sandboxed(...command: [string, ...string[]]): string[] {
  return [
    'bwrap',
    ...namespaceArgs({ profile: 'filter', command: command[0], args: command.slice(1), limits } as never),
    '--',
    ...command,
  ];
}

test('leaves the sandbox of the tools its way', () => {
  expect(runWithin(containerRules, sandboxed('/usr/bin/echo', 'inside'))).toMatchObject({
    status: 0,
    stdout: 'inside\n',
  });
});

test.each(['mount', 'pivot_root', 'unshare', 'umount2', 'capset'] as const)(
  'without %s there would be none',
  (name) => {
    const { [name]: _without, ...calls } = containerRules.calls;
    const { status, stdout } = runWithin({ ...containerRules, calls }, sandboxed('/usr/bin/echo', 'inside'));
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
  },
);

test('leaves Node and its threads their way', () => {
  const script = `const { Worker } = require('node:worker_threads');
    new Worker("require('node:worker_threads').parentPort.postMessage(require('node:os').networkInterfaces().lo !== undefined)", { eval: true })
      .on('message', (answer) => console.log(answer));`;
  const node = [process.execPath, '-e', script];
  expect(runWithin(containerRules, node)).toMatchObject({ status: 0, stdout: 'true\n' });
});

test('names every call once, so that engines without a default answer refuse the others as an old kernel does', () => {
  const profile = containerProfile();
  const named = profile.syscalls.filter((rule) => !('args' in rule)).flatMap(({ names }) => names);
  expect(new Set(named).size).toBe(named.length);
  // As many as the kernel has by now, without "socket", which depends on its argument.
  expect(named.length).toBeGreaterThan(370);
  const refused = profile.syscalls.find(({ action }) => action === 'SCMP_ACT_ERRNO');
  expect(refused).toMatchObject({ errnoRet: constants.errno.ENOSYS });
  expect(refused?.names).toEqual(expect.arrayContaining(['clone3', 'fsetxattr', 'io_uring_setup']));
});

test.each([
  ['ptrace', 'ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0)'],
  ['bpf', 'ctypes.CDLL(None, use_errno=True).syscall(321, 0, 0, 0)'],
  ['keyctl', 'ctypes.CDLL(None, use_errno=True).syscall(250, 0, 0, 0)'],
  ['io_uring', 'ctypes.CDLL(None, use_errno=True).syscall(425, 1, 0)'],
  ['a vsock', 'ctypes.CDLL(None, use_errno=True).socket(40, 1, 0)'],
  ['AF_ALG', 'ctypes.CDLL(None, use_errno=True).socket(38, 5, 0)'],
])('refuses %s as if the kernel did not know it', (_what, call) => {
  const python = [
    '/usr/bin/python3',
    '-c',
    `import ctypes, errno; r = ${call}; print(r, errno.errorcode.get(ctypes.get_errno()))`,
  ];
  expect(runWithin(containerRules, python)).toMatchObject({ status: 0, stdout: '-1 ENOSYS\n' });
});
