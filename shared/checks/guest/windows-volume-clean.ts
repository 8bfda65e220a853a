import { advised, windowsCheck } from './define.ts';

export const windowsVolumeClean = windowsCheck({
  code: 'windows-volume-clean',
  severity: 'advice',
  title: { en: 'Volume of Windows is clean', de: 'Volume von Windows ist fehlerfrei' },
  problem: {
    en: 'The volume of the system is marked for a check of its file system: each instance would check it at its first start, which takes time, and may find damage.',
    de: 'Das Volume des Systems ist für eine Prüfung des Dateisystems vorgemerkt: Jede Instanz würde es beim ersten Start prüfen, was dauert und Schäden zutage bringen kann.',
  },
  remedy: {
    en: 'Let Windows check the volume, shut it down, and take the disk only when it is off; a copy of a running machine is never clean.',
    de: 'Lassen Sie Windows das Volume prüfen, fahren Sie es herunter und entnehmen Sie den Datenträger erst dann; die Kopie einer laufenden Maschine ist nie fehlerfrei.',
  },
  commands: [{ on: 'windows', run: 'chkdsk.exe C: /f' }],
  judge: ({ volume: { dirty } }) => advised(!dirty),
});
