import { afterAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import { makeGuest, type Question } from '../../test/support/guest.ts';
import { inspectInside, lookTask } from './inspect.ts';
import { look } from './look-task.ts';

const door = openForeignDoor();
afterAll(() => door.close());

/** Runs the look here, and ends it where these parts begin. */
function doorThatFails(...parts: string[]): ForeignDoor {
  return {
    ...door,
    run: async (task, input, helpers) => {
      let last: string | undefined;
      const begin = (name: string): void => {
        last = name;
        if (parts.includes(name)) throw new RangeError('Invalid string length');
      };
      try {
        return { state: 'done', value: (await look(input as never, helpers as never, begin)) as never };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        expect(task).toBe(lookTask);
        return { state: 'exceeded', limit: 'memory', part: last };
      }
    },
  };
}

async function inspected(
  files: Record<string, string>,
  through: ForeignDoor = door,
  given: Record<string, string | Buffer> = {},
) {
  const questions: Question[] = [];
  const options = {
    isBackup: false,
    outputDir: '/nowhere',
    hostDir: '/nowhere',
    unpacksAtMost: 0,
    progress: () => undefined,
  };
  const { signal } = new AbortController();
  const looked = await inspectInside(through, makeGuest(files, questions, given), { ...options, signal });
  return { ...looked, codes: looked.findings.map(({ code }) => code), questions };
}

const sound = {
  '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  '/etc/fstab': '/dev/sda1 / ext4 defaults 0 1\n',
  '/boot/grub/grub.cfg': 'menuentry a {\n linux /vmlinuz root=UUID=1 console=ttyS0\n}\n',
  '/usr/bin/cloud-init': '',
  '/etc/cloud/cloud.cfg': 'datasource_list: [ NoCloud, None ]\n',
};

test('what is inside is seen in the process, and found there', async () => {
  const { facts, codes, findings } = await inspected(sound);
  expect(facts).toMatchObject({ osType: 'linux', osName: 'Debian GNU/Linux 12 (bookworm)', partitionTable: 'gpt' });
  expect(codes).toEqual(expect.arrayContaining(['fstab-devices', 'cloud-init-installed', 'serial-console']));
  expect(codes).not.toContain('look-incomplete');
  expect(findings.find(({ code }) => code === 'fstab-devices')?.outcome).toBe('fail');
});

test('a part that takes too much is unknown, never absent, and the rest is as it was', async () => {
  const before = await inspected(sound);
  const { codes, findings, questions } = await inspected(sound, doorThatFails('startup'));
  expect(findings[0]).toMatchObject({ code: 'look-incomplete', outcome: 'unknown', params: { parts: 'startup' } });
  expect(codes).toEqual(expect.arrayContaining(before.codes));
  const was = (code: string) => before.findings.find((each) => each.code === code)?.outcome;
  const changed = findings.slice(1).filter(({ code, outcome }) => outcome !== was(code));
  expect(changed.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['fstab-devices', 'fstab-missing', 'fstab-swap', 'fstab-network', 'selinux-labels']),
  );
  expect(changed.map(({ code }) => code)).not.toContain('cloud-init-installed');
  for (const { outcome, params } of changed)
    expect({ outcome, params }).toEqual({ outcome: 'unknown', params: { unseen: 'too-much', what: 'startup' } });
  // The second look went by the answers of the first.
  expect(questions.filter(({ command }) => command === 'inspect-os')).toHaveLength(1);
  expect(questions.filter(({ command }) => command === 'mount-ro')).toHaveLength(2);
});

test('every part can be left out, and all of them', async () => {
  const names = ['disk', 'operating system', 'os-release', 'boot configuration', 'kernel', 'packages', 'cloud-init'];
  for (const part of [...names, 'network', 'services', 'remains', 'checks']) {
    const { findings } = await inspected(sound, doorThatFails(part));
    expect(findings[0]).toMatchObject({ code: 'look-incomplete', params: { parts: part } });
  }
  const { findings, facts } = await inspected(sound, doorThatFails(...names));
  expect(findings[0]?.params.parts).toBe('disk, operating system');
  expect(facts).toEqual({ partitionTable: 'gpt' });
  const never: ForeignDoor = { ...door, run: async () => ({ state: 'exceeded', limit: 'memory', part: undefined }) };
  expect(await inspected(sound, never)).toMatchObject({ facts: {}, findings: [{ params: { parts: 'all' } }] });
});

