import { constants, copyFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { RepairChange } from '../../shared/contracts/repair.ts';
import { remediesFor } from '../../shared/remedies/remedies.ts';
import { dracutImages } from '../images/dracut.ts';
import { editDisk } from '../images/edit.ts';
import { usedSystem } from '../images/used-system.ts';
import { guestImages } from '../support/guest-images.ts';
import { boot, inspect, mend } from '../support/step-functions.ts';

/** Systems that cannot find their disk: what is wrong with them says which remedies they need, and with those they start. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'repair-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function copyImage(image: string): string {
  const path = join(dir, 'disk.raw');
  copyFileSync(image, path, constants.COPYFILE_FICLONE);
  return path;
}

function troubles(findings: readonly Finding[]): string[] {
  return findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn').map(({ code }) => code);
}

type Repaired = { changes: RepairChange[]; after: string[] };

/** By what is found; afterwards it starts, and nothing is left of what a remedy answers. */
async function repaired(path: string): Promise<Repaired> {
  const before = await inspect(path);
  const remedies = remediesFor(before.findings, before.guest);
  const changes = await mend(path, remedies);
  const { findings, guest } = await inspect(path);
  const after = troubles(findings);
  const mended = new Set(remedies.flatMap(({ answers }) => answers));
  expect(after.filter((code) => mended.has(code))).toEqual([]);
  const check = await boot({ path, virtualSize: statSync(path).size, guest });
  expect(
    check.findings.map(({ code, outcome }) => `${code} ${outcome}`),
    check.console.slice(-2000),
  ).toEqual(['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device pass']);
  return { changes, after };
}

test('a used system without virtio in its initramfs starts as an instance after its repair', async () => {
  const path = copyImage((await guestImages())['no-virtio']);
  editDisk(path, usedSystem);
  const { changes, after } = await repaired(path);
  expect(changes.map(({ remedy, changes: lines }) => [remedy, lines.length > 0])).toEqual(
    [
      'remove-foreign-tools',
      'fstab-by-uuid',
      'serial-console',
      'dhcp-network',
      'virtio-in-initramfs',
      'clean-for-cloning',
    ].map((code) => [code, true]),
  );
  // What belongs to users stays, and is still told.
  expect(after).toContain('clone-credentials');
});

test('a system whose initramfs dracut made for another machine starts as an instance after its repair', async () => {
  const path = copyImage((await dracutImages(cacheDir()))['host-only']);
  const { changes } = await repaired(path);
  expect(changes.find(({ remedy }) => remedy === 'virtio-in-initramfs')?.changes).toEqual([
    expect.stringMatching(/^rebuilt the initramfs of 6\.1\.\S+-cloud-amd64$/),
  ]);
});
