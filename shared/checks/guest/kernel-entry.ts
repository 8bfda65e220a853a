import { judgeFound, linuxCheck } from './define.ts';
import { started } from './shown-by.ts';

export const kernelEntry = linuxCheck({
  code: 'kernel-entry',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Boot entry that starts',
    de: 'Boot-Eintrag, der gestartet wird',
  },
  problem: {
    en: 'The boot loader starts an entry whose files are missing ({files}).',
    de: 'Der Bootloader startet einen Eintrag, dessen Dateien fehlen ({files}).',
  },
  remedy: {
    en: 'Recreate the configuration of the boot loader inside the system, and choose an installed kernel.',
    de: 'Erzeugen Sie die Konfiguration des Bootloaders im System neu, und wählen Sie einen installierten Kernel.',
  },
  commands: [
    { on: 'debian', run: 'update-grub && grub-editenv - unset saved_entry' },
    { on: 'rhel', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg && grubby --set-default-index=0' },
    { on: 'suse', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg' },
    { on: 'alpine', run: 'update-extlinux' },
  ],
  judge: ({ boot: { entry } }) => judgeFound('fail', 'files', entry.missing),
});
