import { existsSync } from 'node:fs';
import { runSandboxed } from './sandbox.ts';

let probed: Promise<boolean> | undefined;

/**
 * Whether KVM works, found out by starting a virtual machine: the device may be there and QEMU die on it all the same (nested
 * virtualisation, permissions). Asked once. The machine has no disk and is ended by isa-debug-exit's absence: it gets two seconds.
 */
export const kvmWorks = (): Promise<boolean> => {
  probed ??= probe();
  return probed;
};

const probe = async (): Promise<boolean> => {
  if (!existsSync('/dev/kvm')) return false;
  try {
    await runSandboxed({
      command: 'qemu-system-x86_64',
      // QMP's "quit" is read once the machine runs; without KVM the start itself fails.
      args: [
        '-machine',
        'q35,accel=kvm',
        '-nodefaults',
        '-display',
        'none',
        '-no-user-config',
        '-qmp',
        'stdio',
        '-m',
        '64',
      ],
      devices: ['/dev/kvm'],
      stdin: (await import('node:stream')).Readable.from(['{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n']),
      limits: { wallSeconds: 10, cpuSeconds: 10, memoryBytes: 0, fileBytes: 1024 ** 2 },
    });
    return true;
  } catch {
    return false;
  }
};
