import { execFile } from 'node:child_process';
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MiB = 1024 ** 2;
const sector = 512;

/** Where things lie on each disk that is built here, in MiB. The whole has a GiB. */
export const layout = { biosBoot: 1, esp: 2, espSize: 16, root: 18, rootSize: 980, disk: 1000 };

/** Names of sfdisk(8) for GPT, and for MBR. `boot` holds GRUB's core on a BIOS disk with GPT. UEFI 2.10, 5.3.3 */
const types = {
  boot: ['21686148-6449-6E6F-744E-656564454649'],
  esp: ['U', 'U'],
  linux: ['L', 'L'],
  lvm: ['E6D6D379-F507-44C2-A23C-238F2A3DF928', 'V'],
} as const;

/** Where it begins and how long it is, in MiB. */
export type Partition = {
  start: number;
  size: number;
  type: keyof typeof types;
  /** A file that becomes its content, and is removed; without it the partition stays empty. */
  from?: string | undefined;
  /** MBR's active flag. */
  active?: boolean;
};

/** A disk of so many MiB with a partition table. No loop device and no partition node is used: all is laid into the file at its offset. */
export async function layDisk(
  path: string,
  size: number,
  label: 'gpt' | 'dos',
  partitions: readonly Partition[],
): Promise<void> {
  await writeFile(path, '');
  await truncate(path, size * MiB);
  const line = ({ start, size: length, type, active }: Partition): string =>
    `start=${start}MiB, size=${length}MiB, type=${types[type][label === 'gpt' ? 0 : 1]}${active ? ', bootable' : ''}`;
  await writeFile(`${path}.table`, [`label: ${label}`, ...partitions.map(line)].join('\n'));
  await run('sh', ['-c', 'sfdisk -q "$1" < "$1.table"', 'sh', path]);
  await rm(`${path}.table`);
  for (const { start, from } of partitions) {
    if (from === undefined) continue;
    await copyInto(path, from, start * MiB);
    await rm(from);
  }
}

/** A file with FAT of so many MiB, in which a loader starts by itself; and what else is to lie in it, by its place there. */
export async function systemPartition(
  path: string,
  size: number,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  await writeFile(path, '');
  await truncate(path, size * MiB);
  await run('mkfs.vfat', ['-n', 'ESP', path]);
  const folders = Object.keys(files).flatMap((name) => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
  });
  for (const folder of new Set(folders)) await run('mmd', ['-i', path, `::/${folder}`]);
  for (const [name, from] of Object.entries(files)) await run('mcopy', ['-i', path, from, `::/${name}`]);
  return path;
}

export type DiskOptions = {
  path: string;
  /** GRUB's parts, as `installDebian` leaves them: boot.img and core.img for BIOS, bootx64.efi for UEFI. */
  grub: string;
  firmware: readonly ('bios' | 'uefi')[];
  /** A filesystem that becomes the last partition, and is removed; without it the partition stays empty. */
  root?: string;
  rootType?: 'linux' | 'lvm';
};

/** Where UEFI looks for a loader that nobody has told it of. UEFI 2.10, 3.5.1.1 */
export const fallbackLoader = 'EFI/BOOT/BOOTX64.EFI';

/** A disk with a partition table and boot loaders. */
export async function assembleDisk(options: DiskOptions): Promise<void> {
  const { path, grub, firmware, root, rootType = 'linux' } = options;
  const loaders = firmware.includes('uefi') ? { [fallbackLoader]: join(grub, 'bootx64.efi') } : {};
  const esp = await systemPartition(`${path}.esp`, layout.espSize, loaders);
  await layDisk(path, layout.disk, 'gpt', [
    ...(firmware.includes('bios') ? [{ start: layout.biosBoot, size: 1, type: 'boot' } as const] : []),
    { start: layout.esp, size: layout.espSize, type: 'esp', from: esp },
    { start: layout.root, size: layout.rootSize, type: rootType, from: root },
  ]);
  if (firmware.includes('bios')) await installGrub(path, grub, layout.biosBoot * MiB);
}

/** Holes stay holes: dd seeks over zeros. */
async function copyInto(disk: string, from: string, offset: number): Promise<void> {
  await run('dd', [`if=${from}`, `of=${disk}`, 'bs=1M', `seek=${offset / MiB}`, 'conv=notrunc,sparse', 'status=none']);
}

/**
 * The same as grub-bios-setup does to a block device: boot.img into the first sector, leaving the partition table, and told where
 * core.img begins; the first sector of core.img told where the rest of it is. GRUB sources, boot.S and diskboot.S.
 * @param at where core.img begins, in bytes: GPT has a partition for it, MBR the sectors behind the first
 */
export async function installGrub(path: string, grub: string, at: number): Promise<void> {
  const boot = await readFile(join(grub, 'boot.img'));
  const core = await readFile(join(grub, 'core.img'));
  const first = at / sector;
  boot.writeBigUInt64LE(BigInt(first), 0x5c);
  core.writeBigUInt64LE(BigInt(first + 1), 0x1f4);
  if (core.length > MiB - sector) throw new Error('core.img does not fit');
  const file = await open(path, 'r+');
  try {
    await file.write(boot, 0, 440, 0);
    await file.write(core, 0, core.length, at);
  } finally {
    await file.close();
  }
}
