import { afterAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import { guestOf, type Question } from '../../test/support/guest.ts';
import { inspectInside, lookTask } from './inspect.ts';
import { look } from './look-task.ts';

const door = openForeignDoor();
afterAll(() => door.close());

/** Runs the look here, and ends it where these parts begin. */
const doorThatFails = (...parts: string[]): ForeignDoor => ({
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
});

const inspected = async (files: Record<string, string>, through: ForeignDoor = door) => {
  const questions: Question[] = [];
  const options = { isBackup: false, outputDir: '/nowhere', hostDir: '/nowhere', progress: () => undefined };
  const { signal } = new AbortController();
  const looked = await inspectInside(through, guestOf(files, questions), { ...options, signal });
  return { ...looked, codes: looked.findings.map(({ code }) => code), questions };
};

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
  const silent = before.codes.filter((code) => !codes.includes(code));
  expect(silent).toEqual(
    ['cloud-init-enabled', 'fstab-devices', 'fstab-missing', 'fstab-network', 'fstab-swap', 'initramfs-root-driver']
      .concat(['kernel-root-name', 'kernel-root-there', 'root-on-lvm', 'selinux-labels', 'serial-console'])
      .filter((code) => before.codes.includes(code))
      .sort((a, b) => before.codes.indexOf(a) - before.codes.indexOf(b)),
  );
  expect(silent).toContain('fstab-devices');
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
  const { codes, findings } = await inspected({ ...sound, '/etc/cloud/cloud.cfg': cloudConfig });
  expect(findings[0]?.params).toEqual({ parts: 'cloud-init' });
  expect(codes).not.toContain('cloud-init-installed');
  expect(codes).toContain('fstab-devices');
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
      ask: guestOf(files, [], given),
      progress: async () => undefined,
      fetchInitramfs: async () => 1000,
      unpackInitramfs: async () => (unpacked === 'too-much' ? unpacked : { size: unpacked, whole: true }),
      ...{ readFetched: gzip, readUnpacked: async () => Buffer.from('070701') },
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
