import { beforeAll, describe, expect, test } from 'vitest';
import { layout } from '../../dev/sample/disk.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { buildSbom } from '../../shared/sbom/cyclonedx.ts';
import { type Distribution, distributionImages } from '../images/distributions.ts';
import { dracutImages } from '../images/dracut.ts';
import { boot, inspect } from '../support/step-functions.ts';

/** Other filesystems, firmware and distributions than the sample's: what is seen inside, and that they start. */

type System = Distribution | 'debian-dracut';

let images: Record<System, string>;
beforeAll(async () => {
  const { generic } = await dracutImages(cacheDir());
  images = { ...(await distributionImages(cacheDir())), 'debian-dracut': generic };
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

const ofDebian = /^pkg:deb\/debian\/cloud-init@22\.4\.2-1(?:%2Bdeb12u\d+)?\?arch=all&distro=debian-12\.\d+$/;

/** `cloudInit` is its package URL in the bill of materials. */
const expected: Record<System, { guest: GuestFacts; cloudInit: RegExp | string }> = {
  'debian-uefi': { guest: { ...debian, firmware: ['uefi'] }, cloudInit: ofDebian },
  'debian-xfs': { guest: { ...debian, firmware: ['bios', 'uefi'] }, cloudInit: ofDebian },
  'debian-btrfs': { guest: { ...debian, firmware: ['uefi'] }, cloudInit: ofDebian },
  'debian-lvm': { guest: { ...debian, firmware: ['bios', 'uefi'] }, cloudInit: ofDebian },
  'debian-dracut': { guest: { ...debian, firmware: ['bios'] }, cloudInit: ofDebian },
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
    cloudInit: 'pkg:apk/alpine/cloud-init@24.1.4-r0?arch=x86_64&distro=alpine-3.20',
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
    cloudInit: 'pkg:rpm/rocky/cloud-init@23.4-7.el9_4.0.1?arch=x86_64&distro=rocky-9.4',
  },
};

describe.concurrent('inside', () => {
  test.each(Object.entries(expected))('%s', async (name, { guest, cloudInit }) => {
    const seen = await inspect(images[name as System]);
    expect(seen.guest).toMatchObject(guest);
    const sbom = buildSbom(seen.packages, seen.guest, { sha256: '00'.repeat(32), madeAt: new Date() });
    const purl = sbom?.components.find((each) => each.name === 'cloud-init')?.purl;
    expect(purl).toEqual(typeof cloudInit === 'string' ? cloudInit : expect.stringMatching(cloudInit));
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
    ['debian-dracut', 'bios'],
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
