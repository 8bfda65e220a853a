import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBootreadyError } from '../../shared/errors.ts';
import { sandboxOption } from './qemu-options.ts';
import { runSandboxed } from './sandbox.ts';

let probed: Promise<boolean> | undefined;

/**
 * Finds out whether KVM works by running a machine to its end. The device may exist and QEMU still die on it (nested virtualisation, permissions), or it may
 * start and run nothing. Asked once.
 */
export function kvmWorks(): Promise<boolean> {
  probed ??= probe();
  return probed;
}

/**
 * A firmware of 64 KiB whose first instructions, at the reset vector FFFF:FFF0, write 0x10 to the port of QEMU's
 * isa-debug-exit: mov al,0x10; out 0xf4,al; hlt. QEMU then ends with (0x10 << 1) | 1.
 */
function firmware(): Buffer {
  const rom = Buffer.alloc(64 * 1024, 0xf4);
  rom.set([0xb0, 0x10, 0xe6, 0xf4], rom.length - 16);
  return rom;
}
const firmwareSays = (0x10 << 1) | 1;

async function probe(): Promise<boolean> {
  if (!existsSync('/dev/kvm')) return false;
  const dir = await mkdtemp(join(tmpdir(), 'kvm-probe-'));
  try {
    await writeFile(join(dir, 'firmware'), firmware());
    await runSandboxed({
      command: 'qemu-system-x86_64',
      profile: 'machine',
      args: [
        // The processor that libguestfs asks for: a lesser one may start where this one does not.
        ...sandboxOption,
        ...['-machine', 'q35,accel=kvm', '-cpu', 'max', '-m', '64', '-nodefaults', '-no-user-config'],
        ...[
          '-display',
          'none',
          '-no-reboot',
          '-bios',
          '/in/firmware',
          '-device',
          'isa-debug-exit,iobase=0xf4,iosize=4',
        ],
      ],
      readOnly: { '/in/firmware': join(dir, 'firmware') },
      devices: ['/dev/kvm'],
      limits: { wallSeconds: 10, cpuSeconds: 10, memoryBytes: 0, residentBytes: 1024 ** 3, fileBytes: 1024 ** 2 },
    });
    return false;
  } catch (error) {
    return isBootreadyError(error) && error.context.code === firmwareSays;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
