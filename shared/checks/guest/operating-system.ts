import { diskCheck, whether } from './define.ts';
import { started } from './shown-by.ts';
import { ifSeen } from './unseen.ts';

export const operatingSystem = diskCheck({
  code: 'operating-system',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Operating system',
    de: 'Betriebssystem',
  },
  problem: {
    en: '{count, plural, =0 {No operating system was found} one {{count} operating system was found} other {{count} operating systems were found}}; exactly one is expected. A data disk or an unknown system cannot start as an instance. Partition table: {table}. On the disk: {content}.',
    de: '{count, plural, =0 {Es wurde kein Betriebssystem gefunden} one {Es wurde {count} Betriebssystem gefunden} other {Es wurden {count} Betriebssysteme gefunden}}; erwartet wird genau eines. Eine Datenplatte oder ein unbekanntes System lässt sich nicht als Instanz starten. Partitionstabelle: {table}. Auf dem Datenträger: {content}.',
  },
  remedy: {
    en: 'Upload the disk that the system is installed on. To publish a data disk, set the policy of the upload to "warn".',
    de: 'Laden Sie den Datenträger hoch, auf dem das System installiert ist. Um eine Datenplatte zu veröffentlichen, setzen Sie die Policy des Uploads auf "warn".',
  },
  judge: ({ systems, facts: { partitionTable }, disk }) => {
    const content = [...new Set(ifSeen(() => disk.volumes.map(({ type }) => type), []))].join(' ').slice(0, 200);
    const params = { count: systems, table: partitionTable ?? '-', content: content || '-' };
    return { outcome: systems > 1 ? 'warn' : whether(systems === 1), params };
  },
});
