import { linuxCheck, whether } from './define.ts';
import { isLogicalVolume } from './device-names.ts';
import type { DiskView } from './guest-view.ts';
import { thereAtBoot } from './kernel.ts';
import { started } from './shown-by.ts';
import { someHolds } from './unseen.ts';

/** Modules of which one is enough. */
const drivers: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ext4: ['ext4'],
    ext3: ['ext4', 'ext3'],
    ext2: ['ext4', 'ext2'],
    xfs: ['xfs'],
    btrfs: ['btrfs'],
    f2fs: ['f2fs'],
    jfs: ['jfs'],
    reiserfs: ['reiserfs'],
    zfs_member: ['zfs'],
  }),
);

function findNeededDrivers(root: string, { volumes }: DiskView): (readonly string[])[] {
  const volume = volumes.find(({ device }) => device === root);
  if (!volume) return [];
  const needed = drivers.get(volume.type);
  return [
    ...(needed ? [needed] : []),
    ...(isLogicalVolume(volume) ? [['dm_mod']] : []),
    ...(/^\/dev\/md/.test(volume.device) ? [['md_mod'], ['raid1', 'raid0', 'raid10', 'raid456']] : []),
  ];
}

export const initramfsRootDriver = linuxCheck({
  code: 'initramfs-root-driver',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Driver of the root filesystem at boot',
    de: 'Treiber des Root-Dateisystems beim Start',
  },
  problem: {
    en: 'Neither kernel {kernel} nor its initramfs contains the modules that the root filesystem needs ({modules}). The start ends in the shell of the initramfs or with a kernel panic.',
    de: 'Weder der Kernel {kernel} noch sein Initramfs enthält die Module, die das Root-Dateisystem braucht ({modules}). Der Start endet in der Shell des Initramfs oder mit einer Kernel-Panik.',
  },
  remedy: {
    en: 'Rebuild the initramfs inside the system.',
    de: 'Erzeugen Sie das Initramfs im System neu.',
  },
  commands: [
    { on: 'debian', run: 'update-initramfs -u -k all' },
    { on: 'rhel', run: 'dracut --force --no-hostonly --regenerate-all' },
    { on: 'suse', run: 'dracut --force --no-hostonly --regenerate-all' },
    { on: 'alpine', run: 'mkinitfs' },
  ],
  judge: ({ kernel, startup }, { disk }) => {
    if (!kernel) return undefined;
    const needed = findNeededDrivers(startup.rootDevice, disk);
    if (needed.length === 0) return undefined;
    const missing = needed.filter((choice) => !someHolds(choice, (module) => thereAtBoot(kernel, module)));
    return {
      outcome: whether(missing.length === 0),
      params: { kernel: kernel.version, modules: missing.map(([module]) => module).join(' ') },
    };
  },
});