test('a file that is larger than is read of its kind makes its part unknown', async () => {
  const cloudConfig = `datasource_list: [None]\n${'#\n'.repeat(200_000)}`;
  const { findings } = await inspected({ ...sound, '/etc/cloud/cloud.cfg': cloudConfig });
  expect(findings[0]?.params).toEqual({ parts: 'cloud-init' });
  const outcome = (code: string) => findings.find((each) => each.code === code)?.outcome;
  expect([outcome('cloud-init-installed'), outcome('fstab-devices')]).toEqual(['unknown', 'fail']);
});

describe('an initramfs that takes too much is unknown, and the rest of its kernel is as it was', () => {
  const version = '6.1.0-1-amd64';
  const image = `/boot/initrd.img-${version}`;
  const files = {
    ...sound,
    '/boot/grub/grub.cfg': `menuentry a {\n linux /boot/vmlinuz-${version} root=UUID=1\n initrd ${image}\n}\n`,
    [`/boot/vmlinuz-${version}`]: '',
    [image]: 'x',
    [`/lib/modules/${version}/modules.dep`]: 'kernel/drivers/net/virtio_net.ko:\n',
    [`/lib/modules/${version}/modules.builtin`]: '',
  };
  const lookedAt = async (unpacked: number | 'too-much', given: Record<string, string> = {}) => {
    const gzip = async () => Buffer.from([0x1f, 0x8b, 8, 0]);
    const helpers = {
      ask: makeGuest(files, [], given),
      progress: async () => undefined,
      fetchInitramfs: async () => 1000,
      unpackInitramfs: async () => (unpacked === 'too-much' ? unpacked : { size: unpacked, whole: true }),
      readFetched: gzip,
      readUnpacked: async () => Buffer.from('070701'),
    };
    const looked = await door.run(lookTask, { isBackup: false, without: [] }, helpers);
    const { findings } = (looked as { value: { findings: Finding[] } }).value;
    return Object.fromEntries(findings.map(({ code, outcome, params }) => [code, { outcome, params }]));
  };

  test('what comes out of it', async () => {
    const findings = await lookedAt('too-much');
    expect(findings['look-incomplete']).toEqual({ outcome: 'unknown', params: { parts: 'initramfs' } });
    expect(findings['virtio-block-initramfs']?.outcome).toBe('unknown');
    expect(findings['virtio-net']?.outcome).toBe('pass');
  });

  test('its file', async () => {
    const large = { [`statns ${image}`]: `st_mode: 33188\nst_size: ${2 * 1024 ** 3}\n` };
    expect((await lookedAt(10, large))['look-incomplete']?.params).toEqual({ parts: 'initramfs' });
    // Not so one that has no form that a kernel knows.
    expect(await lookedAt(10)).not.toHaveProperty('look-incomplete');
  });
});

