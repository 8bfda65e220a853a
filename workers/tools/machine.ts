import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BootreadyError } from '../../shared/errors.ts';
import { frameSplitter } from './frames.ts';
import { kvmWorks } from './kvm.ts';
import { openSocket, readOutput } from './output.ts';
import { sandboxOption } from './qemu-options.ts';
import { runSandboxed, type SandboxedProcess, spawnSandboxed } from './sandbox.ts';

type Firmware = 'bios' | 'uefi';

/** The hardware that clouds give to an instance of such a system. */
export type Hardware = { system: 'linux' } | { system: 'windows'; clock: 'utc' | 'local' };

export type MachineOptions = {
  disk: { path: string; format: 'raw' | 'qcow2'; virtualSize: number };
  /** The bytes that it may write to the disk's overlay. */
  writesAtMost: number;
  /** A further disk, read-only. */
  seed: string;
  firmware: Firmware;
  hardware: Hardware;
  /** An empty folder for this machine alone, with its overlay and its sockets. Once the machine runs, nothing else writes there. */
  dir: string;
  wallSeconds: number;
  /** Each piece that the guest writes to its first serial port. */
  onSerial: (text: string) => void;
  /** Ports of virtio-serial by their names: each piece that the guest writes there. */
  ports: Readonly<Record<string, (chunk: Buffer) => void>>;
  /** Each frame that the guest sends by its network adapter; without it nobody is at the other end. */
  onFrame?: (frame: Buffer) => void;
  /** The output of QEMU's monitor, piece by piece. */
  onMonitor?: (text: string) => void;
  signal: AbortSignal;
};

export type Machine = {
  accelerator: 'kvm' | 'tcg';
  exited: SandboxedProcess['exited'];
  /** To the guest, by a port. */
  write(port: string, bytes: Buffer): void;
  /** The screen as PNG; undefined if the machine no longer answers. */
  screen(): Promise<Buffer | undefined>;
  kill(): Promise<void>;
};

const MiB = 1024 ** 2;
/** The memory that QEMU itself needs beside that of the guest: translated code (TCG), caches, its own program. */
const overheadMiB = 2048;

/**
 * Chooses the hardware of a guest. Windows 11 needs 4 GiB. It treats the clock as local time by default; the sandbox has no time zone, so its local time is
 * UTC. Under KVM Windows learns that it runs on a hypervisor, as with Nova and libvirt. One of these settings, hv-crash, makes Windows report the code with
 * which it stops. A guest that panics is held, so its screen can still be read. QEMU docs/system/i386/hyperv.rst, docs/specs/pvpanic.rst
 */
function makeHardware(hardware: Hardware, kvm: boolean): { cpu: string; memoryMiB: number; more: string[] } {
  if (hardware.system === 'linux') return { cpu: 'max', memoryMiB: 1024, more: [] };
  const hyperv = ['relaxed', 'vapic', 'time', 'vpindex', 'runtime', 'synic', 'stimer', 'crash'];
  return {
    cpu: ['max', ...(kvm ? ['hv-spinlocks=0x1fff', ...hyperv.map((each) => `hv-${each}=on`)] : [])].join(','),
    memoryMiB: 4096,
    more: [
      ...['-rtc', hardware.clock === 'utc' ? 'base=utc' : 'base=localtime'],
      ...['-device', 'pvpanic', '-action', 'panic=pause'],
    ],
  };
}

/**
 * A network where everything that the guest sends is lost. It needs the second port: a port that is alone in its hub takes nothing, so the adapter cannot send
 * either, and a newer Linux complains about that on its console every five seconds. QEMU net/hub.c, Linux drivers/net/virtio_net.c (virtnet_tx_timeout)
 */
const nowhere = ['-netdev', 'hubport,id=net,hubid=0', '-netdev', 'hubport,id=lost,hubid=0'] as const;

/** OVMF as Debian, Ubuntu and Fedora have it: code, and the variables that each machine gets a copy of. */
const ovmf = [
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
] as const;

