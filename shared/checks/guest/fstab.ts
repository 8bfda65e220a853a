/** One line of fstab(5). */
export type FstabEntry = { device: string; mountPoint: string; type: string; options: readonly string[] };

export function fstabEntry(line: string): FstabEntry {
  const [device = '', mountPoint = '', type = '', options = ''] = line.split(/\s+/);
  return { device, mountPoint, type, options: options.split(',') };
}

export function has({ options }: FstabEntry, ...wanted: string[]): boolean {
  return wanted.some((option) => options.includes(option));
}

/** Whether the system waits for it, and ends in an emergency shell without it. systemd.mount(5) */
export function isWaitedFor(entry: FstabEntry): boolean {
  return entry.type !== 'swap' && !has(entry, 'nofail', 'noauto', 'x-systemd.automount');
}

const networkTypes = [
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  'ceph',
  'glusterfs',
  '9p',
  'virtiofs',
  'fuse.sshfs',
  'afs',
  'lustre',
];

export function isOnNetwork(entry: FstabEntry): boolean {
  return networkTypes.includes(entry.type) || has(entry, '_netdev');
}

/** Whether a disk is named, and no pseudo filesystem, dataset, file or share. */
export function namesDisk(entry: FstabEntry): boolean {
  return /^(?:UUID|LABEL|PARTUUID|PARTLABEL)=|^\/dev\//.test(entry.device) && !isOnNetwork(entry);
}
