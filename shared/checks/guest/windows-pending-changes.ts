import { told, windowsCheck } from './define.ts';

export const windowsPendingChanges = windowsCheck({
  code: 'windows-pending-changes',
  severity: 'advice',
  title: { en: 'No update half done', de: 'Keine halb fertige Aktualisierung' },
  problem: {
    en: 'An update or a removal ends only with the next start ({signs}): each instance would do that at its first start, and sysprep may refuse to run.',
    de: 'Eine Aktualisierung oder Deinstallation endet erst mit dem nächsten Start ({signs}): Jede Instanz würde das bei ihrem ersten Start tun, und sysprep kann den Dienst verweigern.',
  },
  remedy: {
    en: 'Restart Windows until no update is left, shut it down, then upload the disk again.',
    de: 'Starten Sie Windows neu, bis keine Aktualisierung mehr aussteht, fahren Sie es herunter und laden Sie den Datenträger erneut hoch.',
  },
  commands: [{ on: 'windows', run: 'shutdown.exe /r /t 0' }],
  judge: ({ pending }) => told('warn', 'signs', pending, ', '),
});
