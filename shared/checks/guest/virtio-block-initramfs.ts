import { linuxCheck, whether } from './define.ts';
import { thereAtBoot } from './kernel.ts';
import { started } from './shown-by.ts';
import { someHolds } from './unseen.ts';

export const virtioBlockInitramfs = linuxCheck({
  code: 'virtio-block-initramfs',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'virtio disk driver at boot',
    de: 'virtio-Treiber für Datenträger beim Start',
  },
  problem: {
    en: 'Neither kernel {kernel} nor its initramfs contains the virtio disk driver. The system will not find its root disk.',
    de: 'Weder der Kernel {kernel} noch sein Initramfs enthält den virtio-Treiber für Datenträger. Das System findet seine Root-Platte nicht.',
  },
  remedy: {
    en: 'Add the virtio drivers to the initramfs and rebuild it inside the system.',
    de: 'Nehmen Sie die virtio-Treiber in das Initramfs auf und erzeugen Sie es im System neu.',
  },
  commands: [
    {
      on: 'debian',
      run: "printf 'virtio_pci\\nvirtio_blk\\nvirtio_scsi\\n' >> /etc/initramfs-tools/modules && update-initramfs -u -k all",
    },
    { on: 'rhel', run: 'dracut --force --regenerate-all --add-drivers "virtio_pci virtio_blk virtio_scsi"' },
    { on: 'suse', run: 'dracut --force --regenerate-all --add-drivers "virtio_pci virtio_blk virtio_scsi"' },
    { on: 'alpine', run: 'echo virtio >> /etc/mkinitfs/modules && mkinitfs' },
  ],
  judge: ({ kernel }) => {
    if (!kernel) return undefined;
    const there = (module: string): boolean => thereAtBoot(kernel, module);
    const found = someHolds(['virtio_blk', 'virtio_scsi'], there) && there('virtio_pci');
    return { outcome: whether(found), params: { kernel: kernel.version } };
  },
});
