import { describe, expect, test } from 'vitest';
import { parseReport, plainLog } from './console-text.ts';
import { explainBoot } from './explain.ts';
import { hasEnded } from './has-ended.ts';

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
      'boot-no-bootable-device',
      'BdsDxe: starting Boot0001 "UEFI Misc Device"\nPress ESC in 1 seconds to skip startup.nsh or any other key to continue.\nShell> ',
    ],
    [
      'boot-timeout',
      `BdsDxe: starting Boot0002 "EFI Internal Shell"\nShell> echo -off\nEFI stub: Loaded initrd\n${kernel}`,
    ],
    [
      'boot-cloud-init-failed',
      `${kernel}[ 20.1] cloud-init[411]: 2026-01-01 - util.py[ERROR]: boom [ERROR] \ndebian login: `,
    ],
    ['boot-cloud-init-silent', `${kernel}\nDebian GNU/Linux 12 localhost ttyS0\n\nlocalhost login: `],
    [
      'boot-seed-ignored',
      `${kernel}[ 20.1] cloud-init[411]: Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026. Datasource DataSourceNone.`,
    ],
    [
      'boot-no-root-device',
      `${kernel}Timed out waiting for device /dev/root, trying to mount anyway.\nmounting /dev/root on /...\nmount: mounting /dev/root on /mnt-root/ failed: No such file or directory\n\nAn error occurred in stage 1 of the boot process, which must mount the\nroot filesystem on \`/mnt-root' and then start stage 2.\n`,
    ],
    [
      'boot-no-root-device',
      `${kernel}:: running hook [udev]\nWaiting 10 seconds for device /dev/disk/by-uuid/1 ...\nERROR: device 'UUID=1' not found. Skipping fsck.\n:: mounting 'UUID=1' on real root\nmount: /new_root: can't find UUID=1.\nYou are now being dropped into an emergency shell.\nsh: can't access tty; job control turned off\n[rootfs ]# `,
    ],
    [
      'boot-no-root-device',
      `${kernel}[ TIME ] Timed out waiting for device /dev/disk/by-uuid/1.\n[DEPEND] Dependency failed for Initrd Root Device.\n[  OK  ] Reached target Emergency Mode.\nYou are in emergency mode. After logging in, type "journalctl -xb"`,
    ],
    [
      'boot-no-root-device',
      `${kernel}>> Determining root device (trying UUID=1) ...\n!! Block device UUID=1 is not a valid root device ...\n!! Could not find the root block device in .\n`,
    ],
    [
      'boot-no-root-device',
      `${kernel}No root device specified. Boot arguments must include a root= parameter.\n\n(initramfs) `,
    ],
    [
      'boot-no-init',
      `${kernel}<<< NixOS Stage 1 >>>\nstage 2 init script (/mnt-root/nix/store/x-nixos/init) not found\n`,
    ],
    ['boot-emergency-mode', `${kernel}initramfs emergency recovery shell launched. Type 'exit' to continue boot\n~ # `],
    [
      'boot-emergency-mode',
      `${kernel}Cannot open access to console, the root account is locked.\nSee sulogin(8) man page for more details.\n\nPress Enter to continue.\n`,
    ],
    [
      'boot-loader-stuck',
      "Welcome to GRUB!\n\nerror: ../../grub-core/kern/disk.c:236:disk `hd0,gpt9' not found.\n\nPress any key to continue...",
    ],
    [
      'boot-loader-stuck',
      "Welcome to GRUB!\n\nerror: ../../grub-core/fs/fshelp.c:257:file `/vmlinuz' not found.\nerror: ../../grub-core/loader/i386/pc/linux.c:422:you need to load the kernel first.\n\nPress any key to continue...",
    ],
    [
      'boot-loader-stuck',
      'SYSLINUX 6.04 EDD Copyright (C) 1994-2015 H. Peter Anvin et al\nCould not find kernel image: linux\nboot: ',
    ],
    // Below: each from a public report, docs/reports.md.
    [
      'boot-emergency-mode',
      `${kernel}Welcome to CentOS Linux 7 (Core)!\nWelcome to emergency mode! After logging in, type "journalctl -xb"\n`,
    ],
    [
      'boot-no-root-device',
      `${kernel}Waiting for device /dev/sda6 to appear....\nNo root device found; exiting to /bin/sh\nsh: can't access tty; job control turned off\n# `,
    ],
    ['boot-no-root-device', `${kernel}dracut Warning: No root device "block:/dev/mapper/VolGroup-lv_root" found\n`],
    [
      'boot-no-root-device',
      `${kernel}[  OK  ] Reached target Basic System.\n[ 131.5] dracut-initqueue[511]: Warning: dracut-initqueue: timeout, still waiting for following initqueue hooks:\n[ 132.0] dracut-initqueue[511]: fi"\n`,
    ],
    [
      'boot-no-init',
      `${kernel}[   64.538308] systemd[1]: Failed to load SELinux policy.\n[!!!!!!] Failed to load SELinux policy, freezing.\n`,
    ],
    ['boot-no-init', `${kernel}dracut FATAL: Initial SELinux policy load failed. Machine in enforcing mode.\n`],
    ['boot-passphrase', `${kernel}Please unlock disk vda5_crypt: `],
    ['boot-passphrase', `${kernel}Please enter passphrase for disk QEMU_HARDDISK (luks-1)! (press TAB for no echo) `],
    [
      'boot-passphrase',
      'Welcome to GRUB!\n\nAttempting to decrypt master key...\nEnter passphrase for hd0,gpt2 (0123): ',
    ],
    [
      'boot-questions',
      `${kernel}Welcome to your new installation of Arch Linux!\nPlease configure your system!\n\n-- Press any key to proceed --\n`,
    ],
    [
      'boot-loader-stuck',
      'BdsDxe: starting Boot0001 "Linux Boot Manager"\nError loading \\vmlinuz-linux: Unsupported\n',
    ],
    ['boot-loader-stuck', 'error: (hd0,7)/kernel has invalid signature\nerror: you need to load the kernel first\n'],
    // It said something, but nothing that would have kept it from going on.
    ['boot-no-sign-of-life', 'Welcome to GRUB!\n\nerror: no suitable video mode found.\nBooting in blind mode\n'],
    [
      'boot-no-sign-of-life',
      'GRUB Loading stage1.5.\n\nPress any key to enter the menu\n\n\nBooting CentOS (2.6.32) in 1 seconds...\n',
    ],
    [
      'boot-timeout',
      `${kernel}[ 33.1] cloud-init[463]: Cloud-init v. 22.4.2 running 'init' at Wed, 25 Nov 2026. Up 33.1 seconds.\n[ 34.1] cloud-init[463]: Generating public/private ed25519 key pair.\nbootready-1 login: `,
    ],
    ['boot-timeout', `${kernel}Gave up waiting for suspend/resume device\ndone.\n`],
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

