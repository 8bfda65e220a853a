import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { removeTree } from '../../../workers/tools/remove-tree.ts';
import { runSandboxed, spawnSandboxed } from '../../../workers/tools/sandbox.ts';
import type { SandboxCommand, SandboxLimits } from '../../../workers/tools/sandbox-command.ts';
import { allCalls, restore, weakness } from './weaken.ts';

/** A tool that takes all it can get, and one that does not want to end. Each must be gone in time, and the worker must not feel it. */

vi.mock('../../../workers/tools/sandbox-args.ts', async (original) => {
  const real = await original<typeof import('../../../workers/tools/sandbox-args.ts')>();
  return { ...real, commandLine: (command: SandboxCommand) => weakness.start ?? real.commandLine(command) };
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
const limits: SandboxLimits = {
  wallSeconds: 30,
  cpuSeconds: 30,
  memoryBytes: 512 * MiB,
  residentBytes: 300 * MiB,
  fileBytes: 32 * MiB,
  folderBytes: 100 * MiB,
  tasks: 32,
};

let dir: string;
let out: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'exhaustion-'));
});
beforeEach(() => {
  out = join(dir, 'out');
  mkdirSync(out);
});
afterEach(async () => {
  restore();
  await removeTree(out);
});
afterAll(() => rmSync(dir, { recursive: true }));

function command(script: string, more: Partial<SandboxCommand> = {}): SandboxCommand {
  return {
    command: '/usr/bin/python3',
    args: ['-S', '-c', script],
    profile: 'script',
    limits,
    writable: { '/out': out },
    ...more,
  };
}

/** The longest time in which the event loop did nothing, and whether files can still be read meanwhile: libuv has four threads for that. */
async function undisturbed<T>(work: () => Promise<T>): Promise<{ result: T; lag: number }> {
  let last = performance.now();
  let lag = 0;
  const timer = setInterval(() => {
    lag = Math.max(lag, performance.now() - last - 20);
    last = performance.now();
  }, 20);
  try {
    const [result] = await Promise.all([work(), ...Array.from({ length: 8 }, () => readFile(import.meta.filename))]);
    await readFile(import.meta.filename);
    return { result, lag };
  } finally {
    clearInterval(timer);
  }
}

/** Generous: other tests run beside this one. It tells a worker that is busy from one that is frozen. */
const longestLag = 1000;

const bombs: Record<string, [script: string, excess: string | undefined, profile?: SandboxCommand['profile']]> = {
  'starts processes without end': [
    `
import os, time
while True:
  try:
    if os.fork() == 0: time.sleep(100)
  except OSError: time.sleep(0.01)`,
    'tasks',
  ],
  'starts threads without end': [
    `
import threading, time
threading.stack_size(65536)
while True:
  try: threading.Thread(target=time.sleep, args=(100,)).start()
  except RuntimeError: time.sleep(0.01)`,
    'tasks',
    'block',
  ],
  'takes memory without end, by many processes': [
    `
import os, time
for _ in range(8):
  if os.fork() == 0:
    held = bytearray(100 * 1024 * 1024)
    time.sleep(100)
time.sleep(100)`,
    'memory',
  ],
  'writes many large files': [
    `
for i in range(100):
  with open(f'/out/{i}', 'wb') as file: file.write(b'x' * 8 * 1024 * 1024)
import time; time.sleep(100)`,
    'disk',
  ],
  'writes large files that have no name any more': [
    `
import os, time
held = []
for i in range(30):
  file = open('/out/file', 'wb'); os.unlink('/out/file')
  file.write(b'x' * 8 * 1024 * 1024); file.flush(); held.append(file)
time.sleep(100)`,
    'disk',
  ],
  'writes files without end': [
    `
import os
i = 0
while True:
  os.close(os.open(f'/out/{i}', os.O_CREAT)); i += 1`,
    'files',
  ],
  'makes folders without end, one in the other': [
    `
import os, time
os.chdir('/out')
while True:
  try: os.mkdir('folder-folder-folder'); os.chdir('folder-folder-folder')
  except OSError: time.sleep(0.01)`,
    'files',
  ],
};

