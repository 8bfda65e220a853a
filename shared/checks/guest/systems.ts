import type { GuestView } from './guest-view.ts';
import { asSeen } from './unseen.ts';

/** Whether there is no system to judge: the disk has none, or it is encrypted, and another check reports that. */
export function isWithoutSystem(view: GuestView): boolean {
  const systems = asSeen(() => view.systems);
  return 'value' in systems ? systems.value === 0 : systems.unseen.reason === 'encrypted';
}
