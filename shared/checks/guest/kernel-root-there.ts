import { linuxCheck, whether } from './define.ts';
import { isInImage, isOldName } from './device-names.ts';
import { rootOf } from './kernel-root.ts';
import { started } from './shown-by.ts';

export const kernelRootThere = linuxCheck({
  code: 'kernel-root-there',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Root filesystem that the kernel is told is in the image',
    de: 'Root-Dateisystem, das dem Kernel genannt wird, ist im Image',
  },
  problem: {
    en: 'The kernel is told to start from {root}, and no filesystem of the image has that name: the start ends in the shell of the initramfs.',
    de: 'Dem Kernel wird {root} als Root genannt, und kein Dateisystem des Images heißt so: Der Start endet in der Shell des initramfs.',
  },
  remedy: {
    en: 'Compare with "blkid" and make the configuration of the boot loader anew; after copying a system to another disk its UUIDs are others.',
    de: 'Vergleichen Sie mit "blkid", und erzeugen Sie die Konfiguration des Bootloaders neu; nach dem Kopieren eines Systems auf einen anderen Datenträger sind seine UUIDs andere.',
  },
  commands: [
    { on: 'debian', run: 'update-grub' },
    { on: 'rhel', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg --update-bls-cmdline' },
    { on: 'suse', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg' },
    { on: 'alpine', run: 'update-extlinux' },
  ],
  judge: (view, { disk }) => {
    const root = rootOf(view);
    // A name of the old hardware is told of by itself.
    if (isOldName(root)) return undefined;
    return { outcome: whether(isInImage(root, disk)), params: { root: root.slice(0, 200) } };
  },
});
