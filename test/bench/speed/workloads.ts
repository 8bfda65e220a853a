import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { copyFile, open, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { guestImages, packings } from '../../support/guest-images.ts';

/** How a kind of file is made, and what any way of processing it must know. */
export type Form = {
  pack(raw: string, out: string): void;
  /** qemu-img's name of the disk in it. */
  driver: 'qcow2' | 'vmdk' | 'vhdx' | 'vdi' | 'raw';
  /** Glance's name; undefined: Glance cannot convert it. */
  glance?: string | undefined;
  /** A command that writes the disk of its standard input to its standard output. */
  unpack?: string;
};

function form(name: string, driver: Form['driver'], more: Partial<Form> = {}): Form {
  return {
    pack: packings[name] as Form['pack'],
    driver,
    glance: driver,
    ...more,
  };
}

export const forms: Record<string, Form> = {
  qcow2: form('qcow2', 'qcow2'),
  'qcow2 zstd': form('qcow2', 'qcow2', {
    pack: (raw, out) => {
      const options = ['-c', '-o', 'compression_type=zstd'];
      execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, raw, out]);
    },
  }),
  'vmdk monolithicSparse': form('vmdk monolithicSparse', 'vmdk'),
  'vmdk streamOptimized': form('vmdk streamOptimized', 'vmdk'),
  vhdx: form('vhdx', 'vhdx'),
  vdi: form('vdi', 'vdi'),
  raw: form('raw', 'raw'),
  'raw.zst': { ...form('raw.zst', 'raw', { unpack: 'zstd -dc' }), glance: undefined },
  ova: { ...form('ova', 'vmdk', { unpack: 'tar -xOf - disk1.vmdk' }), glance: undefined },
};

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** An image as an uploader may have it: a system that starts, and further data behind its partitions. */
export type Workload = {
  name: string;
  gibibytes: number;
  /** Of the virtual size. */
  dataPercent: number;
  /** In pieces of 64 KiB all over the disk, or of 64 MiB. */
  spread: 'clustered' | 'scattered';
  /** A key of `forms`. */
  format: string;
  /** How often the whole set measures it; the goals are held against medians. */
  rounds: number;
};

export function findForm({ format }: Pick<Workload, 'format'>): Form {
  const found = forms[format];
  if (!found) throw new Error(`no form ${format}`);
  return found;
}

function workload(
  gibibytes: number,
  dataPercent: number,
  format: string,
  { spread = 'clustered', rounds = 1 }: Partial<Pick<Workload, 'spread' | 'rounds'>> = {},
): Workload {
  return {
    name: `${gibibytes} GiB, ${dataPercent} % ${spread}, ${format}`,
    gibibytes,
    dataPercent,
    spread,
    format,
    rounds,
  };
}

/** About ten minutes. */
export const quick: readonly Workload[] = [
  workload(4, 12, 'qcow2'),
  workload(4, 12, 'vhdx'),
  workload(1, 50, 'vmdk streamOptimized'),
];

const sizes = [
  { gibibytes: 1, dataPercent: 50 },
  { gibibytes: 1, dataPercent: 100 },
  { gibibytes: 4, dataPercent: 50, spread: 'scattered' },
  { gibibytes: 4, dataPercent: 100 },
  { gibibytes: 10, dataPercent: 10, spread: 'scattered' },
] as const;

/** Those that have goals come first, and are measured five times. */
export const whole: readonly Workload[] = [
  ...['qcow2', 'vmdk streamOptimized', 'vhdx', 'raw'].map((format) => workload(4, 12, format, { rounds: 5 })),
  workload(10, 10, 'qcow2', { rounds: 5 }),
  { ...workload(2, 0, 'vmdk streamOptimized'), name: 'Debian sample, vmdk streamOptimized' },
  ...['qcow2 zstd', 'vmdk monolithicSparse', 'vdi', 'raw.zst', 'ova'].map((format) => workload(4, 12, format)),
  workload(10, 10, 'raw'),
  ...['qcow2', 'raw'].flatMap((format) =>
    sizes.map(({ gibibytes, dataPercent, ...more }) => workload(gibibytes, dataPercent, format, more)),
  ),
];

/** Bytes that no compressor makes smaller, the same for the same place. */
function noise(at: number, size: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(at));
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), iv).update(Buffer.alloc(size));
}

/** Makes the file; what was made before is kept for as long as the folder is. @returns its path, and that of its raw disk */
export async function makeWorkload(dir: string, { name, ...of }: Workload): Promise<{ path: string; raw: string }> {
  const label = name.replaceAll(/[^\w.]+/g, '-');
  const path = join(dir, label);
  const raw = join(dir, `${of.gibibytes}-${of.dataPercent}-${of.spread}.disk`);
  if (!(await stat(raw).catch(() => undefined))) await makeDisk(raw, of);
  if (!(await stat(path).catch(() => undefined))) {
    findForm(of).pack(raw, path);
  }
  return { path, raw };
}

async function makeDisk(path: string, { gibibytes, dataPercent, spread }: Omit<Workload, 'name'>): Promise<void> {
  const { good } = await guestImages();
  await rm(path, { force: true });
  await copyFile(good, path);
  const begin = (await stat(path)).size;
  const size = gibibytes * GiB;
  await truncate(path, Math.max(size, begin));
  const { blocks } = await stat(path);
  let missing = Math.min((size * dataPercent) / 100 - blocks * 512, size - begin);
  if (missing <= 0) return;
  const piece = spread === 'clustered' ? 64 * MiB : 64 * 1024;
  const pieces = Math.ceil(missing / piece);
  const step = Math.floor((size - begin) / pieces / piece) * piece;
  const file = await open(path, 'r+');
  try {
    for (let number = 0; missing > 0; number++) {
      const at = begin + number * Math.max(piece, step);
      const length = Math.min(piece, missing, size - at);
      if (length <= 0) break;
      await file.write(noise(at, length), 0, length, at);
      missing -= length;
    }
  } finally {
    await file.close();
  }
}
