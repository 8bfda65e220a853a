import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { BootPolicy } from '../../shared/contracts/image.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { BootCheck } from '../../workflows/activities.ts';
import { consoleLog } from '../boot/console-log.ts';
import { type BootReport, explainBoot, hasEnded, parseReport, plainLog } from '../boot/explain.ts';
import { newSeed } from '../boot/seed.ts';
import { startMachine } from '../tools/machine.ts';
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

/**
 * Starts the converted disk as a cloud would and waits until cloud-init has done what its seed told it. The disk itself does not
 * change. What the console said and what the screen showed is kept, whatever came of it.
 */
export const bootCheck = async (input: BootCheckInput, { signal, progress }: StepControl): Promise<BootCheck> => {
  const { disk, guest, scratchDir, keep } = input;
  const system = [guest.osType, guest.architecture].filter(Boolean).join(' ') || '-';
  if (guest.osType !== 'linux' || guest.architecture !== 'x86_64') {
    return { findings: [finding('boot-not-tried', 'unknown', { system })] };
  }
  const dir = join(scratchDir, 'boot');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir);
  const seed = newSeed();
  const log = consoleLog();
  const reported = Promise.withResolvers<BootReport>();
  let port = '';
  const look = (): void => {
    const report = parseReport(port, seed.token) ?? parseReport(plainLog(log.recent()), seed.token);
    if (report) reported.resolve(report);
  };
  // Images for both are started the BIOS way, as clouds do that are not told otherwise.
  const firmware = guest.firmware?.includes('bios') || !guest.firmware?.includes('uefi') ? 'bios' : 'uefi';
  const begun = Date.now();
  let spoke = begun;
  const machine = await startMachine({
    disk,
    seed: await writeSeedDisk(dir, seed.files),
    firmware,
    dir,
    wallSeconds: input.seconds.tcg + 120,
    onSerial: (text) => {
      log.write(text);
      spoke = Date.now();
      look();
    },
    onReport: (text) => {
      port = (port + text).slice(-64 * 1024);
      look();
    },
    signal,
  });
  const allowed = input.seconds[machine.accelerator];
  const stuck = Promise.withResolvers<'stuck'>();
  const ticking = setInterval(() => {
    const now = Date.now();
    progress(Math.min(95, ((now - begun) / 1000 / allowed) * 100));
    if (hasEnded(plainLog(log.recent()), (now - spoke) / 1000, machine.accelerator)) stuck.resolve('stuck');
  }, 1000);
  try {
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, allowed * 1000, 'late').unref());
    const end = await Promise.race([
      reported.promise,
      machine.exited.then(() => 'ended' as const),
      stuck.promise,
      late,
    ]);
    signal.throwIfAborted();
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (typeof end === 'object') await new Promise((resolve) => setTimeout(resolve, afterwordMs));
    const screen = end === 'ended' ? undefined : await machine.screen();
    await machine.kill();
    const text = plainLog(log.whole());
    const findings =
      typeof end === 'object'
        ? judge(end, seed.hostname)
        : [
            failed(
              explainBoot(text, { ended: end === 'ended', cloudInit: guest.cloudInit !== undefined }),
              lastLine(text),
            ),
          ];
    return {
      findings: findings.map((finding) => byPolicy(finding, input.policy)),
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
    await machine.kill();
    await rm(dir, { recursive: true, force: true });
  }
};

const finding = (code: string, outcome: Finding['outcome'], params: Finding['params'] = {}): Finding => ({
  code,
  step: 'boot-check',
  outcome,
  params,
});
const failed = (code: string, line: string): Finding => finding(code, 'fail', { line });

const judge = ({ hostname, key, network }: BootReport, expected: string): Finding[] => [
  finding('boot-reached-cloud-init', 'pass'),
  finding('boot-seed-applied', hostname.split('.')[0] === expected && key ? 'pass' : 'fail', {
    missing: [hostname.split('.')[0] === expected ? '' : 'host name', key ? '' : 'SSH key'].filter(Boolean).join(', '),
  }),
  finding('boot-network-device', network ? 'pass' : 'fail'),
];

/** Whoever only wants to be warned is. */
const byPolicy = (each: Finding, policy: BootCheckInput['policy']): Finding =>
  each.outcome === 'fail' && policy === 'warn' ? { ...each, outcome: 'warn' } : each;

const lastLine = (log: string): string =>
  log
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .at(-1)
    ?.slice(0, 200) ?? '-';
