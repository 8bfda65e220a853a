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
    [
      'boot-no-init',
      `${kernel}Target filesystem doesn't have requested /sbin/init.\n/bin/sh: 0: can't access tty; job control turned off\n# `,
    ],
    [
      'boot-no-init',
      `${kernel}[ 2.2] Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.`,
    ],
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
    [
      'boot-seed-ignored',
      `${kernel}[ 20.1] cloud-init[411]: Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026. Datasource DataSourceNone.`,
    ],
    ['boot-loader-stuck', 'Booting from Hard Disk...\nGRUB loading....\n'],
    ['boot-no-sign-of-life', 'Booting from Hard Disk...\nGRUB loading.\nWelcome to GRUB!\n'],
    ['boot-no-sign-of-life', 'SeaBIOS (version 1.16.2)\nBooting from Hard Disk...\n'],
    ['boot-no-sign-of-life', ''],
    ['boot-no-sign-of-life', 'SeaBIOS (version 1.16.2)\n'],
    ['boot-timeout', `${kernel}[  ***] Job systemd-networkd-wait-online.service/start running`],
  ] as const)('%s', (failure, log) => {
    expect(explainBoot(log, { ended: false, cloudInit: false })).toBe(failure);
  });
});

test('a system that switches itself off is told as such', () => {
  expect(explainBoot(`${kernel}[ 9.9] reboot: Power down`, { ended: true, cloudInit: true })).toBe('boot-shut-down');
});

describe('waiting ends', () => {
  test.each([
    [
      'a panic',
      `${kernel}[ 4.4] ---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007f00 ]---\n`,
    ],
    ['the prompt of GRUB', "error: file `/boot/grub/grub.cfg' not found.\n\n\ngrub> "],
    ['the same as SeaBIOS copies it from the screen', 'completions.    grub> \n\n\ngrub > '],
    ['the shell of an initramfs', `${kernel}ALERT!  UUID=1 does not exist.  Dropping to a shell!\n(initramfs) `],
    ['a shell in the place of init', `${kernel}/bin/sh: 0: can't access tty; job control turned off\n# `],
    ['the shell of UEFI', 'Press ESC in 1 seconds to skip startup.nsh or any other key to continue.\nShell> '],
    ['SeaBIOS without any disk', 'Boot failed: not a bootable disk\n\nNo bootable device.'],
    ['the prompt of emergency mode', `${kernel}Press Enter for maintenance\n(or press Control-D to continue): `],
    [
      'the end of cloud-init',
      `${kernel}[ 9.9] cloud-init[700]: Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026. Datasource DataSourceNone.  Up 9.9 seconds\n`,
    ],
  ])('at once after %s', (_name, log) => {
    expect(hasEnded(log, 1, 'kvm')).toBe(false);
    expect(hasEnded(log, 2, 'kvm')).toBe(true);
    expect(hasEnded(log, 4, 'tcg')).toBe(true);
    expect(hasEnded(`${log}\n[  OK  ] Reached target Basic System.\n${'.'.repeat(600)}`, 100, 'tcg')).toBe(false);
  });

  test('a while after other signs of an end, which something may follow', () => {
    const panic = `${kernel}Kernel panic - not syncing: x\nRebooting in 30 seconds..`;
    expect(hasEnded(panic, 9, 'kvm')).toBe(false);
    expect(hasEnded(panic, 10, 'kvm')).toBe(true);
    expect(hasEnded(panic, 29, 'tcg')).toBe(false);
    expect(hasEnded(panic, 30, 'tcg')).toBe(true);
  });

  test('much later at a login prompt, where cloud-init works beside it', () => {
    const prompt = `${kernel}[  OK  ] Started cloud-init-local.service\nlocalhost login: [   34.283121] kvm: Nested Virtualization enabled\n`;
    expect(hasEnded(prompt, 59, 'kvm')).toBe(false);
    expect(hasEnded(prompt, 60, 'kvm')).toBe(true);
    expect(explainBoot(prompt, { ended: false, cloudInit: true })).toBe('boot-seed-ignored');
  });

  test('sooner where it has failed, or where it is not among what was started', () => {
    const failed = `${kernel}[FAILED] Failed to start cloud-init.service\nlocalhost login: `;
    const unnamed = `${kernel}[  OK  ] Reached target sysinit.target - System Initialization.\nlocalhost login: `;
    for (const log of [failed, unnamed]) {
      expect(hasEnded(log, 9, 'kvm')).toBe(false);
      expect(hasEnded(log, 10, 'kvm')).toBe(true);
    }
  });

  test('never while a system works, whatever firmware and boot loader have complained of', () => {
    expect(hasEnded(kernel, 600, 'kvm')).toBe(false);
    expect(hasEnded(`error: no such device: x.\n${kernel}`, 600, 'kvm')).toBe(false);
  });
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
