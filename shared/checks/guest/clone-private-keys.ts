import { judgeFound, linuxCheck } from './define.ts';

export const clonePrivateKeys = linuxCheck({
  code: 'clone-private-keys',
  severity: 'advice',
  title: { en: 'No private keys left behind', de: 'Keine privaten Schlüssel zurückgelassen' },
  problem: {
    en: 'The image contains private keys or credentials of people ({files}). Every user of an instance can read them.',
    de: 'Im Image liegen private Schlüssel oder Zugangsdaten von Personen ({files}). Jeder Benutzer einer Instanz kann sie lesen.',
  },
  remedy: {
    en: 'Remove them, and replace them everywhere they are valid: anyone who had the image may know them.',
    de: 'Entfernen Sie sie und ersetzen Sie sie überall, wo sie gelten: Wer das Image hatte, kennt sie womöglich.',
  },
  judge: ({ remains: { privateKeys } }) => judgeFound('warn', 'files', privateKeys),
});
