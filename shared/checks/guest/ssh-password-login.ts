import { judgeFound, linuxCheck } from './define.ts';

export const sshPasswordLogin = linuxCheck({
  code: 'ssh-password-login',
  severity: 'advice',
  title: { en: 'SSH login with keys only', de: 'SSH-Anmeldung nur mit Schlüssel' },
  problem: {
    en: 'The SSH server accepts logins with a password ({settings}). Attackers constantly guess passwords of machines on the internet.',
    de: 'Der SSH-Server lässt Anmeldungen mit Passwort zu ({settings}). Angreifer probieren Passwörter von Maschinen im Internet rund um die Uhr durch.',
  },
  remedy: {
    en: 'Set PasswordAuthentication no and PermitRootLogin prohibit-password in /etc/ssh/sshd_config and the files it includes.',
    de: 'Setzen Sie PasswordAuthentication no und PermitRootLogin prohibit-password in /etc/ssh/sshd_config und den Dateien, die es einbindet.',
  },
  judge: ({ services: { sshServer, sshd } }) => {
    if (!sshServer) return undefined;
    // sshd_config(5): by default passwords are allowed, but then only users that have one get in (clone-credentials).
    const open = [
      ...(sshd.get('passwordauthentication') === 'yes' ? ['PasswordAuthentication yes'] : []),
      ...(sshd.get('permitrootlogin') === 'yes' ? ['PermitRootLogin yes'] : []),
      ...(sshd.get('permitemptypasswords') === 'yes' ? ['PermitEmptyPasswords yes'] : []),
    ];
    return judgeFound('warn', 'settings', open, ', ');
  },
});
