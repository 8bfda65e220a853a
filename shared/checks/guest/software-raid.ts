import { diskCheck, judgeFound } from './define.ts';
import { isWithoutSystem } from './systems.ts';

export const softwareRaid = diskCheck({
  code: 'software-raid',
  severity: 'advice',
  title: {
    en: 'No software RAID',
    de: 'Kein Software-RAID',
  },
  problem: {
    en: 'The disk contains parts of a Linux RAID ({devices}). An image is one disk, so the array starts degraded, its other disks stay missing, and the start may wait for them.',
    de: 'Auf dem Datenträger liegen Teile eines Linux-RAID ({devices}). Ein Image ist nur ein Datenträger; der Verbund startet unvollständig, seine anderen Datenträger fehlen dauerhaft, und der Start wartet womöglich auf sie.',
  },
  remedy: {
    en: 'Move the system to plain partitions; the platform keeps copies of the disk.',
    de: 'Ziehen Sie das System auf einfache Partitionen um; die Plattform hält Kopien des Datenträgers.',
  },
  judge: (view) => {
    const members = view.disk.volumes.filter(({ type }) => type === 'linux_raid_member').map(({ device }) => device);
    return isWithoutSystem(view) && members.length === 0 ? undefined : judgeFound('warn', 'devices', members);
  },
});
