import type { RepairChange } from '../../shared/contracts/repair.ts';
import type { BootreadyErrorOptions } from '../../shared/errors.ts';
import type { AskGuestfish } from '../tools/guestfish-complaints.ts';

/** The messages between the owner of an appliance and the task that repairs (mend-task.ts). */

/** The folder of virtio-win inside guestfish. */
export const virtioWinInside = '/virtio-win';

/** How guestfish gets at virtio-win: by a folder with these files, or by the second disk. */
export type DriverPlace = { kind: 'folder'; paths: readonly string[] } | { kind: 'iso' };

/** Merges edits in the format of regedit into the hive in guestfish's /out. @returns what hivex complains of, where it cannot make sense of the hive */
export type MergeIntoHive = (hive: 'SYSTEM' | 'SOFTWARE', edits: string) => Promise<string | undefined>;

export type MendTaskInput = {
  /** Codes of the remedies. */
  chosen: readonly string[];
  /** Where virtio-win is; undefined when no remedy needs it. */
  drivers?: DriverPlace | undefined;
  /** The proxy through which the system may fetch packages, e.g. `http://169.254.2.2:3128`. */
  proxyUrl: string;
};

export type MendHelpers = {
  ask: AskGuestfish;
  mergeIntoHive: MergeIntoHive;
  /** Hosts that the system has requested and that were refused. */
  refusedHosts: () => Promise<string[]>;
  progress: (percent: number) => Promise<void>;
};

/** `refused`: an error of ours, to be thrown by the owner. */
export type Mended = { changes: RepairChange[] } | { refused: BootreadyErrorOptions };
