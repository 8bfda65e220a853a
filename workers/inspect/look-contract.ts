import type { Finding } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import type { Codec } from '../tools/decompress.ts';
import type { AskGuestfish } from '../tools/guestfish-complaints.ts';

/** The messages between the owner of an appliance and the task that inspects (look-task.ts). */

/** Bytes of the largest initramfs, and of its contents: the largest known ones contain some hundred MB of firmware. */
export const largestInitramfs = { file: 1024 ** 3, unpacked: 2 * 1024 ** 3 } as const;

export type LookInput = {
  isBackup: boolean;
  /** Parts that exceeded their limits before. */
  without: readonly string[];
};

export type LookHelpers = {
  ask: AskGuestfish;
  progress: (percent: number) => Promise<void>;
  fetchInitramfs: (path: string) => Promise<number | undefined>;
  readFetched: (offset: number, length: number) => Promise<Buffer>;
  unpackInitramfs: (
    at: number,
    codec: Codec,
    length: number | undefined,
  ) => Promise<{ size: number; whole: boolean } | 'too-much' | undefined>;
  readUnpacked: (offset: number, length: number) => Promise<Buffer>;
};

export type Looked = { facts: GuestFacts; findings: Finding[]; packages: InstalledPackage[] };
