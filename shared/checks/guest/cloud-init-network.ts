import { linuxCheck } from './define.ts';

export const cloudInitNetwork = linuxCheck({
  code: 'cloud-init-network',
  severity: 'advice',
  title: { en: 'cloud-init sets up the network', de: 'cloud-init richtet das Netzwerk ein' },
  problem: {
    en: 'The network configuration of cloud-init is switched off ({file}): adapters get only what the image itself says, whatever the platform assigns.',
    de: 'Die Netzwerkkonfiguration von cloud-init ist abgeschaltet ({file}): Adapter erhalten nur, was das Image selbst vorgibt, gleich was die Plattform zuweist.',
  },
  remedy: {
    en: 'Remove "network: {config: disabled}" from that file, unless the image configures every adapter by DHCP itself.',
    de: 'Entfernen Sie "network: {config: disabled}" aus dieser Datei, außer das Image konfiguriert selbst jeden Adapter per DHCP.',
  },
  judge: ({ cloudInit: { installed, config } }) => {
    if (!installed || !config) return undefined;
    const { networkDisabledBy: file } = config;
    return file ? { outcome: 'warn', params: { file } } : { outcome: 'pass' };
  },
});
