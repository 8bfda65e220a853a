import { execFileSync } from 'node:child_process';
import { constants, copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';
import { guestImages } from '../support/guest-images.ts';

/** A real image that was used before it was taken: everything that a user leaves behind is found, in one look. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'readiness-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const used = `
write /etc/machine-id "b08dfa6083e7567a1921a715000001fb\\n"
write /etc/fstab "/dev/sda3 / ext4 defaults 0 1\\n"
write /etc/ssh/ssh_host_ed25519_key "secret"
mkdir-p /etc/udev/rules.d
write /etc/udev/rules.d/70-persistent-net.rules "ATTR{address}==\\"52:54:00:12:34:56\\", NAME=\\"eth0\\"\\n"
mkdir-p /root/.ssh
write /root/.ssh/authorized_keys "ssh-ed25519 AAAA me@laptop\\n"
write-append /etc/shadow "bob:$6$salt$hash:19000:0:99999:7:::\\n"
write /root/.bash_history "mysql -psecret\\n"
rm /usr/bin/growpart
rm /usr/sbin/sshd
write /boot/grub/grub.cfg "linux /vmlinuz root=LABEL=cloudroot ro quiet\\n"
`;

test('what was left behind in a used system', async () => {
  const path = join(dir, 'disk.raw');
  copyFileSync((await guestImages()).good, path, constants.COPYFILE_FICLONE);
  execFileSync('guestfish', ['--rw', '--format=raw', '-a', path, '-m', '/dev/sda3'], {
    input: used,
    env: {
      ...process.env,
      LIBGUESTFS_BACKEND: 'direct',
      ...((await kvmWorks()) ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
    },
  });
  const { findings } = await inspectDisk(
    { cacheDir: cacheDir() },
    { path, format: 'raw', scratchDir: dir },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const troubled = findings
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ code, outcome }) => `${code} ${outcome}`);
  expect(troubled).toEqual([
    'fstab-devices fail',
    'serial-console warn',
    'network-bound-to-mac warn',
    'ssh-server warn',
    'disk-growth warn',
    'clone-machine-id warn',
    'clone-host-keys warn',
    'clone-credentials warn',
    'clone-histories warn',
  ]);
});
