import { judgeFound, linuxCheck } from './define.ts';

export const cloneEmptyPassword = linuxCheck({
  code: 'clone-empty-password',
  severity: 'required',
  title: { en: 'No login without a password', de: 'Keine Anmeldung ohne Passwort' },
  problem: {
    en: 'Anybody can log in without a password as {users}, on every instance.',
    de: 'Jeder kann sich auf jeder Instanz ohne Passwort anmelden als {users}.',
  },
  remedy: {
    en: 'Lock these users (passwd -l NAME) before you capture the image.',
    de: 'Sperren Sie diese Benutzer (passwd -l NAME), bevor Sie das Image erstellen.',
  },
  judge: ({ remains: { emptyPasswords } }) => judgeFound('fail', 'users', emptyPasswords),
});
