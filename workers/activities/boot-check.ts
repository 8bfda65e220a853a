import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { judgeAsBackup } from '../../shared/checks/backup.ts';
import type { BootCheck } from '../../shared/checks/examine.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { BootPolicy } from '../../shared/contracts/image.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { foreignLimits, machineWrites } from '../../shared/limits/foreign-limits.ts';
import { type ForeignDoor, foreignTask } from '../../shared/ports/foreign.ts';
import { machineFor, newBootSeed } from '../boot/boot-machine.ts';
import { bootNews } from '../boot/boot-news.ts';
import { bootFinding } from '../boot/finding.ts';
import type { BootEnd, BootNews } from '../boot/watch-contract.ts';
import { startMachine } from '../tools/machine.ts';
import { removeTree } from '../tools/remove-tree.ts';
import { writeSeedDisk } from '../tools/seed-disk.ts';
import type { StepControl } from './step.ts';

export type BootCheckInput = {
  disk: { path: string; format: 'raw' | 'qcow2'; virtualSize: number };
  guest: GuestFacts;
  policy: Exclude<BootPolicy, 'off'>;
  /** A backup is judged by other rules (shared/checks/backup.ts). */
  isBackup?: boolean;
  scratchDir: string;
  /** Bytes that the system may write to its disk while it starts. */
  writesAtMost?: number;
  /** How long a start may take; without KVM it is ten times as slow. */
  seconds: { kvm: number; tcg: number };
  /** Keeps what was seen, as an object; returns where. */
  keep: (name: string, contentType: string, body: Buffer) => Promise<{ bucket: string; key: string }>;
};

/** After the report the system is given this long to write its last lines. */
const afterwordMs = 1500;

/** Each check of the output takes some milliseconds, and a guest may write without end. */
const lookEveryMs = 250;

export const watchTask = foreignTask<typeof import('../boot/watch-task.ts').watchBoot>(
  import.meta.url,
  '../boot/watch-task.ts',
  'watchBoot',
  foreignLimits.watch,
);

export type BootCheckDeps = { foreign: ForeignDoor };

/**
 * Starts the converted disk as a cloud would. Waits until the system reports in the way of its kind: Linux by cloud-init, Windows by its guest agent or its
 * network. The disk itself does not change. The console's text and the last screen are kept, whatever the result is.
 */
export async function bootCheck(
  { foreign }: BootCheckDeps,
  input: BootCheckInput,
  { signal, progress }: StepControl,
): Promise<BootCheck> {
  const { disk, guest, scratchDir, keep } = input;
  const given = newBootSeed(guest);
  if (!given) {
    const system = [guest.osType, guest.architecture].filter(Boolean).join(' ') || '-';
    return { findings: [bootFinding('boot-not-tried', 'unknown', { system })] };
  }
  const dir = join(scratchDir, 'boot');
  await removeTree(dir);
  // The machine may write only here, besides the files that are made for it.
  const machineDir = join(dir, 'machine');
  await mkdir(machineDir, { recursive: true });
  const wanted = machineFor(guest, given);
  const news = bootNews(wanted);
  // An image for both firmwares starts with BIOS, as clouds do by default.
  const firmware = guest.firmware?.includes('bios') || !guest.firmware?.includes('uefi') ? 'bios' : 'uefi';
  const begun = Date.now();
  const machine = await startMachine({
    hardware: wanted.hardware,
    ...news.listeners,
    disk,
    writesAtMost: input.writesAtMost ?? machineWrites.boot.most,
    seed: await writeSeedDisk(dir, wanted.disk),
    firmware,
    dir: machineDir,
    wallSeconds: input.seconds.tcg + 120,
    signal,
  });
  const allowed = input.seconds[machine.accelerator];
  let end: BootEnd | undefined;
  let wake = (): void => undefined;
  const over = (how: BootEnd): void => {
    end ??= how;
    wake();
  };
  void machine.exited.then(() => over('ended'));
  const late = setTimeout(() => over('late'), allowed * 1000);
  let seconds = 0;
  let screen: Buffer | undefined;
  /** The machine is checked a last time, and ended. */
  const finish = async (how: BootEnd): Promise<void> => {
    seconds = Math.round((Date.now() - begun) / 1000);
    if (how === 'told') await pause(afterwordMs, undefined, { signal });
    screen = how === 'ended' ? undefined : await machine.screen();
    await machine.kill();
  };
  const next = async (): Promise<BootNews> => {
    if (!end) await pause(lookEveryMs, undefined, { signal });
    if (!end) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        news.onNews(resolve);
        setTimeout(resolve, 1000);
      });
    }
    const now = Date.now();
    const how = end;
    if (how) await finish(how);
    else progress(Math.min(95, ((now - begun) / 1000 / allowed) * 100));
    return {
      ...news.take(),
      silentSeconds: (now - news.spokeAt()) / 1000,
      seconds: (now - begun) / 1000,
      allowedSeconds: allowed,
      accelerator: machine.accelerator,
      ...(how ? { end: how, console: news.whole() } : {}),
    };
  };
  const helpers = {
    next,
    write: async (port: string, bytes: Buffer) => machine.write(port, bytes),
    over: async (how: BootEnd) => over(how),
  };
  try {
    const watched = await foreign.run(watchTask, { guest, given }, helpers, signal);
    signal.throwIfAborted();
    if (watched.state !== 'done') return { findings: [bootFinding('boot-not-understood', 'unknown')] };
    const { findings, console: text } = watched.value;
    const judged = input.isBackup ? judgeAsBackup(findings) : findings;
    return {
      findings: judged.map((finding) => byPolicy(finding, input.policy)),
      boot: {
        accelerator: machine.accelerator,
        firmware,
        seconds,
        serialLog: await keep('serial.log', 'text/plain; charset=utf-8', Buffer.from(text)),
        ...(screen ? { screen: await keep('screen.png', 'image/png', screen) } : {}),
      },
    };
  } finally {
    clearTimeout(late);
    await machine.kill();
    await removeTree(dir);
  }
}

/** Anyone who only wants to be warned is. */
function byPolicy(each: Finding, policy: BootCheckInput['policy']): Finding {
  return each.outcome === 'fail' && policy === 'warn' ? { ...each, outcome: 'warn' } : each;
}
