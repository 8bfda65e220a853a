import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openForeignDoor } from '../../../adapters/foreign/door.ts';
import { cacheDir } from '../../../dev/stack/tool-path.ts';
import type { DetectedDisk } from '../../../shared/contracts/run.ts';
import { admitSource } from '../../../shared/formats/admit.ts';
import { inspectDisk } from '../../../workers/activities/inspect.ts';
import { initramfsHelpers } from '../../../workers/inspect/initramfs-files.ts';
import { openFileSource } from '../../../workers/tools/file-source.ts';
import { withGuestfish } from '../../../workers/tools/guestfish.ts';
import { startMachine } from '../../../workers/tools/machine.ts';
import { withNbd } from '../../../workers/tools/nbdkit.ts';
import { fileInput, qemuImgConvert, qemuImgInfo, qemuImgProbe } from '../../../workers/tools/qemu-img.ts';
import type { SandboxCommand } from '../../../workers/tools/sandbox-command.ts';
import { measureLag } from '../../support/lag.ts';
import { convert } from '../images.ts';
import { allCalls, restore, weakened, weakness } from './weaken.ts';

/**
 * A program in the place of each tool, which leaves traps where the worker reads. The filter of system calls is off for them: it would not let
 * them make half of these.
 */

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
vi.mock('../../../workers/tools/kvm.ts', () => ({ kvmWorks: () => Promise.resolve(false) }));

const MiB = 1024 ** 2;
const signal = new AbortController().signal;
const canary = 'canary-'.repeat(100);

let dir: string;
let secret: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stand-in-'));
  for (const name of ['host', 'scratch']) mkdirSync(join(dir, name));
  secret = join(dir, 'host/secret');
  writeFileSync(secret, canary);
  weakness.systemCalls = true;
});
afterEach(() => {
  restore();
  rmSync(dir, { recursive: true, force: true });
});

function standIn(tool: string, script: string): void {
  const path = join(dir, 'host', tool);
  writeFileSync(path, `#!/usr/bin/python3 -S\nimport os, socket, sys, time\n${script}\n`, { mode: 0o755 });
  weakness.standIns[`/usr/bin/${tool}`] = path;
}

/** What may lie where a file is expected: Python that makes it at `path`. */
function traps(target: string): Record<string, string> {
  return {
    'a link to a file of the host': `os.symlink(${JSON.stringify(target)}, path)`,
    'a FIFO': 'os.mkfifo(path)',
    'a socket': 'socket.socket(socket.AF_UNIX).bind(path)',
    'a folder': 'os.mkdir(path)',
    'two names of one file': "open(path, 'w').write('x'); os.link(path, path + '2')",
  };
}
const trapNames = Object.keys(traps(''));

/** Of everything that the worker holds afterwards. */
function spilled(): boolean {
  const walk = (folder: string): boolean =>
    readdirSync(folder, { withFileTypes: true }).some((entry) =>
      entry.isDirectory()
        ? walk(join(folder, entry.name))
        : entry.isFile() && readFileSync(join(folder, entry.name)).includes('canary-'),
    );
  return walk(join(dir, 'scratch'));
}

/** More reads at once than libuv has threads: one that waits for a FIFO would hold them. */
async function workerIsAlive(): Promise<void> {
  const reads = await Promise.all(Array.from({ length: 8 }, () => readFile(secret, 'utf8')));
  expect(reads.every((each) => each === canary)).toBe(true);
}

describe('qemu-img that leaves', () => {
  const from: DetectedDisk = { format: 'raw', variant: 'mbr', virtualSize: MiB };
  const run = () => {
    writeFileSync(join(dir, 'image'), Buffer.alloc(MiB));
    const options = { from, to: 'raw', outputDir: join(dir, 'scratch'), outputName: 'disk.raw' } as const;
    return qemuImgConvert(fileInput(join(dir, 'image')), { ...options, onPercent: () => undefined, signal });
  };

  test.each(trapNames)('%s: nothing of it is used, and nothing is left', async (name) => {
    standIn('qemu-img', `path = '/out/disk'\n${traps(secret)[name]}`);
    await expect(run()).rejects.toMatchObject({ code: /^tool-/ });
    expect(readdirSync(join(dir, 'scratch'))).toEqual([]);
    await workerIsAlive();
  });

  test('a file that is larger than it may be', async () => {
    // Its own limit is the kernel's; the size of a file with holes is not written.
    standIn('qemu-img', `open('/out/disk', 'wb').truncate(16 * 1024 * 1024 + 1024 * 1024)`);
    await expect(run()).resolves.toBeUndefined();
    rmSync(join(dir, 'scratch/disk.raw'));
    standIn('qemu-img', `os.truncate(os.open('/out/disk', os.O_CREAT | os.O_WRONLY), 100 * 1024 * 1024)`);
    await expect(run()).rejects.toMatchObject({ code: 'tool-failed' });
    expect(readdirSync(join(dir, 'scratch'))).toEqual([]);
  });
});

