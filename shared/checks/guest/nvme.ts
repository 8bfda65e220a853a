import { advise, linuxCheck } from './define.ts';
import { thereAtBoot } from './kernel.ts';

export const nvme = linuxCheck({
  code: 'nvme',
  severity: 'advice',
  title: {
    en: 'NVMe driver at boot',
    de: 'NVMe-Treiber beim Start',
  },
  problem: {
    en: 'Neither kernel {kernel} nor its initramfs contains the NVMe driver. The image does not start on instance types whose disks are NVMe.',
    de: 'Weder der Kernel {kernel} noch sein Initramfs enthält den NVMe-Treiber. Das Image startet nicht auf Instanztypen, deren Datenträger NVMe sind.',
  },
  remedy: {
    en: 'Add it to the initramfs if you want to start such instances.',
    de: 'Nehmen Sie ihn in das Initramfs auf, wenn Sie solche Instanzen starten wollen.',
  },
  commands: [
    { on: 'debian', run: 'echo nvme >> /etc/initramfs-tools/modules && update-initramfs -u -k all' },
    { on: 'rhel', run: 'dracut --force --regenerate-all --add-drivers nvme' },
    { on: 'suse', run: 'dracut --force --regenerate-all --add-drivers nvme' },
    { on: 'alpine', run: 'echo nvme >> /etc/mkinitfs/modules && mkinitfs' },
  ],
  judge: ({ kernel }) => {
    if (!kernel) return undefined;
    return { ...advise(thereAtBoot(kernel, 'nvme')), params: { kernel: kernel.version } };
  },
});
