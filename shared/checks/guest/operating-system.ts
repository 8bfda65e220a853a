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
    en: '{count} operating systems were found where one is expected; a data disk or an unknown system cannot be started as an instance. Partition table: {table}; on the disk: {content}.',
    de: 'Es wurden {count} Betriebssysteme gefunden, erwartet wird eines; eine Datenplatte oder ein unbekanntes System lässt sich nicht als Instanz starten. Partitionstabelle: {table}; auf dem Datenträger: {content}.',
  },
  remedy: {
    en: 'Upload the disk that the system is installed on. Who wants to publish a data disk sets the policy of the upload to "warn".',
    de: 'Laden Sie den Datenträger hoch, auf dem das System installiert ist. Wer eine Datenplatte veröffentlichen will, setzt die Policy des Uploads auf "warn".',
  },
  judge: ({ systems, facts: { partitionTable }, disk }) => {
    const content = [...new Set(ifSeen(() => disk.volumes.map(({ type }) => type), []))].join(' ').slice(0, 200);
    const params = { count: systems, table: partitionTable ?? '-', content: content || '-' };
    return { outcome: systems > 1 ? 'warn' : whether(systems === 1), params };
  },
});
