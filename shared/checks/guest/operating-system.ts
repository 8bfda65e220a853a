import { diskCheck } from './define.ts';

export const operatingSystem = diskCheck({
  code: 'operating-system',
  severity: 'required',
  title: {
    en: 'Operating system',
    de: 'Betriebssystem',
  },
  problem: {
    en: '{count} operating systems were found where one is expected; a data disk or an unknown system cannot be started as an instance.',
    de: 'Es wurden {count} Betriebssysteme gefunden, erwartet wird eines; eine Datenplatte oder ein unbekanntes System lässt sich nicht als Instanz starten.',
  },
  remedy: {
    en: 'Upload the disk that the system is installed on. Who wants to publish a data disk sets the policy of the upload to "warn".',
    de: 'Laden Sie den Datenträger hoch, auf dem das System installiert ist. Wer eine Datenplatte veröffentlichen will, setzt die Policy des Uploads auf "warn".',
  },
  judge: ({ systems, encrypted }) => {
    const params = { count: systems };
    if (systems > 1) return { outcome: 'warn', params };
    return { outcome: systems === 1 ? 'pass' : encrypted ? 'unknown' : 'fail', params };
  },
});
