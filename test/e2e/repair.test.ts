import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { remediesFor } from '../../shared/remedies/remedies.ts';
import { bootCheck } from '../../workers/activities/boot-check.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import { mendDisk } from '../../workers/repair/mend.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';
import { guestImages } from '../support/guest-images.ts';

/** A used system that cannot find its disk: what is wrong with it says which remedies it needs, and with them it starts. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'repair-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const used = `
write /etc/machine-id "b08dfa6083e7567a1921a715000001fb\\n"
write /etc/fstab "/dev/sda3 / ext4 defaults 0 1\\n/dev/sdb1 /srv ext4 defaults 0 2\\n"
write /etc/ssh/ssh_host_ed25519_key "secret"
mkdir-p /etc/udev/rules.d
write /etc/udev/rules.d/70-persistent-net.rules "ATTR{address}==\\"52:54:00:12:34:56\\", NAME=\\"eth0\\"\\n"
mkdir-p /root/.ssh
write /root/.ssh/authorized_keys "ssh-ed25519 AAAA me@laptop\\n"
write /root/.bash_history "mysql -psecret\\n"
write /etc/cloud/cloud.cfg.d/99_own.cfg "network: {config: disabled}\\n"
mkdir-p /var/lib/cloud/instances/i-1
mkdir-p /etc/network
write /etc/network/interfaces "auto eno1\\niface eno1 inet static\\n  address 10.0.0.5/24\\n"
write /var/lib/systemd/random-seed "seed"
mkdir-p /var/lib/dhcp
write /var/lib/dhcp/dhclient.eth0.leases "lease {}\\n"
write /var/log/syslog "Nov 25 host kernel: x\\n"
mkdir-p /etc/vmware-tools
write /boot/grub/grub.cfg "set timeout=0\\nlinux /vmlinuz root=/dev/sda3 ro quiet\\ninitrd /initrd.img\\nboot\\n"
`;

const control = { signal: new AbortController().signal, progress: () => undefined };

test('a used system without virtio in its initramfs starts as an instance after its repair', async () => {
  const path = join(dir, 'disk.raw');
  copyFileSync((await guestImages())['no-virtio'], path, constants.COPYFILE_FICLONE);
  const virtualSize = statSync(path).size;
  execFileSync('guestfish', ['--rw', '--format=raw', '-a', path, '-m', '/dev/sda3'], {
    input: used,
    env: {
      ...process.env,
      LIBGUESTFS_BACKEND: 'direct',
      ...((await kvmWorks()) ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
    },
  });
  const look = () => inspectDisk({ cacheDir: cacheDir() }, { path, format: 'raw', scratchDir: dir }, control);
  const before = await look();
  const remedies = remediesFor(before.findings, before.guest);
  expect(remedies.map(({ code }) => code)).toEqual([
    'remove-foreign-tools',
    'fstab-by-uuid',
    'serial-console',
    'dhcp-network',
    'virtio-in-initramfs',
    'clean-for-cloning',
  ]);

  const disk = { path, format: 'raw', virtualSize } as const;
  const changes = await mendDisk(
    { cacheDir: cacheDir(), packageHosts: [] },
    { disk, remedies, scratchDir: dir },
    control,
  );
  expect(changes.map(({ remedy, changes: lines }) => [remedy, lines.length > 0])).toEqual(
    remedies.map(({ code }) => [code, true]),
  );

  const after = await look();
  const troubled = after.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  const mended = new Set(remedies.flatMap(({ answers }) => answers));
  expect(troubled.filter(({ code }) => mended.has(code))).toEqual([]);
  // What belongs to users stays, and is still told.
  expect(troubled.map(({ code }) => code)).toContain('clone-credentials');

  const converted = { format: 'raw', size: virtualSize, virtualSize, allocatedSize: virtualSize, sha256: '' } as const;
  const boot = await bootCheck(
    {
      ...{ disk, converted, guest: after.guest, policy: 'require', scratchDir: dir },
      seconds: { kvm: 180, tcg: 900 },
      keep: async (_name, _type, body) => ({ bucket: 'kept', key: String(body.length) }),
    },
    control,
  );
  expect(boot.findings.map(({ code, outcome }) => [code, outcome])).toEqual([
    ['boot-reached-cloud-init', 'pass'],
    ['boot-seed-applied', 'pass'],
    ['boot-network-device', 'pass'],
  ]);
});
