import { constants, copyFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
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
    comesTo: ['boot-seed-ignored fail'],
  },
  'dnf and rpm': {
    image: () => familyImage(cacheDir(), 'dnf'),
    remedies: ['remove-foreign-tools', 'install-cloud-init'],
    changes: ['removed the package open-vm-tools', 'installed cloud-init'],
    comesTo: ['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device pass'],
  },
};

describe.each(Object.entries(rows))('%s', (name, { image, remedies, changes, comesTo }) => {
  let path: string;
  let repaired: GuestFacts;

  test('the repair leaves nothing of what it answers', async () => {
    path = join(dir, `${remedies[0]}.raw`);
    copyFileSync(await image(), path, constants.COPYFILE_FICLONE);
    const before = await inspect(path);
    const found = remediesFor(before.findings, before.guest);
    const done = await mend(path, found);
    const { findings, guest } = await inspect(path);
    repaired = guest;
    const after = findings.filter(({ outcome }) => outcome !== 'pass');
    await writeRow('repairs', name, {
      remedies: done
        .filter(({ changes: lines }) => lines.length > 0)
        .map(({ remedy }) => `\`${remedy}\``)
        .join(', '),
      said: after.map(({ code, outcome }) => `\`${code}\` ${outcome}`).join(', ') || 'nothing',
    });
    const answered = new Set(found.flatMap(({ answers }) => answers));
    expect(after.map(({ code }) => code).filter((code) => answered.has(code))).toEqual([]);
    expect(done.map(({ remedy }) => remedy)).toEqual(expect.arrayContaining([...remedies]));
    expect(done.flatMap(({ changes: lines }) => lines)).toEqual(expect.arrayContaining([...changes]));
  });

  test('the boot check boots it', async () => {
    const check = await boot({
      path,
      virtualSize: statSync(path).size,
      seconds: { kvm: 300, tcg: 1800 },
      guest: { ...repaired, firmware: ['bios'] },
    });
    const outcomes = check.findings.map(({ code, outcome }) => `${code} ${outcome}`);
    await writeRow('repairs', name, { by: 'bios', outcomes: outcomes.join(', ') });
    expect(outcomes, check.console.slice(-3000)).toEqual(comesTo);
  });
});
