import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { BootPolicy } from '../../shared/contracts/image.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { BootCheck } from '../../workflows/activities.ts';
import { consoleLog } from '../boot/console-log.ts';
import { plainLog } from '../boot/explain.ts';
import { type BootEnd, type BootWatch, bootFinding } from '../boot/watch.ts';
import { watchLinux } from '../boot/watch-linux.ts';
import { watchWindows } from '../boot/watch-windows.ts';
import { startMachine } from '../tools/machine.ts';
import { removeTree } from '../tools/remove-tree.ts';
import { writeSeedDisk } from '../tools/seed-disk.ts';
import type { StepControl } from './step.ts';

export type BootCheckInput = {
  disk: { path: string; format: 'raw' | 'qcow2'; virtualSize: number };
  guest: GuestFacts;
  policy: Exclude<BootPolicy, 'off'>;
  scratchDir: string;
  /** How long a start may take; without KVM it is ten times as slow. */
  seconds: { kvm: number; tcg: number };
  /** Keeps what was seen, as an object; returns where. */
  keep: (name: string, contentType: string, body: Buffer) => Promise<{ bucket: string; key: string }>;
};

/** After the report the system is given this long to write its last lines. */
const afterwordMs = 1500;

const watchFor = (guest: GuestFacts): BootWatch | undefined => {
  if (guest.architecture !== 'x86_64') return undefined;
  if (guest.osType === 'linux') return watchLinux(guest);
  return guest.osType === 'windows' ? watchWindows(guest) : undefined;
};

/**
 * Starts the converted disk as a cloud would and waits until the system has told what its kind tells: Linux by cloud-init, Windows by its guest
 * agent or its network. The disk itself does not change. What the console said and what the screen showed is kept, whatever came of it.
 */
export const bootCheck = async (input: BootCheckInput, { signal, progress }: StepControl): Promise<BootCheck> => {
  const { disk, guest, scratchDir, keep } = input;
  const watch = watchFor(guest);
  if (!watch) {
    const system = [guest.osType, guest.architecture].filter(Boolean).join(' ') || '-';
    return { findings: [bootFinding('boot-not-tried', 'unknown', { system })] };
  }
  const dir = join(scratchDir, 'boot');
  await removeTree(dir);
  // What the machine may write, apart from what is made for it.
  const machineDir = join(dir, 'machine');
  await mkdir(machineDir, { recursive: true });
  const log = consoleLog();
  // Images for both are started the BIOS way, as clouds do that are not told otherwise.
  const firmware = guest.firmware?.includes('bios') || !guest.firmware?.includes('uefi') ? 'bios' : 'uefi';
  const begun = Date.now();
  let spoke = begun;
  let look = (): void => undefined;
  const machine = await startMachine({
    ...watch.machine,
    disk,
    seed: await writeSeedDisk(dir, watch.seed),
    firmware,
    dir: machineDir,
    wallSeconds: input.seconds.tcg + 120,
    onSerial: (text) => {
      log.write(text);
      spoke = Date.now();
      look();
    },
    signal,
  });
  const allowed = input.seconds[machine.accelerator];
  const watched = Promise.withResolvers<BootEnd>();
  look = () => {
    const now = Date.now();
    const end = watch.look(
      {
        log: plainLog(log.recent()),
        silentSeconds: (now - spoke) / 1000,
        seconds: (now - begun) / 1000,
        allowedSeconds: allowed,
        accelerator: machine.accelerator,
      },
      machine,
    );
    if (end) watched.resolve(end);
  };
  const ticking = setInterval(() => {
    progress(Math.min(95, ((Date.now() - begun) / 1000 / allowed) * 100));
    look();
  }, 1000);
  const late = setTimeout(() => watched.resolve('late'), allowed * 1000);
  try {
    const end = await Promise.race([watched.promise, machine.exited.then(() => 'ended' as const)]);
    signal.throwIfAborted();
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (end === 'told') await new Promise((resolve) => setTimeout(resolve, afterwordMs));
    const screen = end === 'ended' ? undefined : await machine.screen();
    await machine.kill();
    const text = plainLog(log.whole());
    return {
      findings: watch.judge(end, text).map((finding) => byPolicy(finding, input.policy)),
      boot: {
        accelerator: machine.accelerator,
        firmware,
        seconds,
        serialLog: await keep('serial.log', 'text/plain; charset=utf-8', Buffer.from(text)),
        ...(screen ? { screen: await keep('screen.png', 'image/png', screen) } : {}),
      },
    };
  } finally {
    clearInterval(ticking);
    clearTimeout(late);
    await machine.kill();
    await removeTree(dir);
  }
};

/** Whoever only wants to be warned is. */
const byPolicy = (each: Finding, policy: BootCheckInput['policy']): Finding =>
  each.outcome === 'fail' && policy === 'warn' ? { ...each, outcome: 'warn' } : each;
