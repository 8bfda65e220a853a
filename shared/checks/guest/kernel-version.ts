import { linuxCheck, whether } from './define.ts';
import { started } from './shown-by.ts';

export const kernelVersion = linuxCheck({
  code: 'kernel-version',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Linux kernel',
    de: 'Linux-Kernel',
  },
  problem: {
    en: 'No kernel with virtio drivers was found. Kernels have them since 2.6.27 (found: {version}).',
    de: 'Es wurde kein Kernel mit virtio-Treibern gefunden. Kernel haben sie seit 2.6.27 (gefunden: {version}).',
  },
  remedy: {
    en: 'Install a current kernel of the distribution.',
    de: 'Installieren Sie einen aktuellen Kernel der Distribution.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install linux-image-amd64' },
    { on: 'rhel', run: 'dnf install kernel' },
    { on: 'suse', run: 'zypper install kernel-default' },
    { on: 'alpine', run: 'apk add linux-virt' },
  ],
  judge: ({ kernel }) => {
    if (!kernel) return { outcome: 'fail', params: { version: '-' } };
    const [major = 0, minor = 0, patch = 0] = kernel.version.split(/[.-]/).map(Number);
    const number = major * 1_000_000 + minor * 1000 + (Number.isFinite(patch) ? patch : 0);
    return { outcome: whether(number >= 2_006_027), params: { version: kernel.version } };
  },
});
