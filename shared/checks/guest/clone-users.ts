import { judgeFound, linuxCheck } from './define.ts';

export const cloneUsers = linuxCheck({
  code: 'clone-users',
  severity: 'advice',
  title: { en: 'No users left behind', de: 'Keine Benutzer zurückgelassen' },
  problem: {
    en: 'The image contains users of the old machine ({users}). Every instance would have them.',
    de: 'Das Image enthält Benutzer der alten Maschine ({users}). Jede Instanz hätte sie.',
  },
  remedy: {
    en: 'Remove them (userdel -r NAME). cloud-init creates the users of each instance.',
    de: 'Entfernen Sie sie (userdel -r NAME). cloud-init legt die Benutzer jeder Instanz an.',
  },
  judge: ({ remains: { users } }) => judgeFound('warn', 'users', users),
});
