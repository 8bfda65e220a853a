import { execFile } from 'node:child_process';
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MiB = 1024 ** 2;
const sector = 512;

/** Where things lie on each disk that is built here, in MiB. The whole has a GiB. */
export const layout = { biosBoot: 1, esp: 2, espSize: 16, root: 18, rootSize: 980, disk: 1000 };

/** GPT types. `boot` is GRUB's place on a BIOS disk. UEFI 2.10, 5.3.3; sfdisk(8) */
const types = {
  boot: '21686148-6449-6E6F-744E-656564454649',
  linux: 'L',
  lvm: 'E6D6D379-F507-44C2-A23C-238F2A3DF928',
};

export type DiskOptions = {
  path: string;
  /** GRUB's parts, as `installDebian` leaves them: boot.img and core.img for BIOS, bootx64.efi for UEFI. */
  grub: string;
  firmware: readonly ('bios' | 'uefi')[];
  /** A filesystem that becomes the last partition, and is removed; without it the partition stays empty. */
  root?: string;
  rootType?: 'linux' | 'lvm';
};

/** A disk with a partition table and boot loaders. No loop device and no partition node is used: all is laid into the file at its offset. */
export const assembleDisk = async (options: DiskOptions): Promise<void> => {
  const { path, grub, firmware, root, rootType = 'linux' } = options;
  await writeFile(path, '');
  await truncate(path, layout.disk * MiB);
  const table = [
    'label: gpt',
    ...(firmware.includes('bios') ? [`start=${layout.biosBoot}MiB, size=1MiB, type=${types.boot}`] : []),
    `start=${layout.esp}MiB, size=${layout.espSize}MiB, type=U`,
    `start=${layout.root}MiB, size=${layout.rootSize}MiB, type=${types[rootType]}`,
  ].join('\n');
  await writeFile(`${path}.table`, table);
  await run('sh', ['-c', 'sfdisk -q "$1" < "$1.table"', 'sh', path]);
  await rm(`${path}.table`);

  const esp = `${path}.esp`;
  await writeFile(esp, '');
  await truncate(esp, layout.espSize * MiB);
  await run('mkfs.vfat', ['-n', 'ESP', esp]);
  if (firmware.includes('uefi')) {
    await run('mmd', ['-i', esp, '::/EFI', '::/EFI/BOOT']);
    await run('mcopy', ['-i', esp, join(grub, 'bootx64.efi'), '::/EFI/BOOT/BOOTX64.EFI']);
  }
  await copyInto(path, esp, layout.esp * MiB);
  await rm(esp);
  if (root) {
    await copyInto(path, root, layout.root * MiB);
    await rm(root);
  }
  if (firmware.includes('bios')) await installGrub(path, grub);
};

/** Holes stay holes: dd seeks over zeros. */
const copyInto = async (disk: string, from: string, offset: number): Promise<void> => {
  await run('dd', [`if=${from}`, `of=${disk}`, 'bs=1M', `seek=${offset / MiB}`, 'conv=notrunc,sparse', 'status=none']);
};

/**
 * What grub-bios-setup does to a block device: boot.img into the first sector, leaving the partition table, and told where
 * core.img begins; the first sector of core.img told where the rest of it is. GRUB sources, boot.S and diskboot.S.
 */
const installGrub = async (path: string, grub: string): Promise<void> => {
  const boot = await readFile(join(grub, 'boot.img'));
  const core = await readFile(join(grub, 'core.img'));
  const first = (layout.biosBoot * MiB) / sector;
  boot.writeBigUInt64LE(BigInt(first), 0x5c);
  core.writeBigUInt64LE(BigInt(first + 1), 0x1f4);
  if (core.length > MiB) throw new Error('core.img does not fit');
  const file = await open(path, 'r+');
  try {
    await file.write(boot, 0, 440, 0);
    await file.write(core, 0, core.length, layout.biosBoot * MiB);
  } finally {
    await file.close();
  }
};
