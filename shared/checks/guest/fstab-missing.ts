import { judgeFound, linuxCheck } from './define.ts';
import { isInImage, isOldName } from './device-names.ts';
import { fstabEntry, isWaitedFor, namesDisk } from './fstab.ts';
import { started } from './shown-by.ts';
import { ifSeen } from './unseen.ts';

export const fstabMissing = linuxCheck({
  code: 'fstab-missing',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Filesystems of /etc/fstab are in the image',
    de: 'Dateisysteme aus /etc/fstab sind im Image',
  },
  problem: {
    en: '/etc/fstab names filesystems that are not in the image ({devices}). The system waits 90 seconds for them and ends in an emergency shell.',
    de: '/etc/fstab nennt Dateisysteme, die das Image nicht enthält ({devices}). Das System wartet 90 Sekunden auf sie und landet in einer Notfall-Shell.',
  },
  remedy: {
    en: 'Remove these lines, or add nofail to their options if the disk is attached later. "blkid" shows the UUIDs and labels.',
    de: 'Entfernen Sie diese Zeilen, oder ergänzen Sie nofail in ihren Optionen, wenn der Datenträger später dazukommt. "blkid" zeigt die UUIDs und Labels.',
  },
  commands: [{ on: 'any', run: 'findmnt --verify' }],
  judge: ({ startup: { fstab } }, { disk }) => {
    const waited = fstab.map(fstabEntry).filter((entry) => isWaitedFor(entry) && namesDisk(entry));
    const devices = waited.map(({ device }) => device).filter((device) => !isOldName(device));
    return judgeFound(
      'fail',
      'devices',
      devices.filter((device) => !ifSeen(() => isInImage(device, disk), true)),
      ', ',
    );
  },
});
