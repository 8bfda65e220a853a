import type { DiskView, VolumeView } from './guest-view.ts';
import { Unseen } from './unseen.ts';

/** Names of block devices as fstab(5) and kernel command lines give them. */
type DeviceName = { by: 'uuid' | 'label' | 'partUuid' | 'partLabel'; value: string } | { by: 'path'; value: string };

const tags = { UUID: 'uuid', LABEL: 'label', PARTUUID: 'partUuid', PARTLABEL: 'partLabel' } as const;

function deviceName(text: string): DeviceName {
  const [, tag = '', quoted = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/.exec(text) ?? [];
  if (tag in tags)
    return { by: tags[tag as keyof typeof tags], value: unescapeName(quoted.replaceAll(/^["']|["']$/g, '')) };
  const [, folder = '', name = ''] = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/.exec(text) ?? [];
  const upper = folder.toUpperCase();
  return upper in tags
    ? { by: tags[upper as keyof typeof tags], value: unescapeName(name) }
    : { by: 'path', value: text };
}

/** A blank is \040 in fstab and \x20 in a name that udev makes. */
function unescapeName(text: string): string {
  return text.replaceAll(/\\(?:0([0-7]{2})|x([0-9a-fA-F]{2}))/g, (_, octal?: string, hex?: string) =>
    String.fromCharCode(octal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(octal, 8)),
  );
}

/** Names of a bus, a slot or a serial number, which a virtio disk does not have; of the loop or network device that an image was built on. */
export function isOldName(text: string): boolean {
  return (
    /^\/dev\/(?:sd|hd|xvd|nvme|mmcblk|ad\d|da\d|loop\d|nbd\d)/.test(text) ||
    /^\/dev\/disk\/by-path\//.test(text) ||
    /^\/dev\/disk\/by-id\/(?:ata|scsi|usb|nvme|wwn|virtio|google|mmc)-/.test(text)
  );
}

/**
 * Whether the image holds the named device.
 * @throws Unseen when the device may lie inside an encrypted volume or a group, or when its name does not show where it is
 */
export function isInImage(text: string, { volumes, partitions }: DiskView): boolean {
  const name = deviceName(text);
  const throwIfEncrypted = (): false => {
    const locked = volumes.find(({ type }) => type === 'crypto_LUKS');
    if (locked) throw new Unseen({ reason: 'encrypted', what: locked.device });
    return false;
  };
  if (name.by !== 'path') {
    const wanted = name.value.toLowerCase();
    const fits = (value: string | undefined): boolean =>
      name.by === 'label' || name.by === 'partLabel' ? value === name.value : value?.toLowerCase() === wanted;
    return volumes.some((volume) => fits(volume[name.by])) || throwIfEncrypted();
  }
  const [, partition] = /^\/dev\/vda(\d*)$/.exec(name.value) ?? [];
  if (partition !== undefined) return partition === '' || partitions.some(({ number }) => number === Number(partition));
  if (/^\/dev\/md/.test(name.value)) {
    const member = volumes.find(({ type }) => type === 'linux_raid_member');
    if (member) throw new Unseen({ reason: 'group', what: member.device });
    return false;
  }
  const logical = volumes.filter(isLogicalVolume).flatMap(({ device }) => [device, mapperName(device)]);
  if (logical.includes(name.value)) return true;
  if (/^\/dev\/mapper\//.test(name.value)) return throwIfEncrypted();
  // /dev/VG/LV; the names of other devices do not show where they are.
  if (/^\/dev\/(?!disk\/|block\/|v[db])[\w.+-]+\/[\w.+-]+$/.test(name.value)) return throwIfEncrypted();
  throw new Unseen({ reason: 'device-name', what: name.value });
}

export function isLogicalVolume({ device }: VolumeView): boolean {
  return /^\/dev\/(?!mapper\/|md)[^/]{1,255}\/[^/]{1,255}$/.test(device);
}

/** lvm(8): dashes inside the names are doubled. */
function mapperName(device: string): string {
  const [group = '', volume = ''] = device.slice('/dev/'.length).split('/');
  return `/dev/mapper/${[group, volume].map((part) => part.replaceAll('-', '--')).join('-')}`;
}
