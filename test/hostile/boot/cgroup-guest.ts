import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isBootreadyError } from '../../../shared/errors.ts';
import { runSandboxed, spawnSandboxed } from '../../../workers/tools/sandbox.ts';
import { sandboxBounds } from '../../../workers/tools/sandbox-bounds.ts';
import { findOwnGroup, ownCgroups } from '../../../workers/tools/sandbox-cgroups.ts';
import type { SandboxCommand } from '../../../workers/tools/sandbox-command.ts';

/** Runs in the guest of cgroups.test.ts, as an ordinary user in a group of its own: prints one line of JSON for each thing that it sees. */

const MiB = 1024 ** 2;
const group = findOwnGroup() ?? '';

function tell(name: string, value: unknown): void {
  console.log(`told ${JSON.stringify({ name, value })}`);
}
function command(script: string, more: Partial<SandboxCommand> = {}): SandboxCommand {
  return {
    command: '/usr/bin/perl',
    args: ['-e', script],
    profile: 'script',
    limits: { wallSeconds: 120, cpuSeconds: 120, memoryBytes: 400 * MiB, fileBytes: MiB, tasks: 16 },
    ...more,
  };
}
async function findFate(script: string): Promise<unknown> {
  try {
    return (await runSandboxed(command(script))).stdout;
  } catch (error) {
    return isBootreadyError(error) ? { code: error.code, excess: error.context.excess } : String(error);
  }
}
const left = (): string[] => readdirSync(group).filter((name) => name.startsWith('sandbox-'));

/** Without the sandbox and its watch: what the kernel alone does. */
async function findBareFate(script: string): Promise<unknown> {
  const cgroup = ownCgroups()?.make({ tasks: 16, memoryBytes: 100 * MiB });
  if (!cgroup) return 'no group';
  const child = spawn('/bin/sh', ['-c', 'echo 0 >"$0"; exec perl -e "$1"', cgroup.procs, script]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...end) => resolve(end));
  });
  const excess = cgroup.excess();
  cgroup.remove();
  return { code, signal, excess, output };
}

tell('bounds', sandboxBounds());
tell('own leaf', readFileSync('/proc/self/cgroup', 'latin1').trim());
tell('sound', await findFate('print "sound"'));
tell('left of sound', left());

const eats = 'my $size = 120 << 20; for (1..8) { if (!fork) { my $held = "x" x $size; sleep 100 } } sleep 100';
tell('eats', await findFate(eats));
tell(
  'bare forks',
  await findBareFate(
    'my $n = 0; for (1..60) { my $pid = fork; last if !defined $pid; if (!$pid) { close STDOUT; close STDERR; sleep 3; exit } $n++ } print $n',
  ),
);
tell('bare eats', await findBareFate('my $held = "x" x (300 << 20); print "held"'));

const before = new Set(left());
const sleeper = spawnSandboxed(command('sleep 100'));
const newLeaf = (): string => left().find((name) => !before.has(name)) ?? '';
const countProcs = (leaf: string): number =>
  readFileSync(`${group}/${leaf}/cgroup.procs`, 'latin1').trim().split('\n').length;
// The kernel runs without hardware support, so everything takes its time.
for (let tries = 0; tries < 60 && (newLeaf() === '' || countProcs(newLeaf()) < 3); tries++) await pause(500);
const leaf = newLeaf();
const procs = countProcs(leaf);
const limits = ['memory.max', 'memory.swap.max', 'pids.max', 'memory.oom.group'].map((name) => {
  try {
    return readFileSync(`${group}/${leaf}/${name}`, 'latin1').trim();
  } catch {
    return 'none';
  }
});
tell('running', { procs, limits });
await sleeper.kill();
tell('killed', await sleeper.exited);
await pause(500);
// The next one removes what was still in use.
await findFate('1');
await pause(500);
tell('left', left().length);
tell('end', true);