describe('what comes later counts', () => {
  const resume = `${kernel}Begin: Waiting for suspend/resume device ... Gave up waiting for suspend/resume device\ndone.\n`;
  test.each([
    [
      'a root device that came late',
      `${kernel}dracut-initqueue[3]: Warning: dracut-initqueue timeout - starting timeout scripts\n[  OK  ] Switching root\n`,
    ],
    ['a resume device that never came', resume],
    [
      'a device that mkinitcpio does without',
      `${kernel}ERROR: device 'UUID=1' not found. Skipping fsck.\n[  OK  ] Reached target Basic System.\n`,
    ],
    [
      'a start after a panic',
      `${kernel}Kernel panic - not syncing: x\n${kernel}Welcome to Debian GNU/Linux 12 (bookworm)!\n`,
    ],
    [
      'a disk that systemd does without',
      `${kernel}Please enter passphrase for disk DATA (luks-1)! \n[ TIME ] Timed out\n[  OK  ] Reached target Multi-User System.\n`,
    ],
    ['a boot loader that complains', `error: no such device: x.\nerror: ../../a.c:1:file \`/x' not found.\n${kernel}`],
    ['the same, of a kernel that is quiet', 'error: no such device: x.\nWelcome to Debian GNU/Linux 12 (bookworm)!\n'],
    [
      'an entry of UEFI that does not start',
      `BdsDxe: failed to load Boot0001 "UEFI QEMU"\nBdsDxe: starting Boot0002 "UEFI Misc Device"\n${kernel}`,
    ],
  ])('%s', (_name, log) => {
    expect(explainBoot(log, { ended: false, cloudInit: true })).toBe('boot-timeout');
    expect(hasEnded(log, 600, 'kvm')).toBe(false);
    expect(hasEnded(`${log}\nlocalhost login: `, 59, 'kvm')).toBe(false);
  });

  test('the greeting of an initramfs is no start, nor that of emergency mode', () => {
    const old = `${kernel}dracut Warning: No root device "block:/dev/vda1" found\nWelcome to emergency mode! After logging in, type "journalctl -xb"\n`;
    expect(explainBoot(old, { ended: false, cloudInit: true })).toBe('boot-no-root-device');
    const dracut = `${kernel}Warning: /dev/disk/by-uuid/1 does not exist\nWelcome to Fedora Linux 41 dracut-103 (Initramfs)!\n`;
    expect(explainBoot(dracut, { ended: false, cloudInit: true })).toBe('boot-no-root-device');
  });

  test('a last sign of life before it does not', () => {
    const emergency = `${kernel}Switching root\nlocalhost login: \nYou are in emergency mode.\n`;
    expect(explainBoot(emergency, { ended: false, cloudInit: true })).toBe('boot-emergency-mode');
  });
});

