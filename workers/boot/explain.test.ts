import { describe, expect, test } from 'vitest';
import { explainBoot, hasEnded, parseReport, plainLog } from './explain.ts';

const kernel = '[    0.000000] Linux version 6.1.0-56-cloud-amd64\n[    1.2] virtio\n';

describe('a console tells why a boot ended', () => {
  test.each([
    ['boot-no-root-device', `${kernel}Gave up waiting for root file system device.  Common problems:\n(initramfs) `],
    [
      'boot-no-root-device',
      `${kernel}[ 3.1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)`,
    ],
    ['boot-no-root-device', `${kernel}Warning: /dev/disk/by-uuid/1-2 does not exist\nEntering emergency mode.`],
    ['boot-kernel-panic', `${kernel}[ 9.9] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100`],
    ['boot-emergency-mode', `${kernel}You are in emergency mode. After logging in, type "journalctl -xb"`],
    [
      'boot-loader-stuck',
      'Booting from Hard Disk...\nerror: no such device: cloudroot.\nEntering rescue mode...\ngrub rescue> ',
    ],
    ['boot-loader-stuck', 'Booting from Hard Disk...\n\n                 GNU GRUB  version 2.06\n\ngrub> '],
    [
      'boot-no-bootable-device',
      'SeaBIOS (version 1.16.2)\nBooting from Hard Disk...\nBoot failed: not a bootable disk\n\nNo bootable device.',
    ],
    ['boot-no-bootable-device', 'BdsDxe: No bootable option or device was found.'],
    [
      'boot-cloud-init-failed',
      `${kernel}[ 20.1] cloud-init[411]: 2026-01-01 - util.py[ERROR]: boom [ERROR] \ndebian login: `,
    ],
    ['boot-cloud-init-silent', `${kernel}\nDebian GNU/Linux 12 localhost ttyS0\n\nlocalhost login: `],
    ['boot-no-sign-of-life', ''],
    ['boot-no-sign-of-life', 'SeaBIOS (version 1.16.2)\n'],
    ['boot-timeout', `${kernel}[  ***] Job systemd-networkd-wait-online.service/start running`],
  ] as const)('%s', (failure, log) => {
    expect(explainBoot(log, { ended: false })).toBe(failure);
  });
});

test('a system that switches itself off is told as such', () => {
  expect(explainBoot(`${kernel}[ 9.9] reboot: Power down`, { ended: true })).toBe('boot-shut-down');
});

test('what ended is waited for no longer, a login prompt much longer, a system that works as long as may be', () => {
  const panic = `${kernel}Kernel panic - not syncing: x`;
  expect(hasEnded(panic, 5, 'kvm')).toBe(false);
  expect(hasEnded(panic, 11, 'kvm')).toBe(true);
  expect(hasEnded(panic, 11, 'tcg')).toBe(false);
  expect(hasEnded(`${kernel}a login: `, 11, 'kvm')).toBe(false);
  expect(hasEnded(`${kernel}a login: `, 61, 'kvm')).toBe(true);
  expect(hasEnded(kernel, 600, 'kvm')).toBe(false);
  expect(hasEnded(`error: no such device: x.\n${kernel.repeat(20)}`, 600, 'kvm')).toBe(false);
});

test('only the report with the token of this very seed counts', () => {
  const line = 'bootready-report abc hostname=bootready-abc key=present network=enp0s3 \r\n';
  expect(parseReport(`noise\n${line}`, 'abc')).toEqual({ hostname: 'bootready-abc', key: true, network: true });
  expect(parseReport(line, 'abd')).toBeUndefined();
  expect(parseReport('bootready-report abc hostname=x key=absent network=\n', 'abc')).toEqual({
    hostname: 'x',
    key: false,
    network: false,
  });
});

test('a log is text: no colours, no cursor movements, no control characters', () => {
  expect(plainLog('\x1b[=3h\x1b[0;32m  OK  \x1b[0m] a\r\nb\x07\x1b[2Jc\x1b(B\u009b1m')).toBe('  OK  ] a\nbc1m');
});
