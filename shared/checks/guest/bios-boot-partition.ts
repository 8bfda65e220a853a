import { advise, diskCheck } from './define.ts';
import { isWithoutSystem } from './systems.ts';

const biosBoot = '21686148-6449-6e6f-744e-656564454649';

export const biosBootPartition = diskCheck({
  code: 'bios-boot-partition',
  severity: 'advice',
  title: {
    en: 'BIOS boot partition',
    de: 'BIOS-Boot-Partition',
  },
  problem: {
    en: "The disk has a GPT and GRUB for BIOS, but GRUB's core image is not in a BIOS boot partition. The next change of the partitions or the filesystem overwrites it, and the system no longer starts.",
    de: 'Der Datenträger hat eine GPT und GRUB für BIOS, aber das Core-Image von GRUB liegt nicht in einer BIOS-Boot-Partition. Die nächste Änderung der Partitionen oder des Dateisystems überschreibt es, und das System startet nicht mehr.',
  },
  remedy: {
    en: 'Create a partition of one MiB with the type "BIOS boot" (bios_grub) and install GRUB again.',
    de: 'Legen Sie eine Partition von einem MiB mit dem Typ "BIOS boot" (bios_grub) an, und installieren Sie GRUB noch einmal.',
  },
  commands: [{ on: 'any', run: 'sgdisk --new=0:0:+1M --typecode=0:ef02 /dev/vda && partprobe /dev/vda' }],
  judge: (view) => {
    const { partitions, bootSector } = view.disk;
    const { code, coreAt } = bootSector;
    if (isWithoutSystem(view) || view.facts.partitionTable !== 'gpt' || code !== 'grub') return undefined;
    if (!bootSector.next || coreAt === undefined) return undefined;
    return advise(partitions.some(({ type, start, end }) => type === biosBoot && start <= coreAt && coreAt <= end));
  },
});
