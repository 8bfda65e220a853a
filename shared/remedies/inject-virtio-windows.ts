import type { DriverRemedy } from './define.ts';

export const injectVirtioWindows: DriverRemedy = {
  code: 'inject-virtio-windows',
  answers: [
    'windows-disk-driver',
    'windows-disk-driver-at-boot',
    'windows-network-driver',
    'boot-windows-no-boot-device',
  ],
  appliesTo: ({ osType, architecture = '' }) => osType === 'windows' && ['x86_64', 'i386'].includes(architecture),
  systems: { en: 'Windows on x86', de: 'Windows auf x86' },
  title: { en: 'virtio drivers for Windows', de: 'virtio-Treiber für Windows' },
  plan: {
    en: 'Copies the virtio drivers for disk and network from the virtio-win of this installation into Windows, sets the disk drivers to start at boot, and puts the other drivers where Windows finds them at its next start.',
    de: 'Kopiert die virtio-Treiber für Datenträger und Netzwerk aus dem virtio-win dieser Installation in Windows, lässt die Datenträger-Treiber beim Start laden und legt die übrigen dorthin, wo Windows sie beim nächsten Start findet.',
  },
  drivers: 'virtio-win',
};
