import { constants, copyFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { remediesFor } from '../../shared/remedies/remedies.ts';
import { brokenAlpine } from '../images/broken-alpine.ts';
import { familyImage } from '../images/families.ts';
import { boot, inspect, mend } from '../support/step-functions.ts';
import { writeRow } from './table.ts';

/** Repairs with the tools of other families than Debian's: mkinitfs and apk, dnf and rpm. The packages come from a repository inside the image. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'repairs-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

type Row = {
  image: () => Promise<string>;
  /** Codes of the remedies that the findings call for, in their order. */
  remedies: readonly string[];
  /** What these remedies must say, among other changes. */
  changes: readonly string[];
  comesTo: readonly string[];
};

const rows: Readonly<Record<string, Row>> = {
  'Alpine 3.23: mkinitfs and apk': {
    image: () => brokenAlpine(cacheDir()),
    remedies: ['virtio-in-initramfs', 'install-cloud-init'],
    changes: ['rebuilt the initramfs of 6.18.56-0-virt', 'installed cloud-init'],
    // The initramfs finds the disk. The package of the test is not a whole cloud-init.
    comesTo: ['boot-cloud-init-silent fail'],
  },
  'dnf and rpm': {
    image: () => familyImage(cacheDir(), 'dnf'),
    remedies: ['remove-foreign-tools', 'install-cloud-init'],
    changes: ['removed the package open-vm-tools', 'installed cloud-init'],
    comesTo: ['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device pass'],
  },
};

test.each(Object.entries(rows))('%s', async (name, { image, remedies, changes, comesTo }) => {
  const path = join(dir, 'disk.raw');
  copyFileSync(await image(), path, constants.COPYFILE_FICLONE);
  const before = await inspect(path);
  const found = remediesFor(before.findings, before.guest);
  const done = await mend(path, found);
  const { findings, guest } = await inspect(path);
  const after = findings.filter(({ outcome }) => outcome !== 'pass');
  const check = await boot({
    path,
    virtualSize: statSync(path).size,
    seconds: { kvm: 300, tcg: 1800 },
    guest: { ...guest, firmware: ['bios'] },
  });
  const outcomes = check.findings.map(({ code, outcome }) => `${code} ${outcome}`);
  await writeRow('repairs', name, {
    remedies: done
      .filter(({ changes: lines }) => lines.length > 0)
      .map(({ remedy }) => `\`${remedy}\``)
      .join(', '),
    said: after.map(({ code, outcome }) => `\`${code}\` ${outcome}`).join(', ') || 'nothing',
    by: 'bios',
    outcomes: outcomes.join(', '),
  });
  const answered = new Set(found.flatMap(({ answers }) => answers));
  expect(after.map(({ code }) => code).filter((code) => answered.has(code))).toEqual([]);
  expect(done.map(({ remedy }) => remedy)).toEqual(expect.arrayContaining([...remedies]));
  expect(done.flatMap(({ changes: lines }) => lines)).toEqual(expect.arrayContaining([...changes]));
  expect(outcomes, check.console.slice(-3000)).toEqual(comesTo);
});
