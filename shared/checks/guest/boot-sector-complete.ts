import { diskCheck } from './define.ts';
import { uefiStarts } from './firmware.ts';
import { started } from './shown-by.ts';
import { isWithoutSystem } from './systems.ts';

export const bootSectorComplete = diskCheck({
  code: 'boot-sector-complete',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Second stage of the boot loader',
    de: 'Zweite Stufe des Bootloaders',
  },
  problem: {
    en: "The first sector contains GRUB's first stage, but the second stage (core.img) is not where the first one expects it. With BIOS, the start ends with an error from GRUB or a black screen.",
    de: 'Der erste Sektor enthält die erste Stufe von GRUB, aber die zweite Stufe (core.img) liegt nicht an der erwarteten Stelle. Mit BIOS endet der Start mit einem Fehler von GRUB oder einem schwarzen Bildschirm.',
  },
  remedy: {
    en: 'Install GRUB onto the disk again, after the last change of its partitions.',
    de: 'Installieren Sie GRUB nach der letzten Änderung der Partitionen noch einmal auf den Datenträger.',
  },
  commands: [
    { on: 'debian', run: 'grub-install --target=i386-pc /dev/vda' },
    { on: 'rhel', run: 'grub2-install --target=i386-pc /dev/vda' },
    { on: 'suse', run: 'grub2-install --target=i386-pc /dev/vda' },
  ],
  judge: (view) => {
    const { bootSector } = view.disk;
    if (isWithoutSystem(view) || bootSector.code !== 'grub') return undefined;
    return { outcome: bootSector.next ? 'pass' : uefiStarts(view) ? 'warn' : 'fail' };
  },
});