test.each(['EFI Internal Shell', 'UEFI PXEv4 (MAC:525400123456)', 'UEFI HTTPv6 (MAC:525400123456)'])(
  'the entry "%s" of the firmware is no start from the disk',
  (entry) => {
    const log = `BdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x1,0x0): Not Found\nBdsDxe: starting Boot0002 "${entry}" from Fv(1)\n`;
    expect(explainBoot(log, { ended: false, cloudInit: true })).toBe('boot-no-bootable-device');
  },
);

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
      'the question of NixOS',
      `${kernel}An error occurred in stage 1 of the boot process, which must mount the\nroot filesystem on \`/mnt-root' and then start stage 2.  Press one\nof the following keys:\n\n  r) to reboot immediately\n  *) to ignore the error and continue\n`,
    ],
    [
      'the shell of mkinitcpio',
      `${kernel}You are now being dropped into an emergency shell.\nsh: can't access tty; job control turned off\n[rootfs ~]# `,
    ],
    [
      'the question for a passphrase',
      `${kernel}cryptsetup: Waiting for encrypted source device...\nPlease unlock disk vda5_crypt: `,
    ],
    [
      'the questions of systemd-firstboot',
      `${kernel}Welcome to your new installation of Arch Linux!\nPlease configure your system!\n\n-- Press any key to proceed --`,
    ],
    ["GRUB's question for a user", 'GNU GRUB  version 2.06\n\nEnter username: '],
    [
      'the question of genkernel',
      `${kernel}!! Could not find the root block device in .\n   Please specify another value or: press Enter for the same, type "shell" for a shell, or "q" to skip...\nroot block device(UUID=1) :: `,
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

  test('never after a complaint that a quiet kernel may follow', () => {
    for (const complaint of [
      'error: no such device: 0b2ef1e4.',
      "error: file `/boot/grub/fonts/unicode.pf2' not found.",
      "error: ../../grub-core/kern/disk.c:236:disk `hd0,gpt9' not found.\n\nPress any key to continue...",
      'error: you need to load the kernel first.\n\nPress any key to continue...',
      'BdsDxe: failed to load Boot0001 "UEFI QEMU DVD-ROM"\nBdsDxe: starting Boot0002 "UEFI Misc Device"',
    ]) {
      expect(hasEnded(`Welcome to GRUB!\n\n${complaint}\n`, 3600, 'kvm')).toBe(false);
      expect(hasEnded(`Welcome to GRUB!\n\n${complaint}\n`, 3600, 'tcg')).toBe(false);
    }
    expect(
      hasEnded(`${kernel}dracut-initqueue[3]: timeout, still waiting for following initqueue hooks\n`, 3600, 'kvm'),
    ).toBe(false);
  });

  test("a while after GRUB's menu, where nothing counts down", () => {
    const menu =
      "error: no such partition.\n\n   GNU GRUB  version 2.12\n\n*Debian\n\n  Use the ^ and v keys to select which entry is highlighted.\n Press enter to boot the selected OS, `e' to edit the commands\n before booting or `c' for a command-line.\n";
    expect([hasEnded(menu, 9, 'kvm'), hasEnded(menu, 10, 'kvm')]).toEqual([false, true]);
    for (const more of [
      '   The highlighted entry will be executed automatically in 0s.',
      "  Booting `Debian'\n",
      kernel,
    ]) {
      expect(hasEnded(menu + more, 3600, 'kvm')).toBe(false);
    }
  });

  test('much later where the first part of GRUB has loaded one that does not greet', () => {
    const loading = 'Booting from Hard Disk...\nGRUB loading.';
    expect([hasEnded(loading, 59, 'kvm'), hasEnded(loading, 60, 'kvm')]).toEqual([false, true]);
    expect([hasEnded(loading, 179, 'tcg'), hasEnded(loading, 180, 'tcg')]).toEqual([false, true]);
    expect(hasEnded(`${loading}\nWelcome to GRUB!\n`, 3600, 'tcg')).toBe(false);
  });

  test("at once after cloud-init's farewell, whatever is said behind it", () => {
    const farewell = `${kernel}[ 9.9] cloud-init[700]: Cloud-init v. 22.4.2 finished at Wed, 25 Nov 2026. Datasource DataSourceNone.  Up 9.9 seconds\n`;
    const fallback =
      '[ 9.9] cloud-init[700]: 2026-11-25 10:00:00,000 - cc_final_message.py[WARNING]: Used fallback datasource\n';
    for (const log of [
      farewell,
      farewell + fallback,
      `${farewell}${fallback}localhost login: [   99.100000] x\n${'.'.repeat(600)}`,
    ]) {
      expect([hasEnded(log, 1, 'kvm'), hasEnded(log, 2, 'kvm'), hasEnded(log, 4, 'tcg')]).toEqual([false, true, true]);
      expect(explainBoot(log, { ended: false, cloudInit: true })).toBe('boot-seed-ignored');
    }
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
  const context = '\x1b]3008;start=9b11;user=root;hostname=h\x1b\\';
  expect(plainLog(`\x1b]104\x07${context}\x1bP+q6E\x1b\\debian login: `)).toBe('debian login: ');
  // One that never ends takes nothing away.
  expect(plainLog('\x1b]0;title and all\ndebian login: ')).toBe(']0;title and all\ndebian login: ');
});
