import { advise, cannotTell, linuxCheck } from './define.ts';

export const sshServerEnabled = linuxCheck({
  code: 'ssh-server-enabled',
  severity: 'advice',
  title: { en: 'SSH server starts', de: 'SSH-Server startet' },
  problem: {
    en: 'An SSH server is installed, but nothing starts it. Instances cannot be reached.',
    de: 'Ein SSH-Server ist installiert, aber nichts startet ihn. Instanzen sind nicht erreichbar.',
  },
  remedy: { en: 'Enable it.', de: 'Aktivieren Sie ihn.' },
  commands: [
    { on: 'debian', run: 'systemctl enable ssh' },
    { on: 'rhel', run: 'systemctl enable sshd' },
    { on: 'suse', run: 'systemctl enable sshd' },
    { on: 'alpine', run: 'rc-update add sshd default' },
  ],
  judge: ({ services: { sshServer, enabled } }, { facts }) => {
    if (!sshServer) return undefined;
    if (facts.initSystem === 'other') return cannotTell('init-system');
    return advise(['ssh', 'sshd', 'sshd.socket', 'ssh.socket', 'dropbear'].some((name) => enabled.has(name)));
  },
});
