import type { Finding } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { Machine } from '../tools/machine.ts';
import type { BootSeed } from './boot-machine.ts';

/** The messages between the owner of a machine and the task that watches it (watch-task.ts). */

/** `told`: the system has sent the awaited sign; `stuck`: no sign will come; `ended`: the machine is off; `late`: time is over. */
export type BootEnd = 'told' | 'stuck' | 'ended' | 'late';

export type BootTimes = {
  /** For how long its console has said nothing. */
  silentSeconds: number;
  /** Since the machine was started, and how long it may take. */
  seconds: number;
  allowedSeconds: number;
  accelerator: Machine['accelerator'];
};

/** The data since the last call, unchanged from the guest. */
export type BootNews = BootTimes & {
  /** The newest part of the console. */
  console: string;
  chunks: [port: string, bytes: Buffer][];
  frames: Buffer[];
  /** The output of QEMU's monitor, which is partly the guest's. */
  monitor: string;
  /** It is over; then `console` is the whole. */
  end?: BootEnd;
};

export type BootHelpers = {
  /** Waits for news. */
  next: () => Promise<BootNews>;
  write: (port: string, bytes: Buffer) => Promise<void>;
  /** There is nothing more to wait for. */
  over: (end: BootEnd) => Promise<void>;
};

export type WatchInput = { guest: GuestFacts; given: BootSeed };

export type Watched = { findings: Finding[]; console: string };
