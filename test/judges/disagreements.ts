/** Where a judge and bootready disagree, and why. The suite fails if a disagreement is missing here, and if a listed one no longer exists. */
export type Disagreement = {
  image: string;
  judge: string;
  about: string;
  ours: string;
  theirs: string;
  reason: string;
};

const [dissect, lsinitramfs, lsinitrd] = ['dissect.target', 'lsinitramfs', 'lsinitrd of dracut'];
const virtio = 'virtio disk driver at boot';
const nothingStarts = 'a disk that nothing starts, with a kernel whose modules are gone';
const oldKernel = 'a system with a kernel from before virtio, and with a cloud-init as old that is switched off';

/** Other initramfses than the one that starts. */
function reads(image: string, reason: string): Disagreement[] {
  return [lsinitramfs, lsinitrd].map((judge) => ({
    image,
    judge,
    about: virtio,
    ours: 'fail',
    theirs: 'pass',
    reason,
  }));
}

/** Names of the distribution's own file, and names that the judge puts together from the version. */
function named(image: string, ours: string, theirs: string): Disagreement {
  const reason = 'The system has both: our name is the one that it uses for itself (PRETTY_NAME).';
  return { image, judge: dissect, about: 'name and version', ours, theirs, reason };
}

export const disagreements: readonly Disagreement[] = [
  {
    image: 'debian-btrfs',
    judge: dissect,
    about: 'name and version',
    ours: 'Debian GNU/Linux 12 (bookworm)',
    theirs: 'null',
    reason: 'The judge looks for files in the top of a btrfs, not in the subvolume of the root.',
  },
  {
    image: 'debian-btrfs',
    judge: dissect,
    about: 'architecture',
    ours: 'x86_64',
    theirs: "error: AttributeError: 'Subvolume' object has no attribute 'is_symlink'",
    reason: 'The judge fails at a subvolume.',
  },
  named('alpine-tree', 'Alpine Linux v3.20', 'Alpine Linux 3.20.3'),
  named('an Alpine for UEFI, whose boot entry stayed in its old machine', 'Alpine Linux v3.20', 'Alpine Linux 3.20.3'),
  named('a real Alpine', 'Alpine Linux v3.23', 'Alpine Linux 3.23.6'),
  ...reads(nothingStarts, 'The initramfs of the boot entry is missing. The judge reads that of another kernel.'),
  ...reads(oldKernel, 'The boot entry starts a kernel without an initramfs. The judge reads that of another kernel.'),
  ...['systemctl is-enabled', 'systemd-analyze verify'].map((judge) => ({
    image: oldKernel,
    judge,
    about: 'cloud-init is enabled',
    ours: 'fail',
    theirs: 'pass',
    reason: 'The file /etc/cloud/cloud-init.disabled disables it. The judge reads only units.',
  })),
  {
    image: oldKernel,
    judge: 'systemctl is-enabled',
    about: 'SSH server is enabled',
    ours: 'fail',
    theirs: 'pass',
    reason: 'The unit has only its alias sshd.service, which counts as enabled for the judge. Nothing wants the unit.',
  },
  {
    image: 'half of a mirror, with a system that was never meant for a cloud',
    judge: dissect,
    about: 'kind of system',
    ours: 'linux',
    theirs: 'error: TargetError',
    reason: 'The judge opens nothing of a disk on which a RAID is not complete.',
  },
  {
    image: 'a disk whose data looks like a qcow2',
    judge: dissect,
    about: 'kind of system',
    ours: 'none',
    theirs: 'error: TargetError',
    reason: 'The judge takes the disk for a qcow2, because of its first bytes.',
  },
];
