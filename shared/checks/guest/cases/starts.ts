import { type Case, disk, kernel, linux } from './case.ts';

const read = (...modules: string[]) => ({ state: 'read', path: '/boot/initrd', modules: new Set(modules) }) as const;

/** Does it start? */
export const starts: Case[] = [
  ['operating-system', disk(), 'pass'],
  ['operating-system', disk({ systems: 2 }), 'warn', { count: 2 }],
  ['operating-system', disk({ systems: 0, linux: undefined }), 'fail', { count: 0 }],
  ['operating-system', disk({ systems: 0, linux: undefined, encrypted: true }), 'unknown'],
  ['architecture', disk(), 'pass'],
  ['architecture', disk({ facts: { architecture: 'i386' } }), 'fail', { architecture: 'i386' }],
  ['architecture', disk({ facts: {} }), 'unknown'],
  ['boot-loader', disk({ bootCode: false }), 'pass'],
  ['boot-loader', disk({ bootCode: false, fallbackLoader: false }), 'fail'],
  ['kernel-version', disk(), 'pass'],
  ['kernel-version', linux({ kernels: [{ ...kernel, version: '2.6.27-1' }] }), 'pass'],
  [
    'kernel-version',
    linux({ kernels: [{ ...kernel, version: '2.6.26-2-amd64' }] }),
    'fail',
    { version: '2.6.26-2-amd64' },
  ],
  ['kernel-version', linux({ kernels: [] }), 'fail', { version: '-' }],
  ['virtio-block-initramfs', disk(), 'pass'],
  [
    'virtio-block-initramfs',
    linux({ kernels: [{ ...kernel, builtin: new Set(['virtio_pci', 'virtio_blk']), initramfs: { state: 'none' } }] }),
    'pass',
  ],
  ['virtio-block-initramfs', linux({ kernels: [{ ...kernel, initramfs: read('virtio_blk') }] }), 'fail'],
  ['virtio-block-initramfs', linux({ kernels: [{ ...kernel, initramfs: { state: 'none' } }] }), 'fail'],
  [
    'virtio-block-initramfs',
    linux({ kernels: [{ ...kernel, initramfs: { state: 'unreadable', path: '/boot/x' } }] }),
    'unknown',
  ],
  ['virtio-net', disk(), 'pass'],
  ['virtio-net', linux({ kernels: [{ ...kernel, modules: new Set(['e1000']) }] }), 'fail', { kernel: kernel.version }],
  ['fstab-devices', disk(), 'pass'],
  ['fstab-devices', linux({ startup: { fstab: ['/dev/sda1 / ext4 defaults 0 1'] } }), 'fail', { devices: '/dev/sda1' }],
  [
    'fstab-devices',
    linux({
      startup: {
        fstab: ['/dev/sdb1 /data ext4 nofail 0 2', '/dev/sda2 none swap sw 0 0', '/dev/sdc1 /x ext4 noauto 0 0'],
      },
    }),
    'pass',
  ],
  ['serial-console', disk(), 'pass'],
  ['serial-console', linux({ startup: { kernelLines: ['linux /vmlinuz ro quiet'] } }), 'warn'],
  ['serial-console', linux({ startup: { kernelLines: [] } }), 'unknown'],
];
