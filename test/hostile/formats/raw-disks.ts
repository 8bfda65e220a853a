/** Disks that have no magic of their own, by the marks that operating systems look for; and what people upload by mistake. */

const MiB = 1024 ** 2;

type Disk = { name: string; bytes: Buffer };

function disk(write: (bytes: Buffer) => void, size = MiB): Buffer {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
}

function at(offset: number, text: string) {
  return (bytes: Buffer) => void bytes.write(text, offset, 'latin1');
}

function makeMbr(
  entries: { status?: number; type?: number; start?: number; sectors?: number }[],
  mark = [0x55, 0xaa],
): Buffer {
  return disk((bytes) => {
    entries.forEach(({ status = 0, type = 0x83, start = 64, sectors = 64 }, index) => {
      bytes[446 + index * 16] = status;
      bytes[446 + index * 16 + 4] = type;
      bytes.writeUInt32LE(start, 446 + index * 16 + 8);
      bytes.writeUInt32LE(sectors, 446 + index * 16 + 12);
    });
    Buffer.from(mark).copy(bytes, 510);
  });
}

function withGptAt4096(): Buffer {
  return disk((bytes) => {
    bytes.write('EFI PART', 4096, 'latin1');
    bytes.writeUInt32LE(92, 4096 + 12);
  });
}

export const rawDisks = function* (): Generator<Disk> {
  const marks: [string, number, string][] = [
    ['NTFS', 3, 'NTFS    '],
    ['exFAT', 3, 'EXFAT   '],
    ['FAT16', 54, 'FAT16   '],
    ['FAT12', 54, 'FAT12   '],
    ['FAT32', 82, 'FAT32   '],
    ['squashfs', 0, 'hsqs'],
    ['LVM, first sector', 0, 'LABELONE'],
    ['LVM, second sector', 512, 'LABELONE'],
    ['LVM, third sector', 1024, 'LABELONE'],
    ['LVM, fourth sector', 1536, 'LABELONE'],
    ['LVM, fifth sector', 2048, 'LABELONE'],
  ];
  for (const [name, offset, text] of marks) {
    yield { name, bytes: disk(at(offset, text)) };
    yield { name: `${name}, one byte further on`, bytes: disk(at(offset + 1, text)) };
    yield { name: `${name}, its last byte missing`, bytes: disk(at(offset, text.trimEnd().slice(0, -1))) };
  }
  for (const blocks of [0n, 1n, 255n, 256n, 257n, 2n ** 63n]) {
    const bytes = disk(at(0, 'XFSB'));
    bytes.writeUInt32BE(4096, 4);
    bytes.writeBigUInt64BE(blocks, 8);
    yield { name: `XFS of ${blocks} blocks in 256`, bytes };
  }
  for (const size of [0n, 1n, BigInt(MiB), BigInt(MiB) + 1n, 2n ** 63n]) {
    const bytes = disk(at(65_536 + 64, '_BHRfS_M'));
    bytes.writeBigUInt64LE(size, 65_536 + 112);
    yield { name: `btrfs of ${size} bytes in ${MiB}`, bytes };
  }
  yield { name: 'MBR, one partition', bytes: makeMbr([{}]) };
  yield { name: 'MBR, bootable', bytes: makeMbr([{ status: 0x80 }]) };
  yield { name: 'MBR, status 1', bytes: makeMbr([{ status: 1 }]) };
  yield { name: 'MBR, status 0x81 in the fourth', bytes: makeMbr([{}, {}, {}, { status: 0x81 }]) };
  yield { name: 'MBR, no partition', bytes: makeMbr([]) };
  yield { name: 'MBR, only the fourth', bytes: makeMbr([{ type: 0 }, { type: 0 }, { type: 0 }, {}]) };
  yield { name: 'MBR, starts at the end', bytes: makeMbr([{ start: 2048, sectors: 0 }]) };
  yield { name: 'MBR, starts before the end', bytes: makeMbr([{ start: 2047, sectors: 0 }]) };
  yield { name: 'MBR, ends at the end', bytes: makeMbr([{ start: 2047, sectors: 1 }]) };
  yield { name: 'MBR, ends behind the end', bytes: makeMbr([{ start: 2047, sectors: 2 }]) };
  yield { name: 'MBR, second ends behind the end', bytes: makeMbr([{}, { start: 1024, sectors: 1025 }]) };
  yield { name: 'MBR, protective, behind the end', bytes: makeMbr([{ type: 0xee, start: 1, sectors: 0xffff_ffff }]) };
  yield { name: 'MBR, protective, starts behind the end', bytes: makeMbr([{ type: 0xee, start: 9999 }]) };
  yield { name: 'MBR, mark 55 00', bytes: makeMbr([{}], [0x55, 0]) };
  yield { name: 'MBR, mark 00 aa', bytes: makeMbr([{}], [0, 0xaa]) };
  yield {
    name: 'MBR and filesystem',
    bytes: disk((bytes) => {
      makeMbr([{}]).copy(bytes);
      bytes.write('NTFS    ', 3, 'latin1');
    }),
  };
  yield { name: 'GPT of 4096, its checksum wrong', bytes: withGptAt4096() };
  yield { name: 'not a whole sector', bytes: Buffer.concat([makeMbr([{}]), Buffer.alloc(100)]) };

  const mistakes: [string, string][] = [
    ['zeros', ''],
    ['ZIP', 'PK\x03\x04'],
    ['7-Zip', '7z\xbc\xaf\x27\x1c'],
    ['RAR', 'Rar!'],
    ['PDF', '%PDF-1.7'],
    ['ELF', '\x7fELF\x02'],
    ['HTML', '<!DOCTYPE html>'],
    ['HTML behind blanks', ' \n\t<html>'],
    ['XML', '<?xml version="1.0"?>'],
    ['no HTML', 'x <html>'],
    ['Windows program', 'MZ\x90\0'],
    ['WIM', 'MSWIM\0\0\0'],
    ['text', 'Hello.\n'],
    ['bzip2 without its block', 'BZh9xxxxxx'],
    ['bzip2 of level 0', 'BZh01AY&SY'],
    ['gzip of another method', '\x1f\x8b\x09'],
    ['xz cut short', '\xfd7zXZ'],
    ['zstd, another magic', '\x28\xb5\x2f\xfe'],
    ['COWD', 'COWD'],
    ['SESparse', '\xbe\xba\xfe\xca\0\0\0\0'],
    ['LUKS', 'LUKS\xba\xbe\0\x01'],
    ['QED', 'QED\0'],
  ];
  for (const [name, text] of mistakes) {
    yield { name: `mistake: ${name}`, bytes: disk((bytes) => void bytes.write(text, 0, 'latin1'), 16_384) };
  }
  yield { name: 'zeros, then something in the fifth KiB', bytes: disk((bytes) => void bytes.write('x', 4096), 16_384) };
  yield { name: 'something in the last byte of 4 KiB', bytes: disk((bytes) => void bytes.write('x', 4095), 16_384) };
  yield { name: 'DMG', bytes: disk((bytes) => void bytes.write('koly', 16_384 - 512), 16_384) };
  yield { name: 'DMG, its trailer too early', bytes: disk((bytes) => void bytes.write('koly', 16_384 - 513), 16_384) };
  for (const text of ['NSR02', 'NSR03', 'NSR04', 'CD001', 'CD002'])
    yield { name: `ISO: ${text}`, bytes: disk(at(32_769, text), 65_536) };
  for (const size of [0, 1, 511, 512, 513]) yield { name: `${size} zeros`, bytes: Buffer.alloc(size) };
};
