import { copyFileSync, statSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { windowsImages } from '../images/windows.ts';
import { type StandIn, windowsStandIn } from '../images/windows-stand-in.ts';
import { boot, inspect } from '../support/step-functions.ts';

/**
 * No Windows is at hand that may be passed on. What starts here is a small Linux on a disk that is Windows to whoever looks into it, and that
 * speaks by the same channels in the same words; and disks that really do not start.
 */

let dir: string;
let guest: GuestFacts;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windows-boot-'));
  const path = join(dir, 'disk.raw');
  await windowsStandIn(path, 'agent');
  guest = (await inspect(path)).guest;
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function started(path: string, facts: GuestFacts = guest, seconds = 400) {
  const check = await boot({
    path,
    virtualSize: statSync(path).size,
    guest: facts,
    seconds: { kvm: seconds, tcg: seconds },
  });
  await rm(path);
  process.stderr.write(`${check.findings[0]?.code}: ${check.boot?.seconds} s (${check.boot?.accelerator})\n`);
  return { ...check, told: check.findings.map(({ code, outcome }) => `${code} ${outcome}`) };
}

async function standIn(kind: StandIn, facts: GuestFacts = guest, seconds = 400) {
  const path = join(dir, `${kind}-${crypto.randomUUID()}.raw`);
  await windowsStandIn(path, kind);
  return started(path, facts, seconds);
}

/** Real-mode code that shows a text and halts: xor ax,ax; mov ds,ax; mov si,text; lodsb; test al,al; jz halt; int 0x10 (teletype); hlt. */
function sayAndHalt(text: string): Buffer {
  return Buffer.concat([
    Buffer.from('31c08ed8be157cac84c07406b40ecd10ebf5f4ebfd', 'hex'),
    Buffer.from(`${text}\0`, 'latin1'),
  ]);
}

test('the disk is a Windows to the inspection', () => {
  expect(guest).toMatchObject({ osType: 'windows', architecture: 'x86_64', cloudbaseInit: true, guestAgent: true });
});

// Most of it is waiting: two at a time (vitest.config.ts).
describe.concurrent('the boot check of Windows', () => {
  test('hears the guest agent, which tells system and name', async () => {
    const { told, findings, boot: kept, console } = await standIn('agent');
    expect(told, console.slice(-2000)).toEqual(['boot-windows-running pass', 'boot-windows-seed-applied pass']);
    expect(findings[0]?.params).toMatchObject({ sign: 'QEMU guest agent', system: expect.stringContaining('Debian') });
    expect(kept).toMatchObject({ firmware: 'uefi', screen: { key: 'screen.png' } });
    expect(kept?.seconds).toBeLessThan(300);
  });

  test('sees a DHCP client that speaks as Windows does, with the name of the config drive', async () => {
    const { told, findings, console } = await standIn('dhcp', { ...guest, guestAgent: false });
    expect(told, console.slice(-2000)).toEqual(['boot-windows-running pass', 'boot-windows-seed-applied pass']);
    expect(findings[0]?.params).toMatchObject({ sign: 'DHCP' });
  });

  test('does not take a name of its own for that of the config drive', async () => {
    const { told, findings } = await standIn('dhcp-own-name', guest, 200);
    expect(told).toEqual(['boot-windows-running pass', 'boot-windows-seed-applied unknown']);
    expect(findings[1]?.params).toMatchObject({ name: 'WIN-0ABCDEF' });
  });

  test('is told by pvpanic that it stopped, and does not wait until time is over', async () => {
    const { told, boot: kept, console } = await standIn('stops');
    expect(told, console.slice(-2000)).toEqual(['boot-windows-stopped fail']);
    expect(kept).toMatchObject({ screen: { key: 'screen.png' } });
    expect(kept?.seconds).toBeLessThan(300);
  });

  test('takes silence for a failure only where something should have spoken', async () => {
    expect((await standIn('silent', guest, 90)).told).toEqual(['boot-windows-timeout fail']);
    expect((await standIn('silent', { ...guest, guestAgent: false }, 20)).told).toEqual([
      'boot-windows-silent unknown',
    ]);
  });

  test('names firmware that finds nothing to boot', async () => {
    const path = join(dir, 'prepared.raw');
    copyFileSync((await windowsImages()).prepared, path);
    const { told, console } = await started(path);
    expect(told, console.slice(-2000)).toEqual(['boot-windows-nothing-to-boot fail']);
  });

  test('names a boot sector that does not find the boot manager', async () => {
    const path = join(dir, 'used.raw');
    copyFileSync((await windowsImages()).used, path);
    const file = await open(path, 'r+');
    await file.write(sayAndHalt('BOOTMGR is missing\r\nPress Ctrl+Alt+Del to restart\r\n'), 0, undefined, 0);
    await file.close();
    const { told, findings, console } = await started(path, { ...guest, firmware: ['bios'] });
    expect(told, console.slice(-2000)).toEqual(['boot-windows-loader-stuck fail']);
    expect(findings[0]?.params).toMatchObject({ line: 'Press Ctrl+Alt+Del to restart' });
  });
});
