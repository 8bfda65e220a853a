import { asSeen } from './unseen.ts';
import type { GuestView } from './view.ts';

/** Whether there is no system to be judged: none is on the disk, or it is encrypted, which is told by itself. */
export function isWithoutSystem(view: GuestView): boolean {
  const systems = asSeen(() => view.systems);
  return 'value' in systems ? systems.value === 0 : systems.unseen.reason === 'encrypted';
}