describe('qemu-img that says', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', "print('{' * 1000)"],
    ['JSON of another kind', `print('{"format": 5}')`],
    ['brackets in brackets', "print('[' * 2_000_000 + ']' * 2_000_000)"],
    ['more than it ever does', `print('{"format": "raw", "virtual-size": 1, "x": [' + '[],' * 1_000_000 + '0]}')`],
  ])('%s: it is an error that is told, and nobody waits', async (_name, script) => {
    standIn('qemu-img', script);
    writeFileSync(join(dir, 'image'), Buffer.alloc(MiB));
    const input = fileInput(join(dir, 'image'));
    const { lag } = await measureLag(async () => {
      await expect(qemuImgInfo(input, 'raw', signal)).rejects.toMatchObject({ code: 'tool-failed' });
      expect(await qemuImgProbe(input, signal)).toBe('unreadable');
    });
    expect(lag).toBeLessThanOrEqual(200);
  });

  test('what qemu-img says: it is read (so what is above is refused for what it says)', async () => {
    standIn('qemu-img', `print('{"format": "raw", "virtual-size": 512}')`);
    writeFileSync(join(dir, 'image'), Buffer.alloc(512));
    expect(await qemuImgProbe(fileInput(join(dir, 'image')), signal)).toBe('raw');
  });
});

describe('nbdkit that leaves', () => {
  test.each(trapNames.filter((name) => name !== 'a socket'))('%s as its socket', async (name) => {
    standIn('nbdkit', `path = '/nbd/s'\n${traps(join(dir, 'host/socket'))[name]}\ntime.sleep(100)`);
    const source = { size: MiB, read: () => Promise.resolve(Buffer.alloc(MiB)) };
    await expect(withNbd(source, join(dir, 'scratch'), () => Promise.resolve())).rejects.toMatchObject({
      code: 'tool-failed',
    });
    expect(readdirSync(join(dir, 'scratch'))).toEqual([]);
    await workerIsAlive();
  });
});

/** qemu-system-x86_64(1), -sandbox */
const ownFilter = '-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

describe('QEMU that leaves', () => {
  const start = () => {
    const at = (name: string): string => join(dir, 'scratch', name);
    for (const name of ['disk', 'seed']) writeFileSync(at(name), Buffer.alloc(MiB));
    mkdirSync(at('machine'));
    return startMachine({
      disk: { path: at('disk'), format: 'raw', virtualSize: MiB },
      seed: at('seed'),
      firmware: 'bios',
      hardware: { system: 'linux' },
      dir: at('machine'),
      wallSeconds: 30,
      writesAtMost: 64 * MiB,
      ports: {},
      signal,
      onSerial: () => undefined,
    });
  };

  test.each(trapNames.filter((name) => name !== 'a socket'))(
    '%s as its monitor: the worker connects nowhere',
    async (name) => {
      let connected = 0;
      const server = createServer((socket) => socket.destroy()).on('connection', () => connected++);
      await new Promise<void>((resolve) => server.listen(join(dir, 'host/socket'), resolve));
      standIn('qemu-system-x86_64', `path = '/out/qmp'\n${traps(join(dir, 'host/socket'))[name]}\ntime.sleep(100)`);
      await expect(start()).rejects.toMatchObject({ code: 'tool-failed' });
      expect(connected).toBe(0);
      server.close();
      await workerIsAlive();
    },
  );

  test('nothing: it was told to lay its own filter of system calls on top', async () => {
    standIn('qemu-system-x86_64', "open('/out/told', 'w').write(' '.join(sys.argv))");
    await expect(start()).rejects.toMatchObject({ code: 'tool-missing' });
    expect(readFileSync(join(dir, 'scratch/machine/told'), 'utf8')).toContain(ownFilter);
  });

  test.each(trapNames)('%s as the picture of its screen: there is none', async (name) => {
    const monitor = `
listener = socket.socket(socket.AF_UNIX)
listener.bind('/out/qmp')
listener.listen()
connection = listener.accept()[0]
path = '/out/screen.png'
${traps(secret)[name]}
time.sleep(100)`;
    standIn('qemu-system-x86_64', monitor);
    const machine = await start();
    expect(await machine.screen()).toBeUndefined();
    await workerIsAlive();
    await machine.kill();
  });
});

