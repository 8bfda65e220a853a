import type { GuestFacts } from '../../shared/contracts/run.ts';
import { newConfigDrive } from './config-drive.ts';
import { newSeed } from './seed.ts';
import type { BootWatch } from './watch.ts';
import { watchLinux } from './watch-linux.ts';
import { watchWindows } from './watch-windows.ts';

/** What a machine is given to take up. Made once, by the owner; the watch in the process knows it too. */
export type BootSeed =
  | { system: 'linux'; seed: ReturnType<typeof newSeed> }
  | { system: 'windows'; drive: ReturnType<typeof newConfigDrive> };

/** Undefined: nobody knows how to watch such a system. */
export const newBootSeed = ({ architecture, osType }: GuestFacts): BootSeed | undefined => {
  if (architecture !== 'x86_64') return undefined;
  if (osType === 'linux') return { system: 'linux', seed: newSeed() };
  return osType === 'windows' ? { system: 'windows', drive: newConfigDrive() } : undefined;
};

export const watchFor = (guest: GuestFacts, given: BootSeed): BootWatch =>
  given.system === 'linux' ? watchLinux(guest, given.seed) : watchWindows(guest, given.drive);
