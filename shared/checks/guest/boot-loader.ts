import { diskCheck, whether } from './define.ts';

export const bootLoader = diskCheck({
  code: 'boot-loader',
  severity: 'required',
  title: {
    en: 'Boot loader',
    de: 'Bootloader',
  },
  problem: {
    en: 'There is no boot code in the first sector and no UEFI boot loader at \\EFI\\BOOT: the firmware finds nothing to start.',
    de: 'Im ersten Sektor gibt es keinen Boot-Code und unter \\EFI\\BOOT keinen UEFI-Bootloader: Die Firmware findet nichts, was sie starten kann.',
  },
  remedy: {
    en: 'Install one inside the system: grub-install /dev/vda (BIOS), or grub-install --target=x86_64-efi --removable (UEFI).',
    de: 'Installieren Sie einen im System: grub-install /dev/vda (BIOS) oder grub-install --target=x86_64-efi --removable (UEFI).',
  },
  judge: ({ systems, bootCode, fallbackLoader }) =>
    systems === 0 ? undefined : { outcome: whether(bootCode || fallbackLoader) },
});
