import type { BootSectorView } from '../../shared/checks/guest/guest-view.ts';

/** The kinds of code in boot sectors, recognised by their bytes alone; no code is run. Offsets: GRUB's boot.S, diskboot.S and stage1.S; LILO's first.S. */
type Code = BootSectorView['code'];

const sectorSize = 512;
function isSigned(sector: Buffer): boolean {
  return sector.length >= sectorSize && sector.readUInt16LE(510) === 0xaa55;
}
function says(sector: Buffer, ...texts: string[]): boolean {
  return texts.every((text) => sector.includes(text, 0, 'latin1'));
}
export function blank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/** First instructions of Windows' code, whose messages are translated, and of libparted's, which has none. */
const knownStarts = ['33c08ed0bc007c', 'fab800108ed0bc00b0'];

/** Finds the program whose code the first sector holds. Every GPT disk has a table and its signature there; these alone are not code. */
export function readBootCode(sector: Buffer): Code {
  if (!isSigned(sector) || blank(sector.subarray(0, 440))) return 'none';
  if (says(sector, 'GRUB ', 'Geom')) return sector.readUInt16LE(0x3e) === 0x0203 ? 'grub-legacy' : 'grub';
  if (says(sector.subarray(0, 16), 'LILO')) return 'lilo';
  if (/^(?:SYS|EXT)LINUX$/.test(sector.toString('latin1', 3, 11)) && says(sector, 'Boot error')) return 'syslinux';
  // syslinux' gptmbr.bin, then its mbr.bin and the codes of DOS and Windows; its altmbr.bin, which needs no mark, has the first text alone.
  if (says(sector, 'Missing OS')) return 'legacy-boot-partition';
  const complaints = ['Multiple active partitions', 'Invalid partition table'];
  if (complaints.some((text) => says(sector, 'Missing operating system', text))) return 'active-partition';
  if (knownStarts.some((code) => sector.toString('hex').startsWith(code))) return 'active-partition';
  return 'unknown';
}

/** Where boot.img finds the core image, in sectors; undefined when the number cannot be one. */
export function grubCoreSector(sector: Buffer): number | undefined {
  const at = sector.readBigUInt64LE(0x5c);
  return at > 0n && at < 2n ** 40n ? Number(at) : undefined;
}

/**
 * Where the boot sector of syslinux finds the first sector of ldlinux.sys: two instructions that load the halves of its number. Undefined where they are
 * not, or hold what they were built with. syslinux core/diskboot.inc, libinstaller/setadv.c
 */
export function syslinuxSector(sector: Buffer): number | undefined {
  for (let at = 0x5a; at + 12 <= 510; at++) {
    if (sector.readUInt16BE(at) !== 0x66b8 || sector.readUInt16BE(at + 6) !== 0x66ba) continue;
    const [low, high] = [sector.readUInt32LE(at + 2), sector.readUInt32LE(at + 8)];
    return low > 0 && low !== 0xdeadbeef && high === 0 ? low : undefined;
  }
  return undefined;
}

/** ldlinux.sys begins with a banner. */
export function isLdlinux(sector: Buffer): boolean {
  return ['SYSLINUX', 'EXTLINUX'].some((text) => says(sector.subarray(0, 64), text));
}

/** Where stage1 of GRUB 0.97 finds stage 1.5 or 2, in sectors. */
export function grubLegacySector(sector: Buffer): number {
  return sector.readUInt32LE(0x44);
}

/** diskboot.img, the first sector of a core image. Its list of blocks names at least one more. */
export function isGrubCore(sector: Buffer): boolean {
  return (
    sector.length >= sectorSize &&
    says(sector, 'loading', 'Geom', 'Read') &&
    sector.readBigUInt64LE(0x1f4) > 0n &&
    sector.readUInt16LE(0x1fc) > 0
  );
}

/** Whether a partition's first sector starts something; mkfs.fat puts a code there that only complains. */
export function startsSomething(sector: Buffer): boolean {
  return isSigned(sector) && !blank(sector.subarray(90, 510)) && !says(sector, 'This is not a bootable disk');
}
