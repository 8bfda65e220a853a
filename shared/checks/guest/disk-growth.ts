import { advise, linuxCheck } from './define.ts';
import { isLogicalVolume } from './device-names.ts';
import type { DiskView } from './guest-view.ts';

/** The types of MBR's extended partition, which holds the logical partitions. */
const extended = new Set(['05', '0f', '85']);

/**
 * The partitions that keep the root's partition from growing: those behind it, or the extended partition around it. With LVM, the last partition that holds a
 * part of the volume group counts.
 */
function partitionsBehind(root: string, { partitions, volumes }: DiskView): string[] {
  const name = (number: number): string => `/dev/sda${number}`;
  const ofGroup = volumes.filter(({ type }) => type === 'LVM2_member').map(({ device }) => device);
  const holders = isLogicalVolume({ device: root, type: '' }) ? ofGroup : [root];
  const own = partitions.filter(({ number }) => holders.includes(name(number)));
  const end = Math.max(...own.map((partition) => partition.end));
  if (own.length === 0) return [];
  return partitions
    .filter((each) => !own.includes(each))
    .filter(({ type, start, end: last }) => start > end || (extended.has(type) && start < end && end <= last))
    .map(({ number }) => name(number));
}

export const diskGrowth = linuxCheck({
  code: 'disk-growth',
  severity: 'advice',
  title: {
    en: 'Disk can grow',
    de: 'Datenträger kann wachsen',
  },
  problem: {
    en: 'On a larger disk, the root filesystem keeps its size from the image: growpart is missing, or there is no free space behind its partition (there is {behind}).',
    de: 'Auf einem größeren Datenträger behält das Root-Dateisystem die Größe, die es im Image hat: growpart fehlt, oder hinter seiner Partition ist kein Platz (dort: {behind}).',
  },
  remedy: {
    en: 'Install growpart in the image. The root partition must be the last one. Put swap into a file, or in front of it.',
    de: 'Installieren Sie growpart im Image. Die Partition des Root-Dateisystems muss die letzte sein. Legen Sie Swap in eine Datei oder davor.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install cloud-guest-utils' },
    { on: 'rhel', run: 'dnf install cloud-utils-growpart' },
    { on: 'suse', run: 'zypper install growpart' },
    { on: 'alpine', run: 'apk add cloud-utils-growpart' },
  ],
  judge: ({ services, startup }, { disk }) => {
    const behind = partitionsBehind(startup.rootDevice, disk);
    return { ...advise(behind.length === 0 && services.growpart), params: { behind: behind.join(' ') || '-' } };
  },
});
