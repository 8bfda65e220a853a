import type { WindowsVolumeView } from '../../shared/checks/guest/guest-view.ts';
import { partly, toSeen, toUnseen } from '../../shared/checks/guest/unseen.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { exactPath } from './windows-paths.ts';

/** A power of two when negative, as NTFS writes sizes that may be smaller than a cluster. */
function readSize(coded: number, unit: number): number {
  return coded < 0 ? 2 ** -coded : coded * unit;
}

const volumeRecord = 3;
const volumeInformation = 0x70;
const isDirty = 0x0001;

type Read = (offset: number, length: number) => Promise<Buffer | undefined>;

/**
 * Whether Windows wants to check the volume: a flag in the file $Volume, the fourth record of the master file table. Undefined
 * when this is no NTFS or a broken one. Linux: fs/ntfs3/ntfs.h, NTFS_BOOT, MFT_REC, ATTR_VOL_INFO
 */
export async function dirtyFlag(read: Read): Promise<boolean | undefined> {
  const boot = await read(0, 512);
  if (boot?.length !== 512 || boot.toString('latin1', 3, 7) !== 'NTFS') return undefined;
  const sectors = boot.readUInt8(13);
  const cluster = boot.readUInt16LE(11) * (sectors <= 0x80 ? sectors : readSize(boot.readInt8(13), 1));
  const recordSize = readSize(boot.readInt8(64), cluster);
  const start = Number(boot.readBigUInt64LE(48)) * cluster + volumeRecord * recordSize;
  if (recordSize < 512 || recordSize > 65_536 || !Number.isSafeInteger(start)) return undefined;
  const record = await read(start, recordSize);
  if (record?.length !== recordSize || record.toString('latin1', 0, 4) !== 'FILE') return undefined;
  for (let at = record.readUInt16LE(20); at + 24 <= recordSize; ) {
    const length = record.readUInt32LE(at + 4);
    if (record.readUInt32LE(at) === volumeInformation) {
      const flags = at + record.readUInt16LE(at + 20) + 10;
      return flags + 2 <= recordSize ? (record.readUInt16LE(flags) & isDirty) !== 0 : undefined;
    }
    if (length < 24) return undefined;
    at += length;
  }
  return undefined;
}

/** `device` is mounted. A session that was resumed leaves its file behind, which then begins with other words. */
export async function lookAtVolume({ about, bytes }: Guestfish, device: string): Promise<WindowsVolumeView> {
  const path = await exactPath(about, '/hiberfil.sys');
  const signature = path ? (await bytes('pread', path, '4', '0'))?.toString('latin1') : undefined;
  const dirty = await dirtyFlag((offset, length) => bytes('pread-device', device, String(length), String(offset)));
  return partly<WindowsVolumeView>({
    dirty: dirty === undefined ? toUnseen('filesystem', device) : toSeen(dirty),
    hibernated:
      path !== undefined && signature === undefined ? toUnseen('file', path) : toSeen(/^hibr$/i.test(signature ?? '')),
  });
}
