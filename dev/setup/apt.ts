import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { access, constants, rm, writeFile } from 'node:fs/promises';
import { BootreadyError } from '../../shared/errors.ts';
import { requireRoom } from '../bootstrap/host.mjs';
import { print, startLine } from '../terminal/line.mjs';
import { hasProgram, isInstalled, kernels, type System, type SystemPackage } from './system-packages.ts';

/** Which of the two we know; undefined on others. */
function system(): System | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const ids = [/^ID=(.*)$/m, /^ID_LIKE=(.*)$/m].flatMap(
    (field) => (field.exec(release)?.[1] ?? '').match(/\w+/g) ?? [],
  );
  if (!hasProgram('apt-get')) return undefined;
  return ids.includes('ubuntu') ? 'ubuntu' : ids.includes('debian') ? 'debian' : undefined;
}

function nameOn({ name }: SystemPackage, on: System): string {
  return typeof name === 'string' ? name : name[on];
}

/** Installs what is missing of these. @throws BootreadyError `tool-missing` that says what to install, when we cannot */
export async function installSystemPackages(wanted: readonly SystemPackage[]): Promise<void> {
  const missing = wanted.filter((each) => !isInstalled(each));
  if (missing.length === 0) return;
  const on = system();
  const names = missing.map((each) => nameOn(each, on ?? 'debian'));
  const listed = missing.map(({ reason }, index) => `  ${names[index]?.padEnd(24)} ${reason}`).join('\n');
  if (!on) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: `These packages, named as on Debian, are missing:\n${listed}`,
      remedy: 'This is neither Debian nor Ubuntu: install them yourself and start again.',
    });
  }
  if (process.getuid?.() !== 0) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: `These packages are missing, and installing them takes root:\n${listed}`,
      remedy: `Run this and start again:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    });
  }
  requireRoom('/usr', 2e9, 'installing the Debian packages');
  process.stdout.write(`These Debian packages are missing and get installed:\n${listed}\n`);
  const foreign = presentServers();
  await withoutStartingServices(async () => {
    await apt('Reading the package lists', ['update', '-q']);
    await apt(`Installing ${names.length} Debian packages and what they depend on`, [
      ...['install', '-q', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold'],
      ...names,
    ]);
  });
  // We run them ourselves; the system's own must not come up at the next boot because of us.
  const ours = presentServers().filter((name) => !foreign.includes(name));
  if (hasProgram('systemctl')) for (const name of ours) await run('systemctl', ['disable', `${name}.service`]);
  const still = missing.filter((each) => !isInstalled(each));
  if (still.length > 0) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: `Installed, but still not found: ${still.map((each) => nameOn(each, on)).join(', ')}.`,
      remedy: 'Look what "dpkg -L" says of them; their programs must be in PATH.',
    });
  }
}

/** As an ordinary user on Ubuntu, kernels are not readable, and libguestfs cannot start. */
export async function requireReadableKernel(): Promise<void> {
  const readable = await Promise.allSettled(kernels().map((path) => access(path, constants.R_OK)));
  if (readable.some(({ status }) => status === 'fulfilled')) return;
  throw new BootreadyError({
    code: 'tool-missing',
    message: 'libguestfs needs to read the kernel in /boot, which this user may not.',
    remedy: 'Run this and start again: sudo chmod 0644 /boot/vmlinuz-*',
  });
}

/** Services that packages bring, each with the program that tells whether it is there. */
const servers = {
  'redis-server': 'redis-server',
  prometheus: 'prometheus',
  haproxy: 'haproxy',
  postgresql: 'pg_ctlcluster',
} as const;
function presentServers(): string[] {
  return Object.entries(servers).flatMap(([service, program]) => (hasProgram(program) ? [service] : []));
}

const policyFile = '/usr/sbin/policy-rc.d';

/**
 * Debian's way to keep packages from starting their services (invoke-rc.d(8)): exit code 101 forbids. An installation is not broken
 * off in the middle: who interrupts it waits for its end.
 */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  let interrupted = false;
  const wait = (): void => {
    interrupted = true;
    print('The installation of packages is brought to its end first.');
  };
  process.on('SIGINT', wait).on('SIGTERM', wait);
  const ours = !existsSync(policyFile);
  if (ours) await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) await rm(policyFile, { force: true });
    process.off('SIGINT', wait).off('SIGTERM', wait);
    if (interrupted) process.exit(130);
  }
}

function run(
  command: string,
  args: readonly string[],
  onOutput: (sofar: string) => void = () => undefined,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-500_000);
        onOutput(output);
      });
    }
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function apt(what: string, args: readonly string[]): Promise<void> {
  const line = startLine(what);
  const { code, output } = await run('apt-get', args, (sofar) => {
    const [, total] = /(\d+) newly installed/.exec(sofar) ?? [];
    const done = sofar.match(/^Setting up /gm)?.length ?? 0;
    const unpacked = sofar.match(/^Unpacking /gm)?.length ?? 0;
    if (total) line.update(`${what}: ${unpacked} of ${total} unpacked, ${done} set up`);
  });
  // "apt-get update" ends with 0 even when it has reached nobody.
  const unreachable =
    /Could not resolve|Could not connect|Temporary failure|Unable to connect|Network is unreachable/.test(output);
  if (code === 0 && !(args[0] === 'update' && unreachable)) return line.done(what);
  line.end();
  const reason = output.split('\n').filter((each) => /^(E|Err|dpkg: error)\b/.test(each));
  if (/No space left|not enough free space/.test(output)) {
    throw aptError('the disk is full', 'Free some space and start again.');
  }
  if (unreachable) {
    throw aptError(
      "the package servers of this system's /etc/apt/sources.list are not reachable",
      'Check the network and start again.',
    );
  }
  if (/Could not get lock/.test(output)) {
    throw aptError('another program is installing packages', 'Wait until it is done and start again.');
  }
  throw aptError(
    reason.slice(0, 3).join(' | ') || `apt-get ended with ${code}`,
    `Try it by hand: apt-get ${args.join(' ')}`,
  );
}

function aptError(why: string, remedy: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The Debian packages could not be installed: ${why}.`,
    remedy,
  });
}
