import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { guestChecks } from '../../shared/checks/guest/checks.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import type { Inspection } from '../../workflows/activities.ts';
import { at, editEsp, editRoot, setPartitionType, writeAt } from '../support/edit-sample.ts';
import { guestImages } from '../support/guest-images.ts';

/** What keeps a disk from coming up, many faults at once: each is told, and nothing else is. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'startup-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const copyOfSample = async (name: string): Promise<string> => {
  const path = join(dir, name);
  copyFileSync((await guestImages()).good, path, constants.COPYFILE_FICLONE);
  return path;
};

const inspected = (path: string): Promise<Inspection> =>
  inspectDisk(
    { cacheDir: cacheDir() },
    { path, format: 'raw', scratchDir: dir },
    { signal: new AbortController().signal, progress: () => undefined },
  );

/** The checks of whether it starts, which come first. */
const codes = guestChecks.map(({ code }) => code);
const startCodes = new Set(codes.slice(0, codes.indexOf('serial-console') + 1));

const troubled = ({ findings }: Inspection): string[] =>
  findings
    .filter(({ code, outcome }) => startCodes.has(code) && outcome !== 'pass')
    .map(({ code, outcome }) => `${code} ${outcome}`);

const linuxFilesystem = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
const version = '6.1.0-56-cloud-amd64';

test('the sample passes every check of its start, and is seen as it was built', async () => {
  const inspection = await inspected((await guestImages()).good);
  expect(troubled(inspection)).toEqual([]);
  expect(inspection.findings.length).toBeGreaterThan(30);
  expect(inspection.guest).toMatchObject({
    partitionTable: 'gpt',
    firmware: ['bios', 'uefi'],
    bootLoader: 'grub',
    rootFilesystem: 'ext4',
    storage: ['ext4', 'vfat'],
  });
  expect(inspection.guest?.kernels).toContain(inspection.guest?.defaultKernel);
});

/** As dracut makes it on the machine that it is for: no virtio. */
const hostOnlyInitramfs = (): Buffer => {
  const tree = join(dir, 'tree');
  mkdirSync(join(tree, 'usr/lib/dracut'), { recursive: true });
  mkdirSync(join(tree, 'usr/lib/modules', version), { recursive: true });
  writeFileSync(join(tree, 'usr/lib/dracut/hostonly-files'), '/etc/crypttab\n');
  writeFileSync(join(tree, 'usr/lib/modules', version, 'ahci.ko.xz'), 'module');
  return execFileSync('sh', ['-c', 'cd "$1" && find . | cpio --quiet -o -H newc | xz --check=crc32', 'sh', tree]);
};

test('a system that was moved from a physical server', async () => {
  const path = await copyOfSample('server.raw');
  setPartitionType(path, 1, linuxFilesystem);
  setPartitionType(path, 2, linuxFilesystem);
  editEsp(path, 'mmd', '::/EFI/debian');
  editEsp(path, 'mmove', '::/EFI/BOOT/BOOTX64.EFI', '::/EFI/debian/grubx64.efi');
  editRoot(path, {
    '/etc/fstab': [
      'LABEL=cloudroot\t/\text4\tdefaults\t0\t1',
      'UUID=6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b11\t/data\txfs\tdefaults\t0\t2',
      '/dev/sdb1\tnone\tswap\tsw\t0\t0',
      'nas:/export\t/srv\tnfs\tdefaults\t0\t0',
      '',
    ].join('\n'),
    '/boot/grub/grubenv': `# GRUB Environment Block\nsaved_entry=servers>old\n${'#'.repeat(900)}`,
    '/boot/grub/grub.cfg': [
      'if [ "$next_entry" ]; then set default="$next_entry"; else set default="$saved_entry"; fi',
      `menuentry 'Debian' --id new {\n\tlinux\t/vmlinuz root=LABEL=cloudroot ro console=ttyS0\n\tinitrd /initrd.img\n}`,
      `submenu 'More' --id servers {\n\tmenuentry 'Old' --id old {`,
      `\t\tlinux\t/boot/vmlinuz-${version} root=UUID=6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b10 ro quiet`,
      `\t\tinitrd\t/boot/initrd.img-${version}\n\t}\n}\n`,
    ].join('\n'),
    [`/boot/initrd.img-${version}`]: hostOnlyInitramfs(),
    '/.autorelabel': '',
  });
  const inspection = await inspected(path);
  expect(troubled(inspection)).toEqual([
    'bios-boot-partition warn',
    'efi-fallback-loader warn',
    'efi-system-partition warn',
    'kernel-root-there fail',
    'virtio-block-initramfs fail',
    'initramfs-host-only warn',
    'fstab-missing fail',
    'fstab-swap warn',
    'fstab-network warn',
    'selinux-labels warn',
    'serial-console warn',
  ]);
  expect(inspection.guest).toMatchObject({ firmware: ['bios'], bootLoader: 'grub', defaultKernel: version });
});

/** The header of a bzImage, as far as it tells the version. */
const kernelImage = (text: string): Buffer => {
  const image = Buffer.alloc(128 * 1024);
  image.write('HdrS', 0x202);
  image.writeUInt16LE(0x3000, 0x20e);
  image.write(`${text} (builder@host) #1 SMP`, 0x3200);
  return image;
};

test('a disk that nothing starts, with a kernel whose modules are gone', async () => {
  const path = await copyOfSample('broken.raw');
  const luks = Buffer.alloc(4096);
  luks.write('LUKS\xba\xbe\x00\x01', 'latin1');
  luks.write('6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b12', 168);
  writeAt(path, at.biosBoot, luks);
  editEsp(path, 'mdel', '::/EFI/BOOT/BOOTX64.EFI');
  editRoot(path, {
    '/etc/fstab': '/dev/sda3 / ext4 defaults 0 1\n',
    '/boot/grub/grub.cfg': undefined,
    '/boot/vmlinuz-virt': kernelImage('6.0.0-1-amd64'),
    '/boot/extlinux.conf': [
      'DEFAULT menu.c32',
      'LABEL other\n  LINUX vmlinuz-other\n  APPEND root=LABEL=cloudroot',
      'LABEL virt\n  MENU DEFAULT\n  LINUX vmlinuz-virt\n  INITRD initramfs-virt\n  APPEND root=/dev/sda3 ro console=ttyS0',
      '',
    ].join('\n'),
  });
  const inspection = await inspected(path);
  expect(troubled(inspection)).toEqual([
    'boot-loader fail',
    'boot-sector-complete fail',
    'disk-encrypted warn',
    'kernel-entry fail',
    'kernel-modules fail',
    'kernel-root-name fail',
    'virtio-block-initramfs fail',
    'initramfs-root-driver fail',
    'virtio-net unknown',
    'nvme warn',
    'fstab-devices fail',
  ]);
  expect(inspection.guest).toMatchObject({
    firmware: [],
    bootLoader: 'syslinux',
    defaultKernel: '6.0.0-1-amd64',
    storage: ['ext4', 'luks', 'vfat'],
  });
  expect(inspection.findings.find(({ code }) => code === 'kernel-entry')?.params).toEqual({ files: 'initramfs-virt' });
});
