import { linuxCheck, whether } from './define.ts';
import { isOldName } from './device-names.ts';
import { findRoot } from './kernel-root.ts';
import { started } from './shown-by.ts';

export const kernelRootName = linuxCheck({
  code: 'kernel-root-name',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Root filesystem by UUID or label on the kernel command line',
    de: 'Root-Dateisystem über UUID oder Label in der Kernel-Kommandozeile',
  },
  problem: {
    en: 'The kernel command line names {root} as root, a name from the old hardware. A virtio disk is called /dev/vda, so the start ends with "no root device".',
    de: 'Die Kernel-Kommandozeile nennt {root} als Root, einen Namen der alten Hardware. Ein virtio-Datenträger heißt /dev/vda, daher endet der Start mit "no root device".',
  },
  remedy: {
    en: 'Write root=UUID=... into the configuration of the boot loader ("blkid" shows the UUID) and regenerate it. On Debian, GRUB_DISABLE_LINUX_UUID must not be set.',
    de: 'Schreiben Sie root=UUID=... in die Konfiguration des Bootloaders ("blkid" zeigt die UUID), und erzeugen Sie sie neu. Unter Debian darf GRUB_DISABLE_LINUX_UUID nicht gesetzt sein.',
  },
  commands: [
    { on: 'debian', run: "sed -i '/^GRUB_DISABLE_LINUX_UUID/d' /etc/default/grub && update-grub" },
    { on: 'rhel', run: 'grubby --update-kernel=ALL --args="root=UUID=$(findmnt -no UUID /)"' },
    { on: 'suse', run: 'grub2-mkconfig -o /boot/grub2/grub.cfg' },
    {
      on: 'alpine',
      run: 'sed -i "s|^root=.*|root=UUID=$(findmnt -no UUID /)|" /etc/update-extlinux.conf && update-extlinux',
    },
  ],
  judge: (view) => {
    const root = findRoot(view);
    return { outcome: whether(!isOldName(root)), params: { root: root.slice(0, 200) } };
  },
});