describe('what could not be read is unknown, never absent', () => {
  const complaint = (words: string) => `libguestfs: error: ${words}\n`;
  const unmountable = complaint('mount_ro: wrong fs type, bad option, bad superblock');
  const outcomes = async (files: Record<string, string>, given: Record<string, string | Buffer>) => {
    const { findings, facts, questions } = await inspected(files, door, given);
    return {
      facts,
      questions,
      of: Object.fromEntries(findings.map(({ code, outcome, params }) => [code, { outcome, params }])),
    };
  };
  /** Code in the first sector that nobody knows. */
  const bootCode = { 'pread-device': Buffer.alloc(512, Buffer.from([0x55, 0xaa])) };
  const noSystem = { 'inspect-os': '' };
  const partition = 'PART_ENTRY_NUMBER: 1\nPART_ENTRY_OFFSET: 2048\nPART_ENTRY_SIZE: 4096\n';
  const looksLike = (type: string) => ({ ...noSystem, blkid: `${type ? `TYPE: ${type}\n` : ''}${partition}` });

  test.each([
    ['a filesystem that cannot be mounted', { ...noSystem, 'mount-ro': unmountable }, 'filesystem', '/dev/sda1 (ext4)'],
    ['a search that fails', { 'inspect-os': complaint('inspect_os: failed') }, 'system-search', undefined],
    ['a member of a pool', looksLike('zfs_member'), 'group', '/dev/sda1 (zfs_member)'],
    ['half of a volume group', looksLike('LVM2_member'), 'group', '/dev/sda1 (LVM2_member)'],
    ['data that nobody knows', { ...looksLike('') }, 'content', '/dev/sda1'],
  ])('no system was found, and one may be there: %s', async (_, given, unseen, what) => {
    const { of, facts } = await outcomes({}, { ...bootCode, ...given });
    const params = what === undefined ? { unseen } : { unseen, what };
    expect(of['operating-system']).toEqual({ outcome: 'unknown', params });
    expect(facts.mayHoldSystem).toBe(true);
    expect(Object.values(of).filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  });

  test('a disk that could be read to its end, without a system, is a data disk', async () => {
    for (const given of [noSystem, looksLike('swap'), looksLike('')]) {
      const { of, facts } = await outcomes({}, given);
      expect(of['operating-system']?.outcome).toBe('fail');
      expect(facts.mayHoldSystem).toBeUndefined();
    }
    const { of, facts } = await outcomes({}, looksLike('crypto_LUKS'));
    expect([of['operating-system']?.outcome, of['disk-encrypted']?.outcome]).toEqual(['unknown', 'fail']);
    // Nobody can start what is encrypted.
    expect(facts.mayHoldSystem).toBeUndefined();
  });

  const twoMounts = { 'inspect-get-mountpoints': '/: /dev/sda1\n/boot: /dev/sda2\n' };

  test('what lies on a filesystem of its own that cannot be mounted, and that alone', async () => {
    const { of } = await outcomes(sound, { ...twoMounts, 'mount-ro /dev/sda2 /boot': unmountable });
    const params = { unseen: 'filesystem', what: '/dev/sda2' };
    for (const code of ['kernel-entry', 'kernel-version', 'kernel-root-name', 'serial-console'])
      expect([code, of[code]]).toEqual([code, { outcome: 'unknown', params }]);
    expect([of['fstab-devices']?.outcome, of['cloud-init-installed']?.outcome]).toEqual(['fail', 'pass']);
    expect([of['clone-random-seed'], of['clone-logs']?.outcome]).toEqual([{ outcome: 'unknown', params }, 'pass']);
  });

  test('a root that cannot be mounted', async () => {
    const { of } = await outcomes(sound, { ...bootCode, 'mount-ro /dev/sda1 /': unmountable });
    expect(Object.values(of).filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(of['cloud-init-installed']).toEqual({
      outcome: 'unknown',
      params: { unseen: 'filesystem', what: '/dev/sda1' },
    });
  });

  test('a file that is there and cannot be read', async () => {
    const { of } = await outcomes(sound, { 'cat /etc/fstab': complaint('cat: read: /etc/fstab: Input/output error') });
    expect(of['fstab-devices']).toEqual({ outcome: 'unknown', params: { unseen: 'file', what: '/etc/fstab' } });
    expect(of['cloud-init-installed']?.outcome).toBe('pass');
  });

  test('packages, the entry that is started, and an initramfs that lies in an unusual place', async () => {
    const { of } = await outcomes({ '/lib/modules/6.1.0/modules.dep': 'virtio_net.ko:\n' }, {});
    expect(of['hardware-agents']).toEqual({ outcome: 'unknown', params: { unseen: 'packages' } });
    expect(of['kernel-entry']).toEqual({ outcome: 'unknown', params: { unseen: 'boot-entry' } });
    expect(of['virtio-block-initramfs']).toEqual({ outcome: 'unknown', params: { unseen: 'initramfs' } });
    expect(of['virtio-net']?.outcome).toBe('pass');
  });

  test('a subvolume on a disk that the kernel of the appliance calls by another letter', async () => {
    const subvolume = 'btrfsvol:/dev/sdb1/@';
    const given = { 'inspect-os': `${subvolume}\n`, 'inspect-get-mountpoints': `/: ${subvolume}\n` };
    const { of, facts, questions } = await outcomes(sound, given);
    for (const code of ['root-on-lvm', 'disk-growth'])
      expect([code, of[code]?.params?.unseen]).toEqual([code, undefined]);
    expect(facts.rootFilesystem).toBe('ext4');
    expect(questions).toContainEqual({ command: 'mount-ro', args: ['btrfsvol:/dev/sda1/@', '/'] });
  });

  test('what systemd mounts by the types of partitions is looked into', async () => {
    const esp = `TYPE: vfat\nPART_ENTRY_TYPE: c12a7328-f81f-11d2-ba4b-00a0c93ec93b\n${partition}`;
    const given = { blkid: esp, 'is-dir /efi': 'true\n', 'ls /efi': '', 'inspect-get-mountpoints': '/: /dev/sda2\n' };
    const { questions } = await inspected({}, door, given);
    expect(questions.filter(({ command }) => command === 'mount-ro').map(({ args }) => args)).toContainEqual([
      '/dev/sda1',
      '/efi',
    ]);
    const { of } = await outcomes({}, { ...given, 'mount-ro /dev/sda1 /efi': unmountable });
    expect(of['kernel-entry']).toEqual({ outcome: 'unknown', params: { unseen: 'filesystem', what: '/dev/sda1' } });
  });
});

describe('cloud-init of systemd', () => {
  const generator = { '/lib/systemd/system-generators/cloud-init-generator': '' };
  const target = '/etc/systemd/system/cloud-init.target.wants';
  const base = { ...sound, ...generator, '/usr/lib/systemd/systemd': '', '/etc/machine-id': 'a1\n' };
  const enabled = async (files: Record<string, string>) => {
    const { findings } = await inspected({ ...base, ...files });
    const { outcome, params } = findings.find(({ code }) => code === 'cloud-init-enabled') ?? {};
    return params?.unseen ?? outcome;
  };

  test.each<[string, Record<string, string>, string]>([
    ['its generator alone, without its services', {}, 'fail'],
    [
      'its last services alone',
      { [`${target}/cloud-final.service`]: '', [`${target}/cloud-config.service`]: '' },
      'fail',
    ],
    ['its services', { [`${target}/cloud-init.service`]: '' }, 'pass'],
    ['its services since 24.3', { [`${target}/cloud-init-main.service`]: '' }, 'pass'],
    ['what the vendor links', { '/usr/lib/systemd/system/cloud-init.target.wants/cloud-init.service': '' }, 'pass'],
    ['presets at the first boot', { '/etc/machine-id': 'uninitialized\n' }, 'presets'],
    ['an empty machine id, which is no first boot', { '/etc/machine-id': '' }, 'fail'],
  ])('%s', async (_, files, expected) => {
    expect(await enabled(files)).toBe(expected);
  });
});

describe('the init system decides which links start services', () => {
  const openrc = { '/etc/runlevels/default': '' };
  const sysvinit = { '/etc/inittab': '', '/etc/rc2.d/S01rsyslog': '' };
  const linked = { '/etc/rc2.d/S03cloud-init': '', '/etc/rc2.d/S03ssh': '', '/etc/rc3.d/S02chrony': '' };
  test.each<[string, Record<string, string>, string, string]>([
    ['sysvinit, without links', sysvinit, 'sysvinit', 'fail warn warn'],
    ['sysvinit', { ...sysvinit, ...linked }, 'sysvinit', 'pass pass pass'],
    ['OpenRC with an inittab', { ...openrc, ...sysvinit }, 'openrc', 'fail warn warn'],
    ['busybox', { '/etc/inittab': '' }, 'other', 'unknown unknown unknown'],
    ['runit', { '/etc/runit/runsvdir/default/sshd': '' }, 'other', 'unknown unknown unknown'],
  ])('%s', async (_, files, initSystem, expected) => {
    const { facts, findings } = await inspected({ ...sound, '/usr/sbin/sshd': '', ...files });
    expect(facts.initSystem).toBe(initSystem);
    const outcome = (code: string) => findings.find((each) => each.code === code)?.outcome;
    const codes = ['cloud-init-enabled', 'ssh-server-enabled', 'time-sync'];
    expect(codes.map(outcome).join(' ')).toBe(expected);
  });
});

test('what initramfs-tools resumes from, and the file of LVM that knows disks by their hardware', async () => {
  const files = {
    ...sound,
    '/etc/initramfs-tools/conf.d/resume': 'RESUME=UUID=gone\n',
    '/etc/lvm/devices/system.devices': '# LVM\nVERSION=1.1.2\nIDTYPE=sys_wwid IDNAME=naa.6 DEVNAME=/dev/sda3 PVID=x\n',
  };
  const devices = async (type: string) => {
    const blkid = `TYPE: ${type}\nPART_ENTRY_NUMBER: 1\nPART_ENTRY_OFFSET: 2048\nPART_ENTRY_SIZE: 4096\n`;
    const { findings } = await inspected(files, door, { blkid });
    return findings.find(({ code }) => code === 'start-devices')?.params.devices;
  };
  expect(await devices('ext4')).toBe('resume=UUID=gone');
  expect(await devices('LVM2_member')).toBe('resume=UUID=gone /etc/lvm/devices/system.devices');
});

test('extlinux in the first sector of a disk without partitions is a boot loader', async () => {
  const sector = Buffer.alloc(512);
  sector.write('SYSLINUX', 3, 'latin1');
  sector.write('66b80500000066ba00000000', 0x118, 'hex');
  sector.write('Boot error', 0x1c0, 'latin1');
  sector.writeUInt16LE(0xaa55, 510);
  const ldlinux = Buffer.from('\r\nSYSLINUX 6.04 ');
  const outcome = async (called: Buffer) => {
    const reads = { 'pread-device /dev/sda 512 0': sector, [`pread-device /dev/sda 512 ${5 * 512}`]: called };
    const { findings } = await inspected(sound, door, { 'list-partitions': '', ...reads });
    return findings.find(({ code }) => code === 'boot-loader')?.outcome;
  };
  expect(await outcome(ldlinux)).toBe('pass');
  expect(await outcome(Buffer.alloc(512))).toBe('fail');
});

describe('systems that put their files in place only when they start', () => {
  const looked = async (files: Record<string, string>, given: Record<string, string>) => {
    const { findings, facts } = await inspected(files, door, {
      'inspect-os': '',
      'file-architecture': 'x86_64\n',
      ...given,
    });
    return { facts, of: Object.fromEntries(findings.map(({ code, outcome, params }) => [code, { outcome, params }])) };
  };

  test('ostree', async () => {
    const deployment = '/ostree/deploy/fedora/deploy/0123abcd.0';
    const link = '/ostree/boot.1/fedora/4567/0';
    const { facts, of } = await looked(
      {
        [link]: '',
        [`${deployment}/etc/os-release`]: 'ID=fedora\nVERSION_ID=41\nPRETTY_NAME="Fedora CoreOS 41"\n',
        [`${deployment}/etc/fstab`]: '/dev/sdb1 /data xfs defaults 0 0\n',
        [`${deployment}/etc/machine-id`]: 'abc\n',
        [`${deployment}/usr/lib/systemd/systemd`]: '',
        [`${deployment}/usr/bin/cloud-init`]: '',
        [`${deployment}/usr/sbin/sshd`]: '',
        [`${deployment}/etc/cloud/cloud.cfg`]: 'datasource_list: [Azure]\n',
        [`${deployment}/etc/systemd/system/cloud-init.target.wants/cloud-init.service`]: '',
        [`${deployment}/lib/modules/6.11.4-1.fc41/modules.dep`]: 'kernel/drivers/net/virtio_net.ko.xz:\n',
        '/ostree/deploy/fedora/var/home/core/.ssh/authorized_keys': 'ssh-ed25519 AAAA core\n',
        '/boot/loader/entries/ostree-1.conf':
          'title Fedora\nlinux /ostree/fedora-4567/vmlinuz-6.11.4-1.fc41\noptions root=UUID=1 console=ttyS0\n',
        '/boot/ostree/fedora-4567/vmlinuz-6.11.4-1.fc41': '',
      },
      { [`realpath ${link}`]: `${deployment}\n` },
    );
    expect(facts).toMatchObject({
      osType: 'linux',
      osDistro: 'fedora',
      osName: 'Fedora CoreOS 41',
      architecture: 'x86_64',
    });
    expect(facts).toMatchObject({ initSystem: 'systemd', bootLoader: 'systemd-boot', defaultKernel: '6.11.4-1.fc41' });
    const outcomes = Object.fromEntries(Object.entries(of).map(([code, { outcome }]) => [code, outcome]));
    expect(outcomes).toMatchObject({
      'operating-system': 'pass',
      architecture: 'pass',
      'kernel-modules': 'pass',
      'virtio-net': 'pass',
      'cloud-init-installed': 'pass',
      'cloud-init-enabled': 'pass',
      'cloud-init-datasources': 'fail',
      'fstab-devices': 'fail',
      'clone-machine-id': 'warn',
      'ssh-server': 'pass',
    });
    // By the names of the running system.
    expect(of['clone-credentials']).toEqual({
      outcome: 'warn',
      params: { holders: '/home/core/.ssh/authorized_keys' },
    });
    expect(of['hardware-agents']).toEqual({ outcome: 'unknown', params: { unseen: 'layout', what: 'ostree' } });
  });

  test('NixOS, with next to nothing in /etc', async () => {
    const profile = '/nix/store/abc-nixos-system-a-24.11';
    const { facts, of } = await looked(
      {
        [`${profile}/etc/os-release`]: 'ID=nixos\nPRETTY_NAME="NixOS 24.11 (Vicuna)"\n',
        [`${profile}/etc/fstab`]: '/dev/disk/by-label/nixos / ext4 defaults 0 1\n',
        [`${profile}/etc/systemd/system/cloud-init.service`]: '',
        [`${profile}/etc/systemd/system/multi-user.target.wants/cloud-init.service`]: '',
        [`${profile}/etc/systemd/system/sshd.service`]: '',
        [`${profile}/etc/cloud/cloud.cfg`]: 'datasource_list: [NoCloud]\n',
        [`${profile}/systemd/lib/systemd/systemd`]: '',
        [`${profile}/kernel-modules/lib/modules/6.6.63/modules.dep`]: 'kernel/drivers/net/virtio_net.ko.xz:\n',
        '/etc/machine-id': '',
        '/boot/grub/grub.cfg':
          'menuentry a {\n linux ($drive1)//nix/store/x-linux/bzImage-6.6.63 init=/nix/store/x/init\n}\n',
        '/nix/store/x-linux/bzImage-6.6.63': '',
      },
      {
        'realpath /nix/var/nix/profiles/system': `${profile}\n`,
        'realpath //nix/store/x-linux/bzImage-6.6.63': '/nix/store/x-linux/bzImage-6.6.63\n',
      },
    );
    expect(facts).toMatchObject({ osType: 'linux', osDistro: 'nixos', initSystem: 'systemd', defaultKernel: '6.6.63' });
    const outcomes = Object.fromEntries(Object.entries(of).map(([code, { outcome }]) => [code, outcome]));
    expect(outcomes).toMatchObject({
      'operating-system': 'pass',
      'kernel-modules': 'pass',
      'virtio-net': 'pass',
      'ssh-server': 'pass',
      'cloud-init-installed': 'pass',
      'cloud-init-enabled': 'pass',
      'cloud-init-datasources': 'pass',
    });
  });
});

describe('a unified kernel image', () => {
  const version = '6.12.5-200.fc41.x86_64';
  /** As ukify lays it out: a header, a table of sections, their bytes. */
  const unified = (sections: Record<string, Buffer>): Buffer => {
    const names = Object.keys(sections);
    const head = Buffer.alloc(1024);
    head.write('MZ', 0);
    head.writeUInt32LE(0x40, 0x3c);
    head.write('PE\0\0', 0x40, 'latin1');
    head.writeUInt16LE(names.length, 0x46);
    head.writeUInt16LE(0xf0, 0x54);
    let at = head.length;
    for (const [index, name] of names.entries()) {
      const entry = 0x40 + 24 + 0xf0 + index * 40;
      const { length } = sections[name] as Buffer;
      head.write(name, entry, 'latin1');
      for (const [offset, value] of [
        [8, length],
        [16, length],
        [20, at],
      ] as const)
        head.writeUInt32LE(value, entry + offset);
      at += length;
    }
    return Buffer.concat([head, ...Object.values(sections)]);
  };
  const cpio = (name: string): Buffer => {
    const entry = (each: string) => {
      const fields = Array.from({ length: 13 }, (_, index) =>
        (index === 11 ? each.length + 1 : 0).toString(16).padStart(8, '0'),
      );
      const text = `070701${fields.join('')}${each}\0`;
      return text.padEnd(Math.ceil(text.length / 4) * 4, '\0');
    };
    return Buffer.from(entry(name) + entry('TRAILER!!!'));
  };

  const lookedAt = async (image: Buffer, more: Record<string, Buffer> = {}) => {
    const path = '/boot/efi/EFI/Linux/a.efi';
    const files = { ...sound, ...more, [path]: image, [`/lib/modules/${version}/modules.dep`]: 'virtio_net.ko:\n' };
    const { '/boot/grub/grub.cfg': _, ...withoutGrub } = files;
    const helpers = {
      ask: makeGuest(withoutGrub),
      progress: async () => undefined,
      fetchInitramfs: async () => image.length,
      readFetched: async (at: number, length: number) => image.subarray(at, at + length),
      unpackInitramfs: async () => undefined,
      readUnpacked: async () => Buffer.alloc(0),
    };
    const looked = await door.run(lookTask, { isBackup: false, without: [] }, helpers);
    const { findings, facts } = (looked as { value: { findings: Finding[]; facts: object } }).value;
    return { facts, of: Object.fromEntries(findings.map(({ code, outcome }) => [code, outcome])) };
  };
  const parts = (modules: string) => ({
    '.cmdline': Buffer.from('root=UUID=1 console=ttyS0\0'),
    '.uname': Buffer.from(version),
    '.linux': Buffer.alloc(700, 1),
    '.initrd': cpio(modules),
  });

  test('tells its command line, its kernel and its initramfs', async () => {
    const { facts, of } = await lookedAt(unified(parts('usr/lib/modules/x/ahci.ko.xz')));
    expect(facts).toMatchObject({ bootLoader: 'unified-kernel-image', defaultKernel: version });
    expect(of).toMatchObject({ 'kernel-entry': 'pass', 'kernel-modules': 'pass', 'serial-console': 'pass' });
    expect(of['virtio-block-initramfs']).toBe('fail');
    const virtio = unified({
      ...parts('virtio_blk.ko'),
      '.initrd': Buffer.concat([cpio('a/virtio_blk.ko'), cpio('b/virtio_pci.ko')]),
    });
    expect((await lookedAt(virtio)).of['virtio-block-initramfs']).toBe('pass');
  });

  test('of several it is not known which is started, and one that is none tells nothing', async () => {
    const image = unified(parts('ahci.ko'));
    const two = await lookedAt(image, { '/boot/efi/EFI/Linux/b.efi': image });
    expect(two.of).toMatchObject({ 'kernel-entry': 'unknown', 'virtio-block-initramfs': 'unknown' });
    const none = await lookedAt(Buffer.from('MZ'));
    expect(none.of).toMatchObject({ 'kernel-entry': 'unknown', 'virtio-block-initramfs': 'unknown' });
  });
});
