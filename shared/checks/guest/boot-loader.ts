import { diskCheck, whether } from './define.ts';
import { firmwareStarts } from './firmware.ts';
import { started } from './shown-by.ts';
import { isWithoutSystem } from './systems.ts';

export const bootLoader = diskCheck({
  code: 'boot-loader',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Boot loader',
    de: 'Bootloader',
  },
  problem: {
    en: 'Neither the first sector nor \\EFI\\BOOT contains a complete boot loader ({code} in the first sector). The firmware finds nothing to start.',
    de: 'Weder der erste Sektor noch \\EFI\\BOOT enthält einen vollständigen Bootloader ({code} im ersten Sektor). Die Firmware findet nichts, was sie starten kann.',
  },
  remedy: {
    en: 'Install one inside the system: for BIOS with grub-install onto the disk, for UEFI with grub-install --removable.',
    de: 'Installieren Sie einen im System: für BIOS mit grub-install auf den Datenträger, für UEFI mit grub-install --removable.',
  },
  commands: [
    { on: 'debian', run: 'grub-install --target=i386-pc /dev/vda && update-grub' },
    { on: 'debian', run: 'grub-install --target=x86_64-efi --removable && update-grub' },
    { on: 'rhel', run: 'grub2-install --target=i386-pc /dev/vda && grub2-mkconfig -o /boot/grub2/grub.cfg' },
    { on: 'suse', run: 'grub2-install --target=i386-pc /dev/vda && grub2-mkconfig -o /boot/grub2/grub.cfg' },
    { on: 'alpine', run: 'dd if=/usr/share/syslinux/mbr.bin of=/dev/vda bs=440 count=1 && extlinux --install /boot' },
  ],
  judge: (view) => {
    if (isWithoutSystem(view)) return undefined;
    return { outcome: whether(firmwareStarts(view)), params: { code: view.disk.bootSector.code } };
  },
});
