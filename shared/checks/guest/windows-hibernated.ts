import { whether, windowsCheck } from './define.ts';
import { started } from './shown-by.ts';

export const windowsHibernated = windowsCheck({
  code: 'windows-hibernated',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Windows was shut down, not hibernated',
    de: 'Windows wurde heruntergefahren, nicht in den Ruhezustand versetzt',
  },
  problem: {
    en: 'Windows was hibernated, or shut down with fast start-up. Every instance would resume that session on different hardware and lose data.',
    de: 'Windows war im Ruhezustand oder wurde mit Schnellstart heruntergefahren. Jede Instanz würde diese Sitzung auf anderer Hardware fortsetzen und Daten verlieren.',
  },
  remedy: {
    en: 'Start the machine, turn hibernation off, shut it down completely, then upload the disk again.',
    de: 'Starten Sie die Maschine, schalten Sie den Ruhezustand ab, fahren Sie sie vollständig herunter und laden Sie den Datenträger erneut hoch.',
  },
  commands: [
    { on: 'windows', run: 'powercfg.exe /hibernate off' },
    { on: 'windows', run: 'shutdown.exe /s /t 0' },
  ],
  judge: ({ volume }) => ({ outcome: whether(!volume.hibernated) }),
});
