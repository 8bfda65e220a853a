import { judgeFound, linuxCheck } from './define.ts';

export const cloneCredentials = linuxCheck({
  code: 'clone-credentials',
  severity: 'advice',
  title: {
    en: 'No credentials left behind',
    de: 'Keine Zugangsdaten zurückgelassen',
  },
  problem: {
    en: 'Somebody could log in to every instance: {holders}.',
    de: 'Jemand könnte sich an jeder Instanz anmelden: {holders}.',
  },
  remedy: {
    en: "Remove users that are not the system's (userdel -r), lock passwords (passwd -l NAME), and remove authorized_keys.",
    de: 'Entfernen Sie Benutzer, die nicht zum System gehören (userdel -r), sperren Sie Passwörter (passwd -l NAME) und entfernen Sie authorized_keys.',
  },
  commands: [{ on: 'any', run: 'rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys' }],
  judge: ({ remains: { authorizedKeys, passwords } }) =>
    judgeFound('warn', 'holders', [...authorizedKeys, ...passwords]),
});
