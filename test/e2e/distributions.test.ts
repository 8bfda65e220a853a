import { beforeAll, describe, expect, test } from 'vitest';
import { layout } from '../../dev/sample/disk.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { type Distribution, distributionImages } from '../images/distributions.ts';
import { boot, inspect } from '../support/step-functions.ts';

/** Other filesystems, firmware and distributions than the sample's: what is seen inside, and that they start. */

let images: Record<Distribution, string>;
beforeAll(async () => {
  images = await distributionImages(cacheDir());
});

const debian: GuestFacts = {
  osType: 'linux',
  osDistro: 'debian',
  osVersion: expect.stringMatching(/^12/),
  architecture: 'x86_64',
  packageFormat: 'deb',
  initSystem: 'systemd',
  partitionTable: 'gpt',
  kernels: [expect.stringMatching(/^6\.1\..*cloud-amd64$/)],
  cloudInit: expect.stringMatching(/^22\./),
};

/** What none of them may be found wanting in: whatever the distribution, the same is there, in other places. */
const passed = [
  'operating-system',
  'architecture',
  'boot-loader',
  'kernel-version',
  'virtio-block-initramfs',
  'virtio-net',
  'cloud-init-installed',
  'cloud-init-enabled',
  'fstab-devices',
  'serial-console',
  'ssh-server',
  'disk-growth',
];

const expected: Record<Distribution, { guest: GuestFacts }> = {
  'debian-uefi': { guest: { ...debian, firmware: ['uefi'] } },
  'debian-xfs': { guest: { ...debian, firmware: ['bios', 'uefi'] } },
  'debian-btrfs': { guest: { ...debian, firmware: ['uefi'] } },
  'debian-lvm': { guest: { ...debian, firmware: ['bios', 'uefi'] } },
  'alpine-tree': {
    guest: {
      osType: 'linux',
      osDistro: 'alpinelinux',
      osVersion: '3.20',
      osName: 'Alpine Linux v3.20',
      architecture: 'x86_64',
      packageFormat: 'apk',
      initSystem: 'openrc',
      partitionTable: 'gpt',
      firmware: ['uefi'],
      kernels: ['6.6.56-0-virt'],
      cloudInit: '24.1.4',
    },
  },
  'rocky-tree': {
    guest: {
      osType: 'linux',
      osDistro: 'rocky',
      osVersion: '9.4',
      osName: 'Rocky Linux 9.4 (Blue Onyx)',
      architecture: 'x86_64',
      packageFormat: 'rpm',
      initSystem: 'systemd',
      partitionTable: 'gpt',
      firmware: ['uefi'],
      kernels: ['5.14.0-427.13.1.el9_4.x86_64'],
      cloudInit: '23.4',
    },
  },
};

describe.concurrent('inside', () => {
  test.each(Object.entries(expected))('%s', async (name, { guest }) => {
    const seen = await inspect(images[name as Distribution]);
    expect(seen.guest).toMatchObject(guest);
    const outcomes = new Map(seen.findings.map(({ code, outcome }) => [code, outcome]));
    expect(passed.filter((code) => outcomes.get(code) !== 'pass')).toEqual([]);
  });
});

describe.concurrent('started', () => {
  test.each([
    ['debian-uefi', 'uefi'],
    ['debian-xfs', 'bios'],
    ['debian-btrfs', 'uefi'],
    ['debian-lvm', 'bios'],
  ] as const)('%s by %s reaches cloud-init, which does what it was told', async (name, firmware) => {
    const check = await boot({
      path: images[name],
      virtualSize: layout.disk * 1024 ** 2,
      guest: { osType: 'linux', architecture: 'x86_64', firmware: [firmware], cloudInit: '22.4.2' },
    });
    process.stderr.write(`${name}: ${check.boot?.seconds} s (${check.boot?.accelerator})\n`);
    expect(
      check.findings.map(({ code, outcome }) => `${code} ${outcome}`),
      check.console.slice(-2000),
    ).toEqual(['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device pass']);
    expect(check.boot?.firmware).toBe(firmware);
  });
});
