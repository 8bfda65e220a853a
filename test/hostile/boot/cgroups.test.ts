import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../../dev/stack/tool-path.ts';
import { ensureAppliance } from '../../../workers/tools/appliance.ts';

/**
 * The sandbox in a Linux whose control groups are of version 2, and whose worker has a part of them to itself, as `Delegate=` of systemd gives it. The machine of
 * the tests need not have them: the kernel is Debian's, and runs in QEMU.
 */

const MiB = 1024 ** 2;
const root = join(import.meta.dirname, '../../..');
const programs = ['sh', 'mount', 'mkdir', 'cp', 'chown', 'switch_root', 'setpriv', 'perl', 'bwrap', 'prlimit', 'sleep'];

const init = `#!/bin/sh
mount -t tmpfs -o size=80% none /new
for each in usr lib lib64 bin sbin product etc start; do cp -a /$each /new/; done
mkdir -p /new/proc /new/sys /new/dev /new/tmp /new/run /new/var/tmp
exec switch_root /new /start
`;
const start = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /tmp
exec >/dev/ttyS0 2>&1 </dev/null
echo "+memory +pids" >/sys/fs/cgroup/cgroup.subtree_control
unit=/sys/fs/cgroup/unit
mkdir $unit
chown 1000 $unit $unit/cgroup.procs $unit/cgroup.subtree_control
echo $$ >$unit/cgroup.procs
exec setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/node --no-warnings /product/test/hostile/boot/cgroup-guest.ts
`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cgroups-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** With the libraries that they load. */
function copyPrograms(tree: string): void {
  const paths = programs.map((name) => execFileSync('which', [name], { encoding: 'utf8' }).trim());
  const files = [...paths, process.execPath];
  const libraries = files.flatMap((path) =>
    [...execFileSync('ldd', [path], { encoding: 'utf8' }).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  for (const path of new Set([...paths, ...libraries])) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    copyFileSync(path, join(tree, path));
  }
  copyFileSync(process.execPath, join(tree, 'usr/bin/node'));
}

function makeInitrd(): string {
  const tree = join(dir, 'tree');
  for (const name of ['usr/bin', 'usr/lib', 'usr/sbin', 'usr/lib64', 'new', 'etc', 'proc'])
    mkdirSync(join(tree, name), { recursive: true });
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) execFileSync('ln', ['-s', `usr/${name}`, join(tree, name)]);
  copyPrograms(tree);
  for (const name of ['shared', 'workers', 'package.json'])
    cpSync(join(root, name), join(tree, 'product', name), { recursive: true });
  cpSync(join(import.meta.dirname, 'cgroup-guest.ts'), join(tree, 'product/test/hostile/boot/cgroup-guest.ts'));
  writeFileSync(join(tree, 'init'), init, { mode: 0o755 });
  writeFileSync(join(tree, 'start'), start, { mode: 0o755 });
  const initrd = join(dir, 'initrd');
  execFileSync('sh', ['-c', 'find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0'], {
    cwd: tree,
    stdio: ['ignore', openSync(initrd, 'w'), 'inherit'],
  });
  rmSync(tree, { recursive: true });
  return initrd;
}

/** @returns what the guest told, by its name */
async function runGuest(initrd: string): Promise<Record<string, unknown>> {
  const appliance = await ensureAppliance(cacheDir());
  const console = ['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-no-reboot', '-nic', 'none'];
  const machine = ['-machine', 'q35,accel=tcg', '-cpu', 'max', '-m', '3072', ...console];
  const kernel = ['-kernel', join(appliance, 'kernel'), '-initrd', initrd, '-append', 'console=ttyS0 panic=-1 quiet'];
  const guest = spawn('qemu-system-x86_64', [...machine, ...kernel], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  guest.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const timer = setTimeout(() => guest.kill('SIGKILL'), 540_000);
  // The first process of the guest ends, and with it the kernel.
  await new Promise((resolve) => guest.on('close', resolve));
  clearTimeout(timer);
  const told = [...output.matchAll(/^told (\{.*\})\r?$/gm)].map(([, line]) => JSON.parse(line ?? '') as Told);
  if (!told.some(({ name }) => name === 'end')) process.stdout.write(output.slice(-8000));
  return Object.fromEntries(told.map(({ name, value }) => [name, value]));
}
type Told = { name: string; value: unknown };

test('a worker with control groups of its own: the kernel limits each sandbox as a whole, and nothing is left', {
  timeout: 600_000,
}, async () => {
  const told = await runGuest(makeInitrd());
  const byKernel = 'kernel for all (cgroup), and watch';
  expect(told).toMatchObject({
    bounds: { processes: byKernel, memory: byKernel },
    'own leaf': '0::/unit/worker',
    sound: 'sound',
    eats: { code: 'tool-killed', excess: 'memory' },
    // 16, of which the shell that became perl is one.
    'bare forks': { code: 0, excess: 'tasks', output: '15' },
    'bare eats': { signal: 'SIGKILL', excess: 'memory', output: '' },
    running: {
      // prlimit that became bwrap, the first process inside, and perl.
      procs: 3,
      limits: [String((400 + 64 + 64 + 1 + 16 + 256) * MiB), expect.stringMatching(/^(0|none)$/), '24', '1'],
    },
    killed: { killed: true },
    end: true,
  });
  expect(told.left).toBeLessThanOrEqual(1);
});
