import { linuxCheck, told } from './define.ts';

export const clonePrivateKeys = linuxCheck({
  code: 'clone-private-keys',
  severity: 'advice',
  title: { en: 'No private keys left behind', de: 'Keine privaten Schlüssel zurückgelassen' },
  problem: {
    en: 'Private keys or access data of people are in the image ({files}); every user of an instance can read them.',
    de: 'Im Image liegen private Schlüssel oder Zugangsdaten von Personen ({files}); jeder Benutzer einer Instanz kann sie lesen.',
  },
  remedy: {
    en: 'Remove them and replace them where they are valid: whoever had the image may have them.',
    de: 'Entfernen Sie sie und ersetzen Sie sie dort, wo sie gelten: Wer das Image hatte, kann sie haben.',
  },
  judge: ({ remains: { privateKeys } }) => told('warn', 'files', privateKeys),
});
