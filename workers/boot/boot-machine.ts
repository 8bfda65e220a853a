import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { Hardware } from '../tools/machine.ts';
import type { SeedDisk } from '../tools/seed-disk.ts';
import { newConfigDrive } from './config-drive.ts';
import { agentPort, reportPort } from './ports.ts';
import { newSeed } from './seed.ts';

/** The settings that a machine gets and must apply. The owner makes them once; the watch in its process knows them too. */
export type BootSeed =
  | { system: 'linux'; seed: ReturnType<typeof newSeed> }
  | { system: 'windows'; drive: ReturnType<typeof newConfigDrive> };

/** Undefined: nobody knows how to watch such a system. */
export function newBootSeed(guest: GuestFacts): BootSeed | undefined {
  const { architecture, osType, mayHoldSystem, storage = [] } = guest;
  if (mayHoldSystem && osType === undefined) {
    // A disk with NTFS is a Windows. Any other disk is most likely a Linux that is newer than the reader's kernel.
    if (storage.includes('ntfs')) return { system: 'windows', drive: newConfigDrive() };
    return { system: 'linux', seed: newSeed() };
  }
  if (architecture !== 'x86_64') return undefined;
  if (osType === 'linux') return { system: 'linux', seed: newSeed() };
  return osType === 'windows' ? { system: 'windows', drive: newConfigDrive() } : undefined;
}

/** How a kind of system is started, and the channels on which it is watched. */
export type BootMachine = {
  disk: SeedDisk;
  hardware: Hardware;
  ports: readonly string[];
  /** Whether the other end of its network listens. */
  network: boolean;
};

export function machineFor(guest: GuestFacts, given: BootSeed): BootMachine {
  return given.system === 'linux'
    ? {
        disk: { label: 'CIDATA', files: given.seed.files },
        hardware: { system: 'linux' },
        ports: [reportPort],
        network: false,
      }
    : {
        disk: given.drive.disk,
        // By default Windows reads the clock as local time.
        hardware: { system: 'windows', clock: guest.hardwareClock ?? 'local' },
        ports: [agentPort],
        network: true,
      };
}
