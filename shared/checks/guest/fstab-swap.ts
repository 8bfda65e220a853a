import { judgeFound, linuxCheck } from './define.ts';
import { isInImage, isOldName } from './device-names.ts';
import { fstabEntry, has, namesDisk } from './fstab.ts';
import { ifSeen } from './unseen.ts';

export const fstabSwap = linuxCheck({
  code: 'fstab-swap',
  severity: 'advice',
  title: {
    en: 'Swap space is in the image',
    de: 'Auslagerungsspeicher ist im Image',
  },
  problem: {
    en: '/etc/fstab names swap space that will not exist ({devices}). Each start waits 90 seconds for it and then continues without it.',
    de: '/etc/fstab nennt Auslagerungsspeicher, den es nicht geben wird ({devices}). Jeder Start wartet 90 Sekunden darauf und läuft dann ohne ihn weiter.',
  },
  remedy: {
    en: 'Remove the line, or name the swap space by its UUID if it is in the image.',
    de: 'Entfernen Sie die Zeile, oder nennen Sie den Auslagerungsspeicher mit seiner UUID, wenn er im Image ist.',
  },
  judge: ({ startup: { fstab } }, { disk }) => {
    const swap = fstab
      .map(fstabEntry)
      .filter((entry) => entry.type === 'swap' && namesDisk(entry) && !has(entry, 'nofail', 'noauto'));
    const devices = swap.map(({ device }) => device);
    return judgeFound(
      'warn',
      'devices',
      devices.filter((device) => isOldName(device) || !ifSeen(() => isInImage(device, disk), true)),
      ', ',
    );
  },
});
