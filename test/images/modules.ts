import type { Tree } from './tree.ts';
import { namesIn, readFrom } from './tree.ts';

const virtio = {
  virtio: 'drivers/virtio',
  virtio_ring: 'drivers/virtio',
  virtio_pci: 'drivers/virtio',
  virtio_pci_legacy_dev: 'drivers/virtio',
  virtio_pci_modern_dev: 'drivers/virtio',
  virtio_blk: 'drivers/block',
  virtio_scsi: 'drivers/scsi',
  virtio_net: 'drivers/net',
};

/** Debian's virtio modules as another distribution lays them out: below the name of its own kernel, packed its own way. */
export function modulesAs(
  debianRoot: string,
  kernel: string,
  { ending, pack }: { ending: string; pack: (module: Buffer) => Buffer },
): { files: Tree; index: Tree } {
  const folder = `/usr/lib/modules/${namesIn(debianRoot, '/usr/lib/modules')[0]}`;
  const paths = Object.entries(virtio).map(([name, where]) => `kernel/${where}/${name}.ko`);
  const files = paths.map((path) => [
    `lib/modules/${kernel}/${path}${ending}`,
    pack(readFrom(debianRoot, `${folder}/${path}`)),
  ]);
  return {
    files: Object.fromEntries(files),
    index: {
      [`lib/modules/${kernel}/modules.builtin`]: 'kernel/fs/ext4/ext4.ko\n',
      [`lib/modules/${kernel}/modules.dep`]: paths.map((path) => `${path}${ending}:\n`).join(''),
    },
  };
}
