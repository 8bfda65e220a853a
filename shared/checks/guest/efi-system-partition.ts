import { diskCheck, judgeFound } from './define.ts';
import { isWithoutSystem } from './systems.ts';

export const efiSystemPartition = diskCheck({
  code: 'efi-system-partition',
  severity: 'advice',
  title: {
    en: 'EFI system partition',
    de: 'EFI-Systempartition',
  },
  problem: {
    en: 'UEFI boot loaders are on a partition that is not marked as EFI system partition ({devices}). Some firmware does not search there.',
    de: 'UEFI-Bootloader liegen auf einer Partition, die nicht als EFI-Systempartition markiert ist ({devices}): Manche Firmware sucht dort nicht.',
  },
  remedy: {
    en: 'Give the partition the type "EFI System" (ef00 in sgdisk, ef in an MBR table).',
    de: 'Geben Sie der Partition den Typ "EFI System" (ef00 in sgdisk, ef in einer MBR-Tabelle).',
  },
  commands: [{ on: 'any', run: 'sgdisk --typecode=1:ef00 /dev/vda' }],
  judge: (view) => {
    const { efiLoaders } = view.disk;
    if (isWithoutSystem(view) || efiLoaders.length === 0) return undefined;
    const elsewhere = efiLoaders.filter(({ onSystemPartition }) => !onSystemPartition).map(({ device }) => device);
    return judgeFound('warn', 'devices', efiLoaders.length > elsewhere.length ? [] : [...new Set(elsewhere)]);
  },
});
