import { advise, linuxCheck } from './define.ts';
import { isLogicalVolume } from './device-names.ts';

export const rootOnLvm = linuxCheck({
  code: 'root-on-lvm',
  severity: 'advice',
  title: {
    en: 'Root filesystem directly on a partition',
    de: 'Root-Dateisystem direkt auf einer Partition',
  },
  problem: {
    en: 'The root filesystem is the logical volume {device}. On a larger disk, cloud-init enlarges the partition, but not the volume and its filesystem.',
    de: 'Das Root-Dateisystem ist das logische Volume {device}. Auf einem größeren Datenträger vergrößert cloud-init die Partition, aber nicht das Volume und sein Dateisystem.',
  },
  remedy: {
    en: 'Enlarge them at the first start, for example with runcmd in /etc/cloud/cloud.cfg.d, or install without LVM.',
    de: 'Vergrößern Sie beide beim ersten Start, zum Beispiel mit runcmd in /etc/cloud/cloud.cfg.d, oder installieren Sie ohne LVM.',
  },
  commands: [
    {
      on: 'any',
      run: 'pvresize "$(pvs --noheadings -o pv_name | tr -d \' \')" && lvextend --resizefs -l +100%FREE "$(findmnt -no SOURCE /)"',
    },
  ],
  judge: ({ startup: { rootDevice } }, { disk }) => {
    const volume = disk.volumes.find(({ device }) => device === rootDevice);
    return volume && { ...advise(!isLogicalVolume(volume)), params: { device: volume.device } };
  },
});
