import { judgeFound, linuxCheck } from './define.ts';
import { fstabEntry, has, isOnNetwork, isWaitedFor } from './fstab.ts';

export const fstabNetwork = linuxCheck({
  code: 'fstab-network',
  severity: 'advice',
  title: {
    en: 'Network filesystems do not delay the start',
    de: 'Netzwerk-Dateisysteme verzögern den Start nicht',
  },
  problem: {
    en: '/etc/fstab mounts shares of the old network ({shares}). Every instance tries to reach them at its start and waits. It continues without them only after a long time, or never.',
    de: '/etc/fstab bindet Freigaben des alten Netzwerks ein ({shares}). Jede Instanz versucht, sie beim Start zu erreichen, und wartet. Sie startet erst nach langer Zeit oder nie ohne sie weiter.',
  },
  remedy: {
    en: 'Remove these lines, or add _netdev,nofail to their options.',
    de: 'Entfernen Sie diese Zeilen, oder ergänzen Sie _netdev,nofail in ihren Optionen.',
  },
  judge: ({ startup: { fstab } }) => {
    const shares = fstab
      .map(fstabEntry)
      .filter((entry) => isOnNetwork(entry) && isWaitedFor(entry) && !has(entry, '_netdev'));
    return judgeFound(
      'warn',
      'shares',
      shares.map(({ device }) => device),
      ', ',
    );
  },
});