test('the QEMU that libguestfs starts is told to lay its own filter on top, too', async () => {
  for (const name of ['out', 'appliance']) mkdirSync(join(dir, 'scratch', name));
  standIn(
    'guestfish',
    `
for line in sys.stdin:
  if line.startswith('-debug'):
    print(open(os.environ['LIBGUESTFS_HV']).read(), flush=True)
  if line.startswith('echo '):
    print(line[5:].strip(), flush=True)`,
  );
  standIn('qemu-img', '');
  writeFileSync(join(dir, 'image'), Buffer.alloc(MiB));
  const disk = { path: join(dir, 'image'), format: 'raw' } as const;
  const folders = { outputDir: join(dir, 'scratch/out'), appliance: join(dir, 'scratch/appliance') };
  const told = await withGuestfish({ disk, ...folders, signal }, (asked) => asked('debug', []));
  expect(String(told)).toContain(`exec qemu-system-x86_64 ${ownFilter} `);
});

describe('guestfish that leaves', () => {
  const fetch = async (
    use: (helpers: ReturnType<typeof initramfsHelpers>['helpers']) => Promise<unknown> = ({ readFetched }) =>
      readFetched(0, 1000),
  ): Promise<unknown> => {
    const [outputDir, hostDir, appliance] = ['scratch/out', 'scratch/host', 'appliance'].map((name) => join(dir, name));
    for (const folder of [outputDir, hostDir, appliance]) mkdirSync(folder as string);
    writeFileSync(join(dir, 'image'), Buffer.alloc(MiB));
    const folders = { outputDir: outputDir as string, appliance: appliance as string };
    const disk = { path: join(dir, 'image'), format: 'raw' } as const;
    return withGuestfish({ disk, ...folders, signal }, async (asked) => {
      const options = { ...folders, hostDir: hostDir as string, unpacksAtMost: MiB, signal };
      const { helpers, close } = initramfsHelpers(asked, options);
      try {
        await helpers.fetchInitramfs('/boot/initrd.img');
        return await use(helpers);
      } finally {
        await close();
      }
    });
  };
  /** Says that all is done, and that what is asked for is there. */
  const answering = (atDownload: string): string => `
path = '/out/initramfs'
for line in sys.stdin:
  if line.startswith('-statns'):
    print('st_mode: 33188\\nst_size: 100', flush=True)
  if line.startswith('-download'):
    ${atDownload}
  if line.startswith('echo '):
    print(line[5:].strip(), flush=True)`;

  test('a file: it is read (so what follows is read by the same way)', async () => {
    standIn('guestfish', answering("open(path, 'w').write('initramfs')"));
    standIn('qemu-img', '');
    expect(String(await fetch())).toBe('initramfs');
  });

  test('an initramfs from which more comes than there is room for: nothing of it stays', async () => {
    const gzip = 'import gzip; open(path, "wb").write(gzip.compress(bytes(8 << 20)))';
    standIn('guestfish', answering(gzip));
    standIn('qemu-img', '');
    expect(await fetch(({ unpackInitramfs }) => unpackInitramfs(0, 'gz', undefined))).toBe('too-much');
    expect(readdirSync(join(dir, 'scratch/host'))).toEqual([]);
  });

  test.each(trapNames)('%s where the initramfs should be', async (name) => {
    standIn('guestfish', answering(traps(secret)[name] ?? ''));
    standIn('qemu-img', '');
    await expect(fetch()).rejects.toMatchObject({ code: 'tool-failed' });
    expect(spilled()).toBe(false);
    await workerIsAlive();
  });
});

