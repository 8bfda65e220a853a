import { windowsCheck } from './define.ts';

export const windowsVirtio = windowsCheck({
  code: 'windows-virtio',
  severity: 'required',
  title: {
    en: 'virtio drivers for Windows',
    de: 'virtio-Treiber für Windows',
  },
  problem: {
    en: 'The virtio drivers for disk (viostor or vioscsi) and network (netkvm) are missing, or it could not be seen whether they start at boot.',
    de: 'Die virtio-Treiber für Datenträger (viostor oder vioscsi) und Netzwerk (netkvm) fehlen, oder es war nicht zu erkennen, ob sie beim Start geladen werden.',
  },
  remedy: {
    en: 'Install virtio-win-guest-tools inside Windows while the machine still runs on its old hypervisor, then upload the disk again.',
    de: 'Installieren Sie virtio-win-guest-tools in Windows, solange die Maschine noch auf ihrem alten Hypervisor läuft, und laden Sie den Datenträger erneut hoch.',
  },
  judge: ({ drivers }) => {
    const block = drivers.includes('viostor.sys') || drivers.includes('vioscsi.sys');
    // The file alone does not make a driver start at boot; that is not looked at yet.
    return { outcome: block && drivers.includes('netkvm.sys') ? 'unknown' : 'fail' };
  },
});
