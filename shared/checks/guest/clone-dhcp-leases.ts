import { judgeFound, linuxCheck } from './define.ts';

export const cloneDhcpLeases = linuxCheck({
  code: 'clone-dhcp-leases',
  severity: 'advice',
  title: { en: 'No DHCP leases left behind', de: 'Keine DHCP-Leases zurückgelassen' },
  problem: {
    en: 'The image contains DHCP leases of the old machine ({files}). An instance asks for an address that is not its own.',
    de: 'Im Image liegen DHCP-Leases der alten Maschine ({files}). Eine Instanz fragt nach einer Adresse, die nicht ihre ist.',
  },
  remedy: { en: 'Remove them.', de: 'Entfernen Sie sie.' },
  commands: [
    {
      on: 'any',
      run: 'rm -rf /var/lib/dhcp/*.leases /var/lib/dhclient/*.lease* /var/lib/dhcpcd/*.lease /var/lib/NetworkManager/*.lease',
    },
  ],
  judge: ({ remains: { leases } }) => judgeFound('warn', 'files', leases),
});