describe('a tool that', () => {
  test.each(Object.entries(bombs))(
    '%s is stopped, and the worker does not feel it',
    async (_name, [script, excess, profile]) => {
      // Of users other than root the kernel itself stops more processes: then there is nothing to be seen from outside, and it ends by its time.
      const bounded = excess === 'tasks' && process.getuid?.() !== 0 ? { ...limits, wallSeconds: 4 } : limits;
      const run = () => runSandboxed(command(script, { limits: bounded, ...(profile ? { profile } : {}) }));
      const begun = performance.now();
      const { result, lag } = await undisturbed(() => run().catch((error: unknown) => error));
      expect(result).toMatchObject({ code: 'tool-killed' });
      if (bounded === limits) expect(result).toMatchObject({ context: { excess } });
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect(lag).toBeLessThan(longestLag);
      const removing = await undisturbed(() => removeTree(out));
      expect(removing.lag).toBeLessThan(longestLag);
      expect(existsSync(out)).toBe(false);
    },
  );

  test('writes one file without end is stopped by the kernel, at the byte', async () => {
    const script = `open('/out/file', 'wb').write(b'x' * 64 * 1024 * 1024)`;
    await expect(runSandboxed(command(script))).rejects.toMatchObject({ code: 'tool-failed' });
    expect(statSync(join(out, 'file')).size).toBe(limits.fileBytes);
  });
});

/**
 * Takes pid 1 of the namespace by ptrace, and lets it make one call: prctl(PR_SET_PDEATHSIG, 0). It waits in a system call, so the instruction of
 * it lies two bytes behind. Then nothing ends it but who kills it by its number. ptrace(2); struct user_regs_struct, sys/user.h
 */
const holdFirstProcess = `
import ctypes, os, time
libc = ctypes.CDLL(None)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
attach, step, get, put = 16, 9, 12, 13
rax, rsi, rdi, orig_rax, rip = 10, 13, 14, 15, 16
def result():
  registers = (ctypes.c_ulonglong * 27)()
  libc.ptrace(attach, 1, None, None)
  os.waitpid(1, 0x40000000)
  libc.ptrace(get, 1, None, registers)
  registers[rax], registers[rdi], registers[rsi], registers[orig_rax] = 157, 1, 0, 2**64 - 1
  registers[rip] -= 2
  libc.ptrace(put, 1, None, registers)
  libc.ptrace(step, 1, None, None)
  os.waitpid(1, 0x40000000)
  libc.ptrace(get, 1, None, registers)
  return registers[rax]
if os.fork() == 0:
  os.setsid()
  open('/out/held', 'w').write(str(result()))
  time.sleep(1000)
time.sleep(1000)`;

const clingers: Record<string, string> = {
  'leaves its process group and forks twice': `
import os, time
if os.fork() == 0:
  os.setsid()
  if os.fork() == 0: time.sleep(1000)
time.sleep(1000)`,
  'takes no signal, and does not die with its parent': `
import ctypes, signal, time
for number in range(1, 65):
  try: signal.signal(number, signal.SIG_IGN)
  except (OSError, ValueError): pass
ctypes.CDLL(None).prctl(1, 0)
time.sleep(1000)`,
  'closes its pipes': `
import os, time
os.closerange(0, 256)
time.sleep(1000)`,
  'leaves a child that holds its pipes, and ends': `
import os, time
if os.fork() == 0:
  os.setsid()
  time.sleep(1000)`,
  'holds the first process of the namespace by ptrace (where nothing forbids that call)': holdFirstProcess,
};

/** Processes of the host with this word in their command line. */
function alive(marker: string): string[] {
  return execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(marker) && !/^\s*\d+ ps /.test(line));
}

