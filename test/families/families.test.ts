import { statSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { rejects } from '../../shared/checks/verdict.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { dracutImages } from '../images/dracut.ts';
import { type FamilyName, familyImage } from '../images/families.ts';
import { type LayoutName, layoutImages } from '../images/layouts.ts';
import { startedAlpine } from '../images/started-alpine.ts';
import { guestImages } from '../support/guest-images.ts';
import { boot, inspect } from '../support/step-functions.ts';
import { writeRow } from './table.ts';

/** Systems and disk layouts that people bring. Each is inspected and booted. `npm run test:families`, more than an hour without KVM. */

type Row = {
  image: () => Promise<string>;
  /** All findings that are no pass. */
  said?: Readonly<Record<string, 'warn' | 'fail' | 'unknown'>>;
  guest: Partial<GuestFacts>;
  /** The firmware that boots it, and the result of the boot check. */
  by: 'bios' | 'uefi';
  comesTo?: readonly string[];
};

const reachesCloudInit = ['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device pass'];

function family(name: FamilyName) {
  return (): Promise<string> => familyImage(cacheDir(), name);
}
function layout(name: LayoutName) {
  return async (): Promise<string> => (await layoutImages(cacheDir()))[name];
}

const rows: Readonly<Record<string, Row>> = {
  'Debian 11': { image: family('bullseye'), guest: { osVersion: '11.11' }, by: 'bios' },
  'Debian 12, for BIOS and UEFI': {
    image: async () => (await guestImages()).good,
    guest: { firmware: ['bios', 'uefi'], partitionTable: 'gpt' },
    by: 'uefi',
  },
  'Debian 12 with dracut, BIOS on GPT': {
    image: async () => (await dracutImages(cacheDir())).generic,
    guest: { firmware: ['bios'], partitionTable: 'gpt' },
    by: 'bios',
  },
  'Debian 13': { image: family('trixie'), guest: { initSystem: 'systemd' }, by: 'uefi' },
  'Debian sid': { image: family('sid'), guest: { osDistro: 'debian' }, by: 'uefi' },
  'sysvinit instead of systemd': { image: family('sysvinit'), guest: { initSystem: 'sysvinit' }, by: 'bios' },
  'OpenRC on Debian': { image: family('openrc'), guest: { initSystem: 'openrc' }, by: 'bios' },
  'systemd-boot with a unified kernel image': {
    image: family('uki'),
    guest: { bootLoader: 'systemd-boot', firmware: ['uefi'] },
    by: 'uefi',
  },
  'separate /boot, root on XFS': {
    image: layout('separate /boot, root on XFS'),
    guest: { rootFilesystem: 'xfs', firmware: ['bios', 'uefi'] },
    by: 'bios',
  },
  'separate /boot, root on LVM': {
    image: layout('separate /boot, root on LVM'),
    said: { 'root-on-lvm': 'warn' },
    guest: { rootFilesystem: 'ext4', storage: ['ext4', 'lvm', 'vfat'] },
    by: 'uefi',
  },
  'separate /usr': { image: layout('separate /usr'), guest: { rootFilesystem: 'ext4' }, by: 'bios' },
  'MBR, BIOS only': {
    image: layout('MBR, BIOS only'),
    guest: { partitionTable: 'mbr', firmware: ['bios'] },
    by: 'bios',
  },
  'ext4 without partitions, extlinux': {
    image: layout('ext4 without partitions'),
    guest: { partitionTable: 'none', firmware: ['bios'], bootLoader: 'syslinux' },
    by: 'bios',
  },
  'btrfs with snapshots of snapper': {
    image: layout('btrfs with snapshots of snapper'),
    guest: { rootFilesystem: 'btrfs' },
    by: 'uefi',
  },
  'root on LUKS, without its passphrase': {
    image: family('luks'),
    said: { 'operating-system': 'unknown', 'disk-encrypted': 'fail' },
    guest: { storage: ['ext4', 'luks', 'vfat'] },
    by: 'bios',
    // It is rejected, and nobody knows what it would start.
    comesTo: ['boot-not-tried unknown'],
  },
  'a real Alpine 3.23, which has no cloud-init': {
    image: () => startedAlpine(cacheDir()),
    // Its makers reach it by its serial console.
    said: {
      'cloud-init-installed': 'fail',
      'ssh-server': 'warn',
      'time-sync': 'warn',
      'clone-users': 'warn',
      'clone-sudo': 'warn',
    },
    guest: { osDistro: 'alpinelinux', initSystem: 'openrc', firmware: ['bios', 'uefi'] },
    by: 'bios',
    comesTo: ['boot-cloud-init-silent fail'],
  },
};

describe.each(Object.entries(rows))('%s', (name, { image, said = {}, guest, by, comesTo = reachesCloudInit }) => {
  let path: string;
  let facts: GuestFacts;
  beforeAll(async () => {
    path = await image();
  });

  test('the inspection finds what it has', async () => {
    const { findings, guest: seen } = await inspect(path);
    facts = seen;
    const troubles = findings.filter(({ outcome }) => outcome !== 'pass');
    await writeRow('systems', name, {
      said: troubles.map(({ code, outcome }) => `\`${code}\` ${outcome}`).join(', ') || 'nothing',
      verdict: findings.some((finding) => rejects(finding, 'enforce')) ? 'reject' : 'publish',
    });
    expect(Object.fromEntries(troubles.map(({ code, outcome }) => [code, outcome]))).toEqual(said);
    expect(seen).toMatchObject(guest);
  });

  test('the boot check boots it', async () => {
    const check = await boot({
      path,
      virtualSize: statSync(path).size,
      seconds: { kvm: 300, tcg: 1800 },
      guest: { ...(facts ?? { osType: 'linux', architecture: 'x86_64' }), firmware: [by] },
    });
    process.stderr.write(`${name}: ${check.boot?.seconds} s (${check.boot?.accelerator})\n`);
    const outcomes = check.findings.map(({ code, outcome }) => `${code} ${outcome}`);
    await writeRow('systems', name, { by, outcomes: outcomes.join(', ') });
    expect(outcomes, check.console.slice(-3000)).toEqual(comesTo);
    // Its network takes what it sends.
    expect(check.console).not.toContain('NETDEV WATCHDOG');
  });
});
