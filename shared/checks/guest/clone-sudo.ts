import { linuxCheck, told } from './define.ts';

export const cloneSudo = linuxCheck({
  code: 'clone-sudo',
  severity: 'advice',
  title: { en: 'No sudo rights left behind', de: 'Keine sudo-Rechte zurückgelassen' },
  problem: {
    en: 'Rules let users become root without a password ({files}), on every instance.',
    de: 'Regeln lassen Benutzer ohne Passwort root werden ({files}), auf jeder Instanz.',
  },
  remedy: {
    en: 'Remove them; cloud-init writes those of each instance.',
    de: 'Entfernen Sie sie; cloud-init schreibt die jeder Instanz.',
  },
  judge: ({ remains: { sudoers } }) => told('warn', 'files', sudoers),
});
