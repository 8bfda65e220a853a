import { diskCheck } from './define.ts';
import { biosStarts, fallbackPaths, uefiStarts } from './firmware.ts';
import { isWithoutSystem } from './systems.ts';

export const efiFallbackLoader = diskCheck({
  code: 'efi-fallback-loader',
  severity: 'required',
  title: {
    en: 'UEFI boot loader at the default path',
    de: 'UEFI-Bootloader am Standardpfad',
  },
  problem: {
    en: 'The image has UEFI boot loaders ({loaders}), but none at {wanted}. The boot entry for them was stored in the old machine. A new instance has no boot entry and does not find them.',
    de: 'Das Image hat UEFI-Bootloader ({loaders}), aber keinen unter {wanted}. Der Boot-Eintrag dafür lag in der alten Maschine. Eine neue Instanz hat keinen Boot-Eintrag und findet sie nicht.',
  },
  remedy: {
    en: 'Install the boot loader for the architecture of the system at that path too.',
    de: 'Installieren Sie den Bootloader auch unter diesem Pfad, passend zur Architektur des Systems.',
  },
  commands: [
    { on: 'debian', run: 'grub-install --target=x86_64-efi --removable' },
    {
      on: 'rhel',
      run: 'mkdir -p /boot/efi/EFI/BOOT && cp /boot/efi/EFI/*/shimx64.efi /boot/efi/EFI/BOOT/BOOTX64.EFI && cp /boot/efi/EFI/*/grubx64.efi /boot/efi/EFI/BOOT/',
    },
    { on: 'suse', run: 'grub2-install --target=x86_64-efi --removable' },
    { on: 'alpine', run: 'grub-install --target=x86_64-efi --efi-directory=/boot/efi --removable' },
  ],
  judge: (view) => {
    const { efiLoaders } = view.disk;
    if (isWithoutSystem(view) || efiLoaders.length === 0) return undefined;
    const params = {
      wanted: fallbackPaths(view).join(', '),
      loaders: efiLoaders
        .map(({ path }) => path)
        .join(' ')
        .slice(0, 200),
    };
    return { outcome: uefiStarts(view) ? 'pass' : biosStarts(view) ? 'warn' : 'fail', params };
  },
});
