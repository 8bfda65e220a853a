import { whether, windowsCheck } from './define.ts';
import { isInstalled } from './windows-drivers.ts';

const disabled = 4;

export const windowsNetworkDriver = windowsCheck({
  code: 'windows-network-driver',
  severity: 'required',
  title: { en: 'virtio network driver of Windows', de: 'virtio-Netzwerktreiber von Windows' },
  problem: {
    en: 'The virtio network driver (netkvm) is missing or disabled. An instance would have no network.',
    de: 'Der virtio-Netzwerktreiber (netkvm) fehlt oder ist deaktiviert. Eine Instanz hätte kein Netzwerk.',
  },
  remedy: {
    en: 'Install virtio-win-guest-tools inside Windows, then upload the disk again.',
    de: 'Installieren Sie virtio-win-guest-tools in Windows und laden Sie den Datenträger erneut hoch.',
  },
  commands: [{ on: 'windows', run: 'D:\\virtio-win-guest-tools.exe /install /quiet /norestart' }],
  judge: ({ drivers }) => {
    const netkvm = drivers.get('netkvm');
    if (!netkvm) return undefined;
    // Plug and play installs from the driver store what it finds a device for; a disk is too late for that, an adapter is not.
    const usable = isInstalled(netkvm) || (netkvm.staged && netkvm.start === undefined);
    return { outcome: whether(usable && netkvm.start !== disabled) };
  },
});
