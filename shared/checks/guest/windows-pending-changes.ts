import { judgeFound, windowsCheck } from './define.ts';

export const windowsPendingChanges = windowsCheck({
  code: 'windows-pending-changes',
  severity: 'advice',
  title: { en: 'No pending update', de: 'Keine ausstehende Aktualisierung' },
  problem: {
    en: 'An update or a removal finishes only at the next start ({signs}). Each instance would do that at its first start, and sysprep may refuse to run.',
    de: 'Eine Aktualisierung oder Deinstallation endet erst mit dem nächsten Start ({signs}). Jede Instanz würde das bei ihrem ersten Start tun, und sysprep läuft womöglich nicht.',
  },
  remedy: {
    en: 'Restart Windows until no update is pending, shut it down, then upload the disk again.',
    de: 'Starten Sie Windows neu, bis keine Aktualisierung mehr aussteht, fahren Sie es herunter und laden Sie den Datenträger erneut hoch.',
  },
  commands: [{ on: 'windows', run: 'shutdown.exe /r /t 0' }],
  judge: ({ pending }) => judgeFound('warn', 'signs', pending, ', '),
});