describe('an appliance that does not go on', () => {
  const door = openForeignDoor();
  afterAll(() => door.close());
  const inspect = (wallSeconds: number) => {
    writeFileSync(join(dir, 'image'), Buffer.alloc(MiB));
    const disk = { path: join(dir, 'image'), format: 'raw', scratchDir: join(dir, 'scratch') } as const;
    return inspectDisk({ cacheDir: cacheDir(), foreign: door, wallSeconds }, disk, {
      signal,
      progress: () => undefined,
    });
  };
  /** Answers all but what it is told to do otherwise. */
  const answeringBut = (command: string, otherwise: string): void => {
    standIn('qemu-img', '');
    standIn(
      'guestfish',
      `
for line in sys.stdin:
  if line.startswith('-${command}'):
    ${otherwise}
  if line.startswith('echo '):
    print(line[5:].strip(), flush=True)`,
    );
  };

  test('inspect-os that never ends: the time ends it, and nothing but that is said of the image', async () => {
    answeringBut('inspect-os', 'time.sleep(1000)');
    const begun = performance.now();
    const { value, lag } = await measureLag(() => Promise.all([inspect(5), workerIsAlive()]));
    const [{ findings, guest, packages }] = value;
    expect(findings).toEqual([
      { code: 'look-incomplete', step: 'inspect', outcome: 'unknown', params: { parts: 'all' } },
    ]);
    expect({ guest, packages }).toEqual({ guest: {}, packages: [] });
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(lag).toBeLessThan(500);
  });

  test('one that died while guestfish lives on is no empty disk', async () => {
    const gone = 'libguestfs: error: list_partitions: appliance closed the connection unexpectedly';
    answeringBut('list-partitions', `print('${gone}', flush=True)`);
    await expect(inspect(100)).rejects.toMatchObject({ code: 'tool-failed', retryable: true });
  });
});

describe('an image that names a file of the host', () => {
  const bytes = 64 * 1024;
  const named: Record<string, { format: DetectedDisk['format']; make: (base: string, path: string) => void }> = {
    'as its backing file (qcow2)': {
      format: 'qcow2',
      make: (base, path) => execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base, path]),
    },
    'as its data file (qcow2)': {
      format: 'qcow2',
      make: (base, path) => {
        const options = `data_file=${base},data_file_raw=on`;
        execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', options, path, String(bytes)]);
        writeFileSync(base, canary.repeat(200).slice(0, bytes));
      },
    },
    'as its extent (VMDK)': {
      format: 'vmdk',
      make: (base, path) => {
        convert(base, 'vmdk', path, '-o', 'subformat=monolithicFlat');
        writeFileSync(path, readFileSync(path, 'latin1').replace(/FLAT "[^"]*"/, `FLAT "${base}"`), 'latin1');
      },
    },
  };
  const make = (name: string) => {
    weakness.systemCalls = false;
    const base = join(dir, 'host/other.raw');
    writeFileSync(base, canary.repeat(200).slice(0, bytes));
    const path = join(dir, 'image');
    named[name]?.make(base, path);
    return { path, format: named[name]?.format ?? 'raw' };
  };

  test.each(Object.keys(named))('%s: without both walls its bytes come out', (name) => {
    const { path, format } = make(name);
    execFileSync('qemu-img', ['convert', '-f', format, '-O', 'raw', path, join(dir, 'scratch/leak')]);
    expect(spilled()).toBe(true);
  });

  test.each(Object.keys(named))('%s: the detector alone refuses it', async (name) => {
    const source = await openFileSource(make(name).path);
    const limits = { allowIso: false, maxVirtualBytes: 1024 ** 4, peek: () => Promise.resolve(Buffer.alloc(0)) };
    const { findings } = await admitSource(source, limits);
    await source.close();
    expect(findings.map(({ outcome }) => outcome)).toContain('fail');
  });

  test.each(Object.keys(named))('%s: the sandbox alone gives out none of its bytes', async (name) => {
    const { path, format } = make(name);
    const from: DetectedDisk = { format, variant: 'x', virtualSize: bytes };
    const options = { from, to: 'raw', outputDir: join(dir, 'scratch'), outputName: 'disk.raw' } as const;
    await qemuImgConvert(fileInput(path), { ...options, onPercent: () => undefined, signal }).catch(() => undefined);
    expect(spilled()).toBe(false);
  });
});