/**
 * The one door to qemu-system: starts a disk as an instance of a cloud would, on an overlay, so that the disk itself stays as it
 * is. virtio disk and network; the network leads nowhere, at most we see what is sent. QEMU runs with its own seccomp filter inside our sandbox, because
 * without KVM it promises no isolation (docs/system/security.rst). No SLIRP (CVE-2018-11806), no USB, no sound, no fw_cfg files.
 * @throws BootreadyError `tool-missing`
 */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { disk, dir, firmware, signal, onFrame, onMonitor = () => undefined } = options;
  const kvm = await kvmWorks();
  const { cpu, memoryMiB, more } = makeHardware(options.hardware, kvm);
  const ports = Object.entries(options.ports).map(([name, read], index) => ({ name, read, socket: `port${index}` }));
  await runSandboxed({
    command: 'qemu-img',
    profile: 'block',
    args: ['create', '-q', '-f', 'qcow2', '/out/overlay.qcow2', String(disk.virtualSize)],
    writable: { '/out': dir },
    limits: { wallSeconds: 60, cpuSeconds: 30, memoryBytes: 1024 * MiB, fileBytes: 64 * MiB },
    signal,
  });
  const child = spawnSandboxed({
    command: 'qemu-system-x86_64',
    profile: 'machine',
    keepsTime: true,
    args: [
      ...['-machine', `q35,graphics=off,accel=${kvm ? 'kvm' : 'tcg'}`, '-cpu', cpu, '-smp', '2'],
      ...['-m', String(memoryMiB), ...more],
      // It may start again by itself, as systems do that relabel their files at the first start (SELinux).
      ...['-nodefaults', '-no-user-config', '-display', 'none'],
      ...sandboxOption,
      ...(firmware === 'uefi' ? await uefi(dir) : []),
      ...blockdev({ driver: disk.format, 'node-name': 'image', ...file('/in/disk'), ...cutBacking(disk.format) }, true),
      ...blockdev({ driver: 'qcow2', 'node-name': 'disk', ...file('/out/overlay.qcow2'), backing: 'image' }, false),
      ...['-device', 'virtio-blk-pci,drive=disk,bootindex=0'],
      ...blockdev({ driver: 'raw', 'node-name': 'seed', ...file('/in/seed') }, true),
      ...['-device', 'virtio-blk-pci,drive=seed'],
      ...(onFrame ? ['-netdev', `stream,id=net,${formatListener('network')}`] : nowhere),
      ...['-device', 'virtio-net-pci,netdev=net,romfile='],
      ...['-device', 'virtio-rng-pci', '-device', 'VGA', '-serial', 'stdio'],
      ...['-device', 'virtio-serial-pci'],
      ...ports.flatMap(({ name, socket }) => [
        ...['-chardev', `socket,id=${socket},path=/out/${socket},server=on,wait=off`],
        ...['-device', `virtserialport,id=${name},chardev=${socket},name=${name}`],
      ]),
      ...['-qmp', 'unix:/out/qmp,server=on,wait=off'],
    ],
    readOnly: { '/in/disk': disk.path, '/in/seed': options.seed },
    writable: { '/out': dir },
    ...(kvm ? { devices: ['/dev/kvm'] } : {}),
    limits: {
      wallSeconds: options.wallSeconds,
      // Two processors, and the threads around them.
      cpuSeconds: options.wallSeconds * 3,
      // TCG reserves up to 1 GiB for translated code, glibc 64 MiB for each thread: a bound for what goes wild, `residentBytes` is the tight one.
      memoryBytes: (memoryMiB + 8 * overheadMiB) * MiB,
      residentBytes: (memoryMiB + overheadMiB) * MiB,
      fileBytes: options.writesAtMost,
    },
    signal,
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  child.stdout.setEncoding('utf8').on('data', options.onSerial);
  const open = (name: string): Promise<Socket> => connect(join(dir, name), child, () => stderr);
  const opened = new Map<string, Socket>();
  for (const { name, read, socket } of ports) opened.set(name, (await open(socket)).on('data', read));
  const network = onFrame && (await open('network')).on('data', frameSplitter(onFrame));
  const qmp = await open('qmp');
  openQmp(qmp, onMonitor);

  return {
    accelerator: kvm ? 'kvm' : 'tcg',
    exited: child.exited,
    write: (port, bytes) => opened.get(port)?.write(bytes),
    screen: () => takeScreen(qmp, join(dir, 'screen.png')),
    kill: async () => {
      for (const socket of [...opened.values(), network, qmp]) socket?.destroy();
      await child.kill();
    },
  };
}

/** net/stream.c: QEMU drops what is sent while nobody is connected. */
function formatListener(socket: string): string {
  return `server=on,addr.type=unix,addr.path=/out/${socket}`;
}

function file(filename: string) {
  return { file: { driver: 'file', filename } };
}
/** Our own qcow2 names no other file, but the link is cut to be safe. */
function cutBacking(format: 'raw' | 'qcow2') {
  return format === 'qcow2' ? { backing: null } : {};
}
function blockdev(node: object, readOnly: boolean): string[] {
  return ['-blockdev', JSON.stringify({ ...node, 'read-only': readOnly })];
}

async function uefi(dir: string): Promise<string[]> {
  const [code, variables] = ovmf.find(([path]) => existsSync(path)) ?? [];
  if (!code || !variables) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: 'The UEFI firmware that a machine needs to start this image is not installed.',
      remedy: 'Install OVMF on the workers (Debian, Ubuntu: apt-get install ovmf).',
      retryable: true,
    });
  }
  await copyFile(variables, join(dir, 'variables.fd'), constants.COPYFILE_EXCL);
  const flash = (path: string, readOnly: boolean): string[] => [
    '-drive',
    `if=pflash,format=raw,file=${path},readonly=${readOnly ? 'on' : 'off'}`,
  ];
  return [...flash(code, true), ...flash('/out/variables.fd', false)];
}

