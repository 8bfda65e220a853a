import { ifSeen } from './unseen.ts';
import type { GuestView } from './view.ts';

/** Whether it is known that there is no system. */
export const isData = (view: GuestView): boolean => ifSeen(() => view.systems === 0, false);
