import { describe, expect, test } from 'vitest';
import { grubCoreSector, isGrubCore, isLdlinux, readBootCode, startsSomething, syslinuxSector } from './boot-sector.ts';

/** Sectors of 512 bytes with what the real ones have where it matters; no code is copied. */
function sector(fill: (bytes: Buffer) => void, signature = true): Buffer {
  const bytes = Buffer.alloc(512);
  if (signature) bytes.writeUInt16LE(0xaa55, 510);
  fill(bytes);
  return bytes;
}
function texts(at: number, ...parts: string[]) {
  return (bytes: Buffer) => void bytes.write(parts.join('\0'), at, 'latin1');
}

const grub = sector((bytes) => {
  texts(0x180, 'GRUB ', 'Geom', 'Hard Disk', 'Read', ' Error')(bytes);
  bytes.writeUInt16LE(0x8000, 0x5a);
  bytes.writeBigUInt64LE(2048n, 0x5c);
});
const core = sector((bytes) => {
  texts(0x100, 'loading', '.', 'Geom', 'Read', ' Error')(bytes);
  bytes.writeBigUInt64LE(2049n, 0x1f4);
  bytes.writeUInt16LE(60, 0x1fc);
}, false);

test.each([
  ['nothing', sector(() => undefined), 'none'],
  ['the table of a GPT alone', sector((bytes) => bytes.write('\x02\0\xee\xff', 447, 'latin1')), 'none'],
  ['code without a signature', sector(texts(0, 'GRUB ', 'Geom'), false), 'none'],
  ['GRUB', grub, 'grub'],
  [
    'GRUB 0.97',
    sector((bytes) => {
      texts(0x180, 'GRUB ', 'Geom')(bytes);
      bytes.writeUInt16LE(0x0203, 0x3e);
    }),
    'grub-legacy',
  ],
  ['LILO', sector(texts(6, 'LILO')), 'lilo'],
  [
    'mbr.bin of syslinux',
    sector(texts(200, 'Missing operating system.\r\n', 'Multiple active partitions.')),
    'active-partition',
  ],
  ['altmbr.bin of syslinux', sector(texts(200, 'Missing operating system.\r\n')), 'unknown'],
  ['gptmbr.bin of syslinux', sector(texts(200, 'Missing OS\r\n')), 'legacy-boot-partition'],
  ['Windows', sector(texts(0x163, 'Invalid partition table', 'Missing operating system')), 'active-partition'],
  ['a Windows that speaks German', sector((bytes) => bytes.write('33c08ed0bc007c8ec08ed8', 'hex')), 'active-partition'],
  ['parted', sector((bytes) => bytes.write('fab800108ed0bc00b0', 'hex')), 'active-partition'],
  ['what nobody knows', sector((bytes) => bytes.fill(0x90, 0, 100)), 'unknown'],
])('the first sector of %s', (_, bytes, code) => {
  expect(readBootCode(bytes)).toBe(code);
});

test('a sector that is cut off holds nothing', () => {
  expect(readBootCode(Buffer.alloc(0))).toBe('none');
  expect(isGrubCore(Buffer.alloc(0))).toBe(false);
  expect(startsSomething(Buffer.alloc(0))).toBe(false);
});

describe('GRUB', () => {
  test('boot.img tells where the core image is', () => {
    expect(grubCoreSector(grub)).toBe(2048);
    expect(grubCoreSector(Buffer.alloc(512))).toBeUndefined();
    expect(grubCoreSector(Buffer.alloc(512, 0xff))).toBeUndefined();
  });

  test('a core image without more to load is none', () => {
    expect(isGrubCore(core)).toBe(true);
    const alone = Buffer.from(core);
    alone.writeUInt16LE(0, 0x1fc);
    expect(isGrubCore(alone)).toBe(false);
    expect(isGrubCore(grub)).toBe(false);
  });
});

test('what mkfs.fat writes into a boot sector starts nothing', () => {
  expect(startsSomething(sector((bytes) => bytes.fill(0x90, 100, 300)))).toBe(true);
  expect(startsSomething(sector(texts(119, 'This is not a bootable disk.  Please insert a bootable floppy')))).toBe(
    false,
  );
  expect(startsSomething(sector(texts(3, 'mkfs.fat')))).toBe(false);
});

test('extlinux in the first sector of a disk without partitions, and what it calls', () => {
  const sector = Buffer.alloc(512);
  sector.write('SYSLINUX', 3, 'latin1');
  sector.write('Boot error', 0x1c0, 'latin1');
  sector.writeUInt16LE(0xaa55, 510);
  // mov eax, and mov edx, with the sector's number, as its installer writes it.
  sector.write('66b8efbeadde66bacefaedfe', 0x118, 'hex');
  expect([readBootCode(sector), syslinuxSector(sector)]).toEqual(['syslinux', undefined]);
  sector.writeUInt32LE(0x1234, 0x11a);
  sector.writeUInt32LE(0, 0x120);
  expect(syslinuxSector(sector)).toBe(0x1234);
  expect(syslinuxSector(Buffer.alloc(512))).toBeUndefined();
  expect([isLdlinux(Buffer.from('\r\nSYSLINUX 6.04 ')), isLdlinux(Buffer.alloc(512))]).toEqual([true, false]);
});
