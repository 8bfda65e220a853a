import { judgeFound, linuxCheck } from './define.ts';

export const networkStatic = linuxCheck({
  code: 'network-static',
  severity: 'advice',
  title: { en: 'Network by DHCP', de: 'Netzwerk per DHCP' },
  problem: {
    en: 'The network configuration contains fixed addresses ({files}). Every instance would claim the same address and ignore the one from the platform.',
    de: 'In der Netzwerkkonfiguration stehen feste Adressen ({files}). Jede Instanz würde dieselbe Adresse beanspruchen und die der Plattform ignorieren.',
  },
  remedy: {
    en: 'Remove them. cloud-init writes the configuration of each instance; further adapters use DHCP.',
    de: 'Entfernen Sie sie. cloud-init schreibt die Konfiguration jeder Instanz; weitere Adapter nutzen DHCP.',
  },
  judge: ({ network }) => judgeFound('warn', 'files', network.staticFiles),
});
