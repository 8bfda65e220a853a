import type { Finding } from '../../shared/contracts/finding.ts';
import type { Machine } from '../tools/machine.ts';
import type { QmpEvent } from './qmp-events.ts';
import type { BootEnd, BootTimes } from './watch-contract.ts';

export type BootProgress = BootTimes & {
  /** The newest part of what the console said, as plain text. */
  log: string;
};

/** How one kind of system is watched while it starts. */
export type BootWatch = {
  /** Ports by their names: each piece that the guest writes there. */
  ports: Readonly<Record<string, (chunk: Buffer) => void>>;
  /** Each frame that the guest sends by its network adapter. */
  onFrame?: (frame: Buffer) => void;
  /** Events of QEMU about the machine. The `id` of a port is its name. */
  onEvent?: (event: QmpEvent) => void;
  /** Called each second and after each new output: decides whether there is more to wait for. */
  look(seen: BootProgress, machine: Pick<Machine, 'write'>): 'told' | 'stuck' | undefined;
  /** The findings at the end; `log` is the console's whole text. */
  judge(end: BootEnd, log: string): Finding[];
};

export function lastLine(log: string): string {
  return (
    log
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .at(-1)
      ?.slice(0, 200) ?? '-'
  );
}
