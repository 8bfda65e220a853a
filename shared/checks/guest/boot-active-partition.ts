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
    en: 'The code in the first sector starts the one marked partition (active, or legacy_boot on GPT). Here {count, plural, one {{count} partition is} other {{count} partitions are}} marked, or the marked partition has no boot sector. With BIOS, the start ends with "Missing operating system".',
    de: 'Der Code im ersten Sektor startet die eine markierte Partition (aktiv, oder legacy_boot bei GPT). Hier {count, plural, one {ist {count} Partition} other {sind {count} Partitionen}} markiert, oder die markierte Partition hat keinen Bootsektor. Mit BIOS endet der Start mit "Missing operating system".',
  },
  remedy: {
    en: 'Mark only the partition with the boot loader, and install the boot loader into it (extlinux --install, bootsect on Windows).',
    de: 'Markieren Sie nur die Partition mit dem Bootloader, und installieren Sie den Bootloader darin (extlinux --install, bootsect bei Windows).',
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
