import type {
  BootSectorView,
  DiskView,
  EfiLoader,
  PartitionView,
  VolumeView,
} from '../../shared/checks/guest/guest-view.ts';
import { partly, type Seen, TooMuch, toSeen, toUnseen, type Why } from '../../shared/checks/guest/unseen.ts';
import {
  blank,
  grubCoreSector,
  grubLegacySector,
  isGrubCore,
  isLdlinux,
  readBootCode,
  startsSomething,
  syslinuxSector,
} from './boot-sector.ts';
import { type Look, pairs } from './reader.ts';
import { clean } from './text.ts';

const sectorSize = 512;
/** GPT has 128 partitions as a rule. */
const mostVolumes = 160;
const mostLoaders = 50;

/** Reads the disk's contents as the appliance sees them. Afterwards nothing is mounted. */
export async function lookAtDisk(look: Look): Promise<DiskView> {
  const { ask } = look.guestfish;
  const inPartitions = (await ask('list-partitions')) ?? [];
  const onTop = [...((await ask('lvs')) ?? []), ...((await ask('list-md-devices')) ?? [])];
  const partitions: PartitionView[] = [];
  const volumes: VolumeView[] = [];
  const devices = [...(inPartitions.length > 0 ? inPartitions : ['/dev/sda']), ...onTop];
  if (devices.length > mostVolumes) throw new TooMuch('partitions and volumes');
  for (const device of devices) {
    const tags = new Map(pairs(await ask('blkid', device)).map(([name, value]) => [name, clean(value)]));
    const partition = toPartition(tags);
    if (partition) partitions.push(partition);
    const volume = toVolume(clean(device), tags);
    if (volume) volumes.push(volume);
  }
  const bootSector = await lookAtBootSector(look, partitions);
  return partly<DiskView>({
    partitions: toSeen(partitions),
    volumes: toSeen(volumes),
    bootSector: toSeen(bootSector),
    efiLoaders: await lookForLoaders(look, volumes, partitions),
  });
}

type Tags = ReadonlyMap<string, string>;

/** libblkid's PART_ENTRY_*: offsets and sizes are in sectors of 512 bytes. */
function toPartition(tags: Tags): PartitionView | undefined {
  const number = Number(tags.get('PART_ENTRY_NUMBER'));
  const start = Number(tags.get('PART_ENTRY_OFFSET')) * sectorSize;
  const size = Number(tags.get('PART_ENTRY_SIZE')) * sectorSize;
  if (!(number > 0) || !(start >= 0) || !(size > 0)) return undefined;
  const type = (tags.get('PART_ENTRY_TYPE') ?? '').toLowerCase().replace(/^0x/, '').padStart(2, '0');
  const flags = /^0x[0-9a-f]{1,16}$/.test(tags.get('PART_ENTRY_FLAGS') ?? '')
    ? BigInt(tags.get('PART_ENTRY_FLAGS') as string)
    : 0n;
  const bootable = tags.get('PART_ENTRY_SCHEME') === 'gpt' ? (flags & 4n) !== 0n : (flags & 0x80n) !== 0n;
  return { number, type, bootable, start, end: start + size - 1 };
}

function toVolume(device: string, tags: Tags): VolumeView | undefined {
  const type = tags.get('TYPE');
  if (!type) return undefined;
  const named = { uuid: 'UUID', label: 'LABEL', partUuid: 'PART_ENTRY_UUID', partLabel: 'PART_ENTRY_NAME' };
  const names = Object.entries(named).flatMap(([name, tag]) => {
    const value = tags.get(tag);
    // blkid escapes what a shell would.
    return value === undefined ? [] : [[name, value.replaceAll(/\\(.)/g, '$1')]];
  });
  return { device, type, ...Object.fromEntries(names) };
}

async function sectorAt({ guestfish: { bytes } }: Look, offset: number): Promise<Buffer> {
  return (await bytes('pread-device', '/dev/sda', String(sectorSize), String(offset))) ?? Buffer.alloc(0);
}

async function lookAtBootSector(look: Look, partitions: readonly PartitionView[]): Promise<BootSectorView> {
  const sector = await sectorAt(look, 0);
  const code = readBootCode(sector);
  if (code === 'grub') {
    const at = grubCoreSector(sector);
    const next = at !== undefined && isGrubCore(await sectorAt(look, at * sectorSize));
    return { code, next, coreAt: at === undefined ? undefined : at * sectorSize };
  }
  if (code === 'grub-legacy') {
    const at = grubLegacySector(sector);
    return { code, next: at > 0 && !blank(await sectorAt(look, at * sectorSize)), coreAt: undefined };
  }
  if (code === 'syslinux') {
    const at = syslinuxSector(sector);
    return { code, next: at !== undefined && isLdlinux(await sectorAt(look, at * sectorSize)), coreAt: undefined };
  }
  if (code === 'active-partition' || code === 'legacy-boot-partition') {
    const marked = partitions.filter(({ bootable }) => bootable);
    const [partition] = marked;
    const next = marked.length === 1 && partition && startsSomething(await sectorAt(look, partition.start));
    return { code, next: next === true, coreAt: undefined };
  }
  const next = code === 'none' ? toSeen(false) : toUnseen('boot-code');
  return partly<BootSectorView>({ code: toSeen(code), next, coreAt: toSeen(undefined) });
}

/** UEFI 2.10, 13.3: EFI system partitions have a type of their own, and FAT on them. */
const systemPartition = new Set(['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'ef']);

async function lookForLoaders(
  { guestfish: { ask } }: Look,
  volumes: readonly VolumeView[],
  partitions: readonly PartitionView[],
): Promise<Seen<EfiLoader[]>> {
  const found: EfiLoader[] = [];
  let unread: Why | undefined;
  for (const { device } of volumes.filter(({ type }) => type === 'vfat')) {
    if ((await ask('mount-ro', device, '/')) === undefined) {
      unread = { reason: 'filesystem', what: device };
      continue;
    }
    const folder = (await ask('case-sensitive-path', '/EFI'))?.[0];
    for (const vendor of folder ? ((await ask('ls', folder)) ?? []).slice(0, mostLoaders) : []) {
      for (const name of (await ask('ls', `${folder}/${vendor}`)) ?? []) {
        if (!/\.efi$/i.test(name) || found.length >= mostLoaders) continue;
        const number = Number(/\d{1,9}$/.exec(device)?.[0]);
        const type = partitions.find((partition) => partition.number === number)?.type ?? '';
        const path = clean(`/efi/${vendor}/${name}`).toLowerCase();
        found.push({ path, device, onSystemPartition: systemPartition.has(type) });
      }
    }
    await ask('umount-all');
  }
  return unread && found.length === 0 ? { unseen: unread } : toSeen(found);
}
