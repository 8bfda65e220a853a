import { linuxCheck } from './define.ts';

export const cloneHostKeys = linuxCheck({
  code: 'clone-host-keys',
  severity: 'advice',
  title: {
    en: 'No SSH host keys left behind',
    de: 'Keine SSH-Host-Schlüssel zurückgelassen',
  },
  problem: {
    en: 'The image has SSH host keys ({count}): whoever has one instance could pass for all others.',
    de: 'Das Image enthält SSH-Host-Schlüssel ({count}): Wer eine Instanz hat, könnte sich als jede andere ausgeben.',
  },
  remedy: {
    en: 'Remove them; cloud-init makes new ones for each instance.',
    de: 'Entfernen Sie sie; cloud-init erzeugt für jede Instanz neue.',
  },
  commands: [{ on: 'any', run: 'rm -f /etc/ssh/ssh_host_*' }],
  judge: ({ remains: { hostKeys } }) => ({
    outcome: hostKeys.length === 0 ? 'pass' : 'warn',
    params: { count: hostKeys.length },
  }),
});
