import type { Finding } from '../../shared/contracts/finding.ts';
import type { Machine, MachineOptions } from '../tools/machine.ts';
import type { SeedDisk } from '../tools/seed-disk.ts';

/** `told`: the system has said what was awaited; `stuck`: nothing will come; `ended`: the machine is off; `late`: time is over. */
export type BootEnd = 'told' | 'stuck' | 'ended' | 'late';

export type Seen = {
  /** The newest part of what the console said, as plain text. */
  log: string;
  /** For how long it has said nothing. */
  silentSeconds: number;
  /** Since the machine was started, and how long it may take. */
  seconds: number;
  allowedSeconds: number;
  accelerator: Machine['accelerator'];
};

/** How one kind of system is watched while it starts. */
export type BootWatch = {
  seed: SeedDisk;
  machine: Pick<MachineOptions, 'hardware' | 'ports' | 'onFrame' | 'onEvent'>;
  /** Asked each second and whenever something came: whether there is anything more to wait for. */
  look(seen: Seen, machine: Pick<Machine, 'write'>): 'told' | 'stuck' | undefined;
  /** What it comes to; `log` is the console's whole text. */
  judge(end: BootEnd, log: string): Finding[];
};

export const bootFinding = (code: string, outcome: Finding['outcome'], params: Finding['params'] = {}): Finding => ({
  code,
  step: 'boot-check',
  outcome,
  params,
});

export const lastLine = (log: string): string =>
  log
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1)
    ?.slice(0, 200) ?? '-';
