import { linuxCheck } from './define.ts';
import { startedLines } from './kernel-root.ts';
import { ifSeen } from './unseen.ts';

export const cloudInitNetwork = linuxCheck({
  code: 'cloud-init-network',
  severity: 'advice',
  title: { en: 'cloud-init sets up the network', de: 'cloud-init richtet das Netzwerk ein' },
  problem: {
    en: 'The network configuration of cloud-init is switched off ({file}): adapters get only what the image itself says, whatever the platform assigns.',
    de: 'Die Netzwerkkonfiguration von cloud-init ist abgeschaltet ({file}): Adapter erhalten nur, was das Image selbst vorgibt, gleich was die Plattform zuweist.',
  },
  remedy: {
    en: 'Remove "network: {config: disabled}" from that file, or the parameter from the configuration of the boot loader, unless the image configures every adapter by DHCP itself.',
    de: 'Entfernen Sie "network: {config: disabled}" aus dieser Datei oder den Parameter aus der Konfiguration des Bootloaders, außer das Image konfiguriert selbst jeden Adapter per DHCP.',
  },
  judge: (view) => {
    const { installed, config } = view.cloudInit;
    if (!installed) return undefined;
    // The command line comes before all files. cloud-init, "Network configuration sources"
    const byKernel = ifSeen(() => startedLines(view), []).some((line) =>
      /(?:^|\s)network-config=disabled(?:\s|$)/.test(line),
    );
    const file = byKernel ? 'network-config=disabled' : config?.networkDisabledBy;
    if (!config && !file) return undefined;
    return file ? { outcome: 'warn', params: { file } } : { outcome: 'pass' };
  },
});
