import { advise, windowsCheck } from './define.ts';

export const windowsVolumeClean = windowsCheck({
  code: 'windows-volume-clean',
  severity: 'advice',
  title: { en: 'Volume of Windows is clean', de: 'Volume von Windows ist fehlerfrei' },
  problem: {
    en: 'The system volume is marked for a file system check. Each instance would run the check at its first start. This takes time and may find damage.',
    de: 'Das System-Volume ist für eine Prüfung des Dateisystems vorgemerkt. Jede Instanz würde es beim ersten Start prüfen. Das dauert und kann Schäden aufdecken.',
  },
  remedy: {
    en: 'Let Windows check the volume, shut it down, and copy the disk only when the machine is off. A copy of a running machine is never clean.',
    de: 'Lassen Sie Windows das Volume prüfen, fahren Sie es herunter und kopieren Sie den Datenträger erst dann. Die Kopie einer laufenden Maschine ist nie fehlerfrei.',
  },
  commands: [{ on: 'windows', run: 'chkdsk.exe C: /f' }],
  judge: ({ volume: { dirty } }) => advise(!dirty),
});
