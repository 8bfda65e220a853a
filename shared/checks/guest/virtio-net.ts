import { cannotTell, linuxCheck, whether } from './define.ts';
import { networkSeen } from './shown-by.ts';

export const virtioNet = linuxCheck({
  code: 'virtio-net',
  severity: 'required',
  shownBy: networkSeen,
  title: {
    en: 'virtio network driver',
    de: 'virtio-Treiber für das Netzwerk',
  },
  problem: {
    en: 'Kernel {kernel} has no virtio network driver. The instance will have no network.',
    de: 'Der Kernel {kernel} hat keinen virtio-Treiber für das Netzwerk. Die Instanz hat kein Netzwerk.',
  },
  remedy: {
    en: 'Install the standard or cloud kernel of the distribution.',
    de: 'Installieren Sie den Standard- oder Cloud-Kernel der Distribution.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install linux-image-cloud-amd64' },
    { on: 'rhel', run: 'dnf install kernel-core kernel-modules' },
    { on: 'suse', run: 'zypper install kernel-default' },
    { on: 'alpine', run: 'apk add linux-virt' },
  ],
  judge: ({ kernel }) => {
    if (!kernel) return undefined;
    // Without its modules (another check says so) nobody knows what it would have.
    if (kernel.builtin.size + kernel.modules.size === 0) return cannotTell('kernel-modules', kernel.version);
    const found = kernel.builtin.has('virtio_net') || kernel.modules.has('virtio_net');
    return { outcome: whether(found), params: { kernel: kernel.version } };
  },
});
