import { linuxCheck } from './define.ts';

export const cloneHostKeys = linuxCheck({
  code: 'clone-host-keys',
  severity: 'advice',
  title: {
    en: 'No SSH host keys left behind',
    de: 'Keine SSH-Host-Schlüssel zurückgelassen',
  },
  problem: {
    en: 'The image contains {count, plural, one {{count} SSH host key} other {{count} SSH host keys}}. The owner of one instance could impersonate all others.',
    de: 'Das Image enthält {count, plural, one {{count} SSH-Host-Schlüssel} other {{count} SSH-Host-Schlüssel}}. Der Besitzer einer Instanz könnte sich als jede andere ausgeben.',
  },
  remedy: {
    en: 'Remove them. cloud-init creates new ones for each instance.',
    de: 'Entfernen Sie sie. cloud-init erzeugt für jede Instanz neue.',
  },
  commands: [{ on: 'any', run: 'rm -f /etc/ssh/ssh_host_*' }],
  judge: ({ remains: { hostKeys } }) => ({
    outcome: hostKeys.length === 0 ? 'pass' : 'warn',
    params: { count: hostKeys.length },
  }),
});
