import { diskCheck } from './define.ts';
import { uefiStarts } from './firmware.ts';
import { started } from './shown-by.ts';
import { isWithoutSystem } from './systems.ts';

export const bootActivePartition = diskCheck({
  code: 'boot-active-partition',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Partition that BIOS starts',
    de: 'Partition, die das BIOS startet',
  },
  problem: {
    en: 'The code in the first sector starts the one partition that is marked for it (active, or legacy_boot on GPT); {count} are marked, or the marked one has no boot sector. With BIOS the start ends with "Missing operating system".',
    de: 'Der Code im ersten Sektor startet die eine Partition, die dafür markiert ist (aktiv, oder legacy_boot bei GPT); markiert sind {count}, oder die markierte hat keinen Bootsektor. Mit BIOS endet der Start mit "Missing operating system".',
  },
  remedy: {
    en: 'Mark the partition that holds the boot loader, only that one, and install the boot loader into it (extlinux --install, bootsect on Windows).',
    de: 'Markieren Sie die Partition mit dem Bootloader, und nur diese, und installieren Sie den Bootloader darin (extlinux --install, bootsect bei Windows).',
  },
  commands: [
    { on: 'alpine', run: 'sfdisk --activate /dev/vda 1 && extlinux --install /boot' },
    { on: 'windows', run: 'bootsect /nt60 SYS /mbr' },
  ],
  judge: (view) => {
    const { bootSector, partitions } = view.disk;
    if (isWithoutSystem(view) || !['active-partition', 'legacy-boot-partition'].includes(bootSector.code))
      return undefined;
    const params = { count: partitions.filter(({ bootable }) => bootable).length };
    return { outcome: bootSector.next ? 'pass' : uefiStarts(view) ? 'warn' : 'fail', params };
  },
});
