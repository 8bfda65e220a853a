import { linuxCheck } from './define.ts';
import { listStartLines } from './kernel-root.ts';
import { ifSeen } from './unseen.ts';

export const cloudInitNetwork = linuxCheck({
  code: 'cloud-init-network',
  severity: 'advice',
  title: { en: 'cloud-init sets up the network', de: 'cloud-init richtet das Netzwerk ein' },
  problem: {
    en: 'The network configuration of cloud-init is off ({file}). Adapters use only the settings of the image and ignore those of the platform.',
    de: 'Die Netzwerkkonfiguration von cloud-init ist abgeschaltet ({file}). Adapter nutzen nur die Einstellungen des Images und ignorieren die der Plattform.',
  },
  remedy: {
    en: "Remove \"network: '{'config: disabled'}'\" from that file, or the parameter from the configuration of the boot loader, unless the image itself configures every adapter by DHCP.",
    de: "Entfernen Sie \"network: '{'config: disabled'}'\" aus dieser Datei oder den Parameter aus der Konfiguration des Bootloaders, außer das Image konfiguriert selbst jeden Adapter per DHCP.",
  },
  judge: (view) => {
    const { installed, config } = view.cloudInit;
    if (!installed) return undefined;
    // The command line overrides all files. cloud-init, "Network configuration sources"
    const byKernel = ifSeen(() => listStartLines(view), []).some((line) =>
      /(?:^|\s)network-config=disabled(?:\s|$)/.test(line),
    );
    const file = byKernel ? 'network-config=disabled' : config?.networkDisabledBy;
    if (!config && !file) return undefined;
    return file ? { outcome: 'warn', params: { file } } : { outcome: 'pass' };
  },
});
