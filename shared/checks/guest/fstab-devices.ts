import { judgeFound, linuxCheck } from './define.ts';
import { isOldName } from './device-names.ts';
import { fstabEntry, isWaitedFor } from './fstab.ts';
import { started } from './shown-by.ts';

/** Finds names that change with the bus: fstab(5). Entries that may be missing (nofail, noauto) and swap do not stop a system from starting. */
export const fstabDevices = linuxCheck({
  code: 'fstab-devices',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Filesystems by UUID or label',
    de: 'Dateisysteme über UUID oder Label',
  },
  problem: {
    en: '/etc/fstab uses the old names of disks ({devices}). A virtio disk is called /dev/vda, so the system waits for the old names and ends in an emergency shell.',
    de: '/etc/fstab nennt Datenträger mit ihren alten Namen ({devices}). Ein virtio-Datenträger heißt /dev/vda; das System wartet vergeblich auf die alten Namen und landet in einer Notfall-Shell.',
  },
  remedy: {
    en: 'Name them by UUID ("blkid" shows it): UUID=... / ext4 defaults 0 1. Remove entries for disks that will not exist, or add nofail.',
    de: 'Nennen Sie sie mit ihrer UUID ("blkid" zeigt sie): UUID=... / ext4 defaults 0 1. Entfernen Sie Einträge für Datenträger, die es nicht geben wird, oder ergänzen Sie nofail.',
  },
  judge: ({ startup: { fstab } }) => {
    const waited = fstab.map(fstabEntry).filter(isWaitedFor);
    return judgeFound('fail', 'devices', waited.map(({ device }) => device).filter(isOldName), ', ');
  },
});
