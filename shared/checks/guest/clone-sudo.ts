import { judgeFound, linuxCheck } from './define.ts';

export const cloneSudo = linuxCheck({
  code: 'clone-sudo',
  severity: 'advice',
  title: { en: 'No sudo rights left behind', de: 'Keine sudo-Rechte zurückgelassen' },
  problem: {
    en: 'sudo rules let users become root without a password on every instance ({files}).',
    de: 'sudo-Regeln lassen Benutzer auf jeder Instanz ohne Passwort root werden ({files}).',
  },
  remedy: {
    en: 'Remove them. cloud-init writes the rules of each instance.',
    de: 'Entfernen Sie sie. cloud-init schreibt die Regeln jeder Instanz.',
  },
  judge: ({ remains: { sudoers } }) => judgeFound('warn', 'files', sudoers),
});
