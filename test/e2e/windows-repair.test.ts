import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { RepairChange } from '../../shared/contracts/repair.ts';
import { injectVirtioWindows } from '../../shared/remedies/inject-virtio-windows.ts';
import { remediesFor } from '../../shared/remedies/remedies.ts';
import { mendDisk } from '../../workers/repair/mend.ts';
import { virtioWin } from '../images/virtio-win.ts';
import { type WindowsVariant, windowsImages } from '../images/windows.ts';
import { guestfish } from '../support/guestfish.ts';
import { inspect } from '../support/step-functions.ts';

/** virtio drivers for a Windows that has none: what the inspection misses before is there afterwards, and nothing is done to a disk that it would harm. */

const foreign = openForeignDoor();
let dir: string;
let images: Record<WindowsVariant, string>;
let drivers: { folder: string; iso: string };
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windows-repair-'));
  images = await windowsImages();
  drivers = virtioWin(dir);
});
afterAll(async () => {
  await foreign.close();
  await rm(dir, { recursive: true, force: true });
});

function computeHash(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function copyImage(name: WindowsVariant): string {
  const path = join(dir, `${name}.raw`);
  copyFileSync(images[name], path);
  return path;
}

function mend(path: string, source: string): Promise<RepairChange[]> {
  return mendDisk(
    { cacheDir: cacheDir(), foreign, packageHosts: [], virtioWin: source },
    {
      disk: { path, format: 'raw', virtualSize: statSync(path).size },
      remedies: [injectVirtioWindows],
      scratchDir: dir,
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
}

async function outcomes(path: string): Promise<Record<string, string>> {
  return Object.fromEntries((await inspect(path)).findings.map(({ code, outcome }) => [code, outcome]));
}

const missing = { 'windows-disk-driver': 'fail', 'windows-network-driver': 'fail' };
const there = {
  'windows-disk-driver': 'pass',
  'windows-disk-driver-at-boot': 'pass',
  'windows-network-driver': 'pass',
};

test('Windows Server 2019, from an ISO image: by the driver database; a second time changes nothing more', async () => {
  const original = computeHash(images.driverless);
  const path = copyImage('driverless');
  const before = await inspect(path);
  const found = Object.fromEntries(before.findings.map(({ code, outcome }) => [code, outcome]));
  expect(found).toMatchObject(missing);
  expect(remediesFor(before.findings, before.guest, { virtioWin: true })).toEqual([injectVirtioWindows]);

  const [done] = await mend(path, drivers.iso);
  expect(done?.changes).toEqual([
    'copied viostor.sys to System32\\drivers',
    'copied vioscsi.sys to System32\\drivers',
    'copied netkvm.sys to System32\\drivers',
    'copied the packages of viostor, vioscsi, netkvm, balloon into Drivers\\VirtIO',
    'set viostor up as a service that starts with the boot loader',
    'set vioscsi up as a service that starts with the boot loader',
    'set netkvm up as a service that starts on demand',
    'added the folder of the packages to DevicePath',
  ]);
  expect(await outcomes(path)).toEqual({ ...found, ...there });
  expect(computeHash(images.driverless)).toBe(original);

  const drivers2k19 = (name: string) => `this is ${name}/2k19/amd64/${name.toLowerCase()}.sys`;
  const look = await guestfish(path, '/dev/sda2', [
    'ls /Windows/System32/Drivers',
    'cat /Windows/System32/Drivers/VIOSTOR.SYS',
    'ls /Windows/Drivers/VirtIO',
    'cat /Windows/Drivers/VirtIO/netkvm.sys',
  ]);
  expect(look).toContain(`VIOSTOR.SYS\nnetkvm.sys\nvioscsi.sys\n${drivers2k19('viostor')}`);
  expect(look).toContain(drivers2k19('NetKVM'));
  expect(look).not.toContain('.pdb');

  const [again] = await mend(path, drivers.iso);
  expect(again?.changes).not.toContain('added the folder of the packages to DevicePath');
  expect(await outcomes(path)).toEqual({ ...found, ...there });
});

test('Windows 7 with 32 bits, from a folder: by the database of critical devices', async () => {
  const path = copyImage('seven');
  const found = await outcomes(path);
  expect(found).toMatchObject(missing);
  await mend(path, drivers.folder);
  expect(await outcomes(path)).toEqual({ ...found, ...there });
  expect(await guestfish(path, '/dev/sda2', ['cat /Windows/System32/drivers/vioscsi.sys'])).toContain(
    'this is vioscsi/w7/x86/vioscsi.sys',
  );
});

test.each([
  ['used', /hibernated.*powercfg/],
  ['old', /marked as damaged.*chkdsk/],
  ['encrypted', /encrypted with BitLocker/],
] as const)('%s is left as it is, with the reason', async (name, reason) => {
  const path = copyImage(name);
  await expect(mend(path, drivers.folder)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(reason),
  });
  expect(computeHash(path)).toBe(computeHash(images[name]));
});

test('without drivers for it, and without a virtio-win, it says so', async () => {
  const path = copyImage('driverless');
  await expect(mend(path, join(drivers.folder, 'viostor'))).rejects.toThrow(
    /has no viostor, vioscsi, NetKVM for Windows 10\.0 \(build 17763, 64 bits\)/,
  );
  await expect(mend(path, join(dir, 'nowhere'))).rejects.toThrow(/virtio-win does not exist at/);
  expect(computeHash(path)).toBe(computeHash(images.driverless));
});
