import { advise, linuxCheck } from './define.ts';

export const sshServer = linuxCheck({
  code: 'ssh-server',
  severity: 'advice',
  title: {
    en: 'SSH server',
    de: 'SSH-Server',
  },
  problem: {
    en: 'No SSH server is installed. Instances cannot be reached with their key.',
    de: 'Es ist kein SSH-Server installiert. Instanzen sind mit ihrem Schlüssel nicht erreichbar.',
  },
  remedy: {
    en: 'Install one in the image.',
    de: 'Installieren Sie einen im Image.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install openssh-server' },
    { on: 'rhel', run: 'dnf install openssh-server' },
    { on: 'suse', run: 'zypper install openssh' },
    { on: 'alpine', run: 'apk add openssh && rc-update add sshd' },
  ],
  judge: ({ services: { sshServer } }) => advise(sshServer),
});
