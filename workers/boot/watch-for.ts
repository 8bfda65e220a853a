import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { BootSeed } from './boot-machine.ts';
import type { BootWatch } from './watch.ts';
import { watchLinux } from './watch-linux.ts';
import { watchWindows } from './watch-windows.ts';

export function watchFor(guest: GuestFacts, given: BootSeed): BootWatch {
  return given.system === 'linux' ? watchLinux(guest, given.seed) : watchWindows(guest, given.drive);
}
