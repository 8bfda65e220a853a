import { linuxCheck, whether } from './define.ts';
import { isInImage, isOldName } from './device-names.ts';
import { findRoot } from './kernel-root.ts';
import { started } from './shown-by.ts';

export const kernelRootThere = linuxCheck({
  code: 'kernel-root-there',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Root filesystem of the kernel command line is in the image',
    de: 'Root-Dateisystem der Kernel-Kommandozeile ist im Image',
  },
  problem: {
    en: 'The kernel command line names {root} as root, but no filesystem in the image has that name. The start ends in the shell of the initramfs.',
    de: 'Die Kernel-Kommandozeile nennt {root} als Root, aber kein Dateisystem im Image heißt so. Der Start endet in der Shell des Initramfs.',
  },
  remedy: {
    en: 'Compare with "blkid" and regenerate the configuration of the boot loader. The UUIDs change when a system is copied to another disk.',
    de: 'Vergleichen Sie mit "blkid", und erzeugen Sie die Konfiguration des Bootloaders neu. Beim Kopieren eines Systems auf einen anderen Datenträger ändern sich die UUIDs.',
  },
  commands: [
    { on: 'debian', run: 'update-grub' },
    { on: 'rhel', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg --update-bls-cmdline' },
    { on: 'suse', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg' },
    { on: 'alpine', run: 'update-extlinux' },
  ],
  judge: (view, { disk }) => {
    const root = findRoot(view);
    // Another check reports names of the old hardware.
    if (isOldName(root)) return undefined;
    return { outcome: whether(isInImage(root, disk)), params: { root: root.slice(0, 200) } };
  },
});