describe('what is killed is dead: a tool that', () => {
  test.each(Object.entries(clingers))('%s', async (name, script) => {
    weakness.systemCalls = name.includes('ptrace');
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    const begun = performance.now();
    const child = spawnSandboxed(command(`# ${marker}\n${script}`, { limits: { ...limits, wallSeconds: 2 } }));
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    const end = await child.exited;
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(end.code === 0 || end.timedOut).toBe(true);
    if (name.includes('ptrace')) expect(readFileSync(join(out, 'held'), 'utf8')).toBe('0');
    expect(alive(marker)).toEqual([]);
  });

  test('has lost the bubblewrap outside, with which it would end', async () => {
    weakness.systemCalls = true;
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    const child = spawnSandboxed(command(`# ${marker}\n${holdFirstProcess}`));
    await vi.waitFor(() => expect(readFileSync(join(out, 'held'), 'utf8')).toBe('0'), 5000);
    const outside = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
      .split('\n')
      .find((line) => line.includes(marker));
    const begun = performance.now();
    process.kill(Number.parseInt(outside ?? '', 10), 'SIGKILL');
    await child.exited;
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(alive(marker)).toEqual([]);
  });

  test('has lost its worker', async () => {
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    const script = join(dir, 'worker.ts');
    const sandbox = join(import.meta.dirname, '../../../workers/tools/sandbox.ts');
    writeFileSync(
      script,
      `import { spawnSandboxed } from ${JSON.stringify(sandbox)};
      spawnSandboxed(${JSON.stringify(command(`# ${marker}\nimport time; time.sleep(1000)`))});`,
    );
    const worker = spawn(process.execPath, [script], { stdio: 'ignore' });
    await vi.waitFor(() => expect(alive(marker).length).toBeGreaterThan(1), 5000);
    worker.kill('SIGKILL');
    await vi.waitFor(() => expect(alive(marker)).toEqual([]), 5000);
  });

  // A process that is in neither the sandbox nor the group: it stands for whatever may have been given the pipe.
  const holder = (marker: string): string => `# ${marker}\nsetsid sh -c '# ${marker}\nexec sleep 30' &`;

  test('was killed while something else holds its pipe', async () => {
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    weakness.start = ['--', 'sh', '-c', `${holder(marker)} sleep 1000`];
    const begun = performance.now();
    const child = spawnSandboxed(command('', { limits: { ...limits, wallSeconds: 1 } }));
    expect(await child.exited).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  test('has ended while something else holds its pipe', async () => {
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    weakness.start = ['--', 'sh', '-c', holder(marker)];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const child = spawnSandboxed(command('', { limits: { ...limits, wallSeconds: 1000 } }));
      const until = performance.now() + 2000;
      while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(60_000);
      expect(await child.exited).toMatchObject({ timedOut: true, code: 0 });
    } finally {
      vi.useRealTimers();
    }
  });

  // bwrap opens what it binds in, which may lie on a filesystem that hangs; then there is no namespace yet, and no first process to kill.
  test.each(['its time is over', 'it is cancelled'])('has no sandbox yet when %s', async (why) => {
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    weakness.start = ['--', 'sh', '-c', `# ${marker}\nsh -c '# ${marker}\nsleep 1000; :' & wait`];
    const begun = performance.now();
    const child = spawnSandboxed(
      command('', { limits: { ...limits, wallSeconds: why === 'it is cancelled' ? 60 : 1 } }),
    );
    await vi.waitFor(() => expect(alive(marker)).toHaveLength(2));
    if (why === 'it is cancelled') void child.kill();
    const end = await child.exited;
    expect(end).toMatchObject({ signal: 'SIGKILL', code: null });
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(alive(marker)).toEqual([]);
  });

  test('is cancelled before it has begun', async () => {
    const marker = `clinger-${process.pid}-${crypto.randomUUID()}`;
    const controller = new AbortController();
    const running = runSandboxed(command(`# ${marker}\nimport time; time.sleep(1000)`, { signal: controller.signal }));
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'tool-killed', context: { killed: true } });
    expect(alive(marker)).toEqual([]);
  });
});
