/** Hives of the registry whose structures lie. https://github.com/msuhanov/regf, "Windows registry file format specification" */

const page = 4096;
type Cell = { at: number; kind: string };

/** All cells that are in use: each begins with its size, negative, then with two letters of what it holds. */
function readCells(hive: Buffer): Cell[] {
  const cells: Cell[] = [];
  for (let bin = page; bin + 32 < hive.length && hive.toString('latin1', bin, bin + 4) === 'hbin'; ) {
    const end = bin + hive.readUInt32LE(bin + 8);
    for (let at = bin + 32; at + 8 <= end; ) {
      const size = Math.abs(hive.readInt32LE(at));
      if (size < 8) break;
      if (hive.readInt32LE(at) < 0) cells.push({ at: at + 4, kind: hive.toString('latin1', at + 4, at + 6) });
      at += size;
    }
    bin = end;
  }
  return cells;
}

type Change = (hive: Buffer, of: (...kinds: string[]) => number[]) => void;
function all(kinds: string[], change: (hive: Buffer, at: number) => void): Change {
  return (hive, of) => {
    for (const at of of(...kinds)) change(hive, at);
  };
}
const lists = ['lf', 'lh', 'li', 'ri'];
/** Where the header says the root lies: from the first bin on. */
function readRoot(hive: Buffer): number {
  return page + hive.readUInt32LE(36) + 4;
}

const changes: Record<string, Change> = {
  'every key has the subkeys of the root': (hive, of) => {
    const root = readRoot(hive);
    for (const at of of('nk')) hive.copy(hive, at + 20, root + 20, root + 32);
  },
  'every key is its own subkey': (hive, of) => {
    for (const list of of('lf', 'lh')) {
      const count = hive.readUInt16LE(list + 2);
      for (let index = 0; index < count; index++) hive.writeUInt32LE(hive.readUInt32LE(36), list + 4 + index * 8);
    }
  },
  'lists that list themselves': all(lists, (hive, at) => {
    hive.write('ri', at, 'latin1');
    for (let place = at + 4; place < at + 36; place += 4) hive.writeUInt32LE(at - 4 - page, place);
  }),
  'as many subkeys and values as a number can say': all(['nk'], (hive, at) => {
    hive.writeUInt32LE(0xffff_ffff, at + 20);
    hive.writeUInt32LE(0xffff_ffff, at + 36);
  }),
  'a million subkeys in lists of a few': all(['nk'], (hive, at) => void hive.writeUInt32LE(1_000_000, at + 20)),
  'lists with as many as they can say': all(lists, (hive, at) => void hive.writeUInt16LE(0xffff, at + 2)),
  'values of two gigabytes': all(['vk'], (hive, at) => void hive.writeUInt32LE(0x7fff_ffff, at + 4)),
  'values of 16 MiB in blocks that lead to themselves': all(['vk'], (hive, at) => {
    hive.writeUInt32LE(16 * 1024 ** 2, at + 4);
    hive.writeUInt32LE(at - 4 - page, at + 8);
    hive.write('db', at, 'latin1');
    hive.writeUInt16LE(0xffff, at + 2);
  }),
  'names longer than their cells': all(['nk'], (hive, at) => void hive.writeUInt16LE(0xffff, at + 72)),
  'values at no place': all(['vk'], (hive, at) => void hive.writeUInt32LE(0xffff_fff0, at + 8)),
  'cells without a size': all(['nk', 'vk'], (hive, at) => void hive.writeInt32LE(0, at - 4)),
  'cells larger than the file': all(['nk', 'vk'], (hive, at) => void hive.writeInt32LE(-0x8000_0000, at - 4)),
  'a root that is no key': (hive) => void hive.writeUInt32LE(0, 36),
  'a root at no place': (hive) => void hive.writeUInt32LE(0x7fff_fff0, 36),
  'bins without a size': (hive) => void hive.writeUInt32LE(0, page + 8),
  'a first bin larger than the file': (hive) => void hive.writeUInt32LE(0x7fff_f000, page + 8),
  'more bins than a file can have': (hive) => void hive.writeUInt32LE(0xffff_f000, 40),
};

/** The sum of the header, right again. */
function summed(hive: Buffer): Buffer {
  let sum = 0;
  for (let at = 0; at < 508; at += 4) sum ^= hive.readUInt32LE(at);
  hive.writeUInt32LE(sum >>> 0, 508);
  return hive;
}

/** A bin of nothing but keys without a place in the tree: hivex looks at each cell when it opens a hive. */
function filler(hive: Buffer, bytes: number): Buffer {
  const root = readRoot(hive);
  const key = hive.subarray(root - 4, root - 4 + Math.abs(hive.readInt32LE(root - 4)));
  const bin = Buffer.alloc(page);
  bin.write('hbin', 0, 'latin1');
  bin.writeUInt32LE(page, 8);
  let at = 32;
  for (; at + key.length + 8 <= page; at += key.length) key.copy(bin, at);
  if (at < page) bin.writeInt32LE(page - at, at);
  const bins = Buffer.alloc(bytes - (bytes % page), bin);
  const from = hive.length - page;
  for (let offset = 0; offset < bins.length; offset += page) bins.writeUInt32LE(from + offset, offset + 4);
  const whole = Buffer.concat([hive, bins]);
  whole.writeUInt32LE(whole.length - page, 40);
  return summed(whole);
}

export function bentHives(sound: Buffer): Record<string, Buffer> {
  return {
    sound,
    ...Object.fromEntries(
      Object.entries(changes).map(([name, change]) => {
        const hive = Buffer.from(sound);
        const cells = readCells(hive);
        change(hive, (...kinds) => cells.filter(({ kind }) => kinds.includes(kind)).map(({ at }) => at));
        return [name, summed(hive)];
      }),
    ),
    'cut at 1 KiB': sound.subarray(0, 1024),
    'cut behind its header': sound.subarray(0, page),
    'cut in its first bin': sound.subarray(0, page + 600),
    'cut in the middle': sound.subarray(0, Math.floor(sound.length / 2)),
    doubled: Buffer.concat([sound, sound]),
    'of zeros behind its header': Buffer.concat([sound.subarray(0, page), Buffer.alloc(sound.length)]),
    'of 16 MiB': filler(sound, 16 * 1024 ** 2),
    'of 128 MiB': filler(sound, 128 * 1024 ** 2),
  };
}