async function connect(path: string, child: SandboxedProcess, stderr: () => string): Promise<Socket> {
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  for (let waited = 0; waited < 30_000 && !ended; waited += 50) {
    const found = await openSocket(path);
    if (found) {
      const socket = createConnection(found.path);
      // Its path is good as long as the descriptor is open.
      const connected = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      await found.close();
      socket.on('error', () => undefined);
      if (connected) return socket;
      socket.destroy();
    }
    await pause(50);
  }
  await child.kill();
  throw new BootreadyError({
    code: 'tool-missing',
    message: 'The virtual machine for the image could not be created.',
    remedy: 'Run "bootready doctor" on the worker; qemu-system-x86 must be installed.',
    retryable: true,
    context: { stderr: stderr() },
  });
}

/** 4K at three bytes a pixel, not compressed at all. */
const largestPicture = 32 * MiB;

/** QMP "screendump": https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html */
async function takeScreen(qmp: Socket, path: string): Promise<Buffer | undefined> {
  if (qmp.destroyed) return undefined;
  qmp.write('{"execute":"screendump","arguments":{"filename":"/out/screen.png","format":"png"}}\n');
  for (let waited = 0; waited < 5000; waited += 100) {
    await pause(100);
    const picture = await readOutput(path, { maxBytes: largestPicture }).catch(() => undefined);
    // The last chunk of a PNG: it is whole.
    if (picture?.subarray(-8, -4).toString('latin1') === 'IEND') return picture;
  }
  return undefined;
}

/**
 * Starts the monitor of this socket, because it answers no command before. Passes its output on unchanged.
 * https://www.qemu.org/docs/master/interop/qmp-spec.html
 */
function openQmp(socket: Socket, onText: (text: string) => void): void {
  socket.setEncoding('utf8').on('data', onText);
  socket.write('{"execute":"qmp_capabilities"}\n');
}
