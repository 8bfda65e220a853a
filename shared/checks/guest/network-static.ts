import { linuxCheck, told } from './define.ts';

export const networkStatic = linuxCheck({
  code: 'network-static',
  severity: 'advice',
  title: { en: 'Network by DHCP', de: 'Netzwerk per DHCP' },
  problem: {
    en: 'Fixed addresses are in the network configuration ({files}): every instance would claim the same address, and none that the platform gives it.',
    de: 'In der Netzwerkkonfiguration stehen feste Adressen ({files}): Jede Instanz würde dieselbe Adresse beanspruchen, und keine, die ihr die Plattform gibt.',
  },
  remedy: {
    en: 'Remove them; cloud-init writes the configuration of each instance, further adapters get theirs by DHCP.',
    de: 'Entfernen Sie sie; cloud-init schreibt die Konfiguration jeder Instanz, weitere Adapter erhalten ihre per DHCP.',
  },
  judge: ({ network }) => told('warn', 'files', network.staticFiles),
});
