import { judgeFound, linuxCheck } from './define.ts';

export const networkBoundToMac = linuxCheck({
  code: 'network-bound-to-mac',
  severity: 'advice',
  title: {
    en: 'Network not bound to one adapter',
    de: 'Netzwerk nicht an einen Adapter gebunden',
  },
  problem: {
    en: 'The network configuration is bound to the hardware address of one adapter ({files}). An instance has a different address and gets no network.',
    de: 'Die Netzwerkkonfiguration ist an die Hardware-Adresse eines Adapters gebunden ({files}). Eine Instanz hat eine andere Adresse und bleibt ohne Netzwerk.',
  },
  remedy: {
    en: 'Remove these files, or the lines with the address. cloud-init writes the configuration of each instance; further adapters use DHCP.',
    de: 'Entfernen Sie diese Dateien oder die Zeilen mit der Adresse. cloud-init schreibt die Konfiguration jeder Instanz; weitere Adapter nutzen DHCP.',
  },
  judge: ({ network }) => judgeFound('warn', 'files', network.macFiles),
});
