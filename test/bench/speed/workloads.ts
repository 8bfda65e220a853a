import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { copyFile, open, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { guestImages, packings } from '../../support/guest-images.ts';

const forms: typeof packings = {
  ...packings,
  'qcow2 zstd': (raw, out) => {
    const options = ['-c', '-o', 'compression_type=zstd'];
    execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, raw, out]);
  },
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
};

const workload = (
  gibibytes: number,
  dataPercent: number,
  format: string,
  spread: Workload['spread'] = 'clustered',
) => ({
  name: `${gibibytes} GiB, ${dataPercent} % ${spread}, ${format}`,
  ...{ gibibytes, dataPercent, spread, format },
});

/** About ten minutes with three rounds. */
export const quick: readonly Workload[] = [
  workload(4, 12, 'qcow2'),
  workload(4, 12, 'raw'),
  workload(4, 12, 'vhdx'),
  workload(1, 50, 'vmdk streamOptimized'),
];

export const whole: readonly Workload[] = [
  ...[
    'qcow2',
    'qcow2 zstd',
    'vmdk monolithicSparse',
    'vmdk streamOptimized',
    'vhdx',
    'vdi',
    'raw',
    'raw.zst',
    'ova',
  ].map((format) => workload(4, 12, format)),
  ...['qcow2', 'raw'].flatMap((format) => [
    workload(1, 50, format),
    workload(1, 100, format),
    workload(4, 50, format, 'scattered'),
    workload(4, 100, format),
    workload(10, 10, format),
    workload(10, 10, format, 'scattered'),
  ]),
];

/** Bytes that no compressor makes smaller, the same for the same place. */
const noise = (at: number, size: number): Buffer => {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(at));
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), iv).update(Buffer.alloc(size));
};

/** Makes the file; what was made before is kept for as long as the folder is. @returns its path, and that of its raw disk */
export const makeWorkload = async (dir: string, { name, ...of }: Workload): Promise<{ path: string; raw: string }> => {
  const label = name.replaceAll(/[^\w.]+/g, '-');
  const path = join(dir, label);
  const raw = join(dir, `${of.gibibytes}-${of.dataPercent}-${of.spread}.disk`);
  if (!(await stat(raw).catch(() => undefined))) await makeDisk(raw, of);
  if (!(await stat(path).catch(() => undefined))) {
    const pack = forms[of.format];
    if (!pack) throw new Error(`no packing ${of.format}`);
    pack(raw, path);
  }
  return { path, raw };
};

const makeDisk = async (path: string, { gibibytes, dataPercent, spread }: Omit<Workload, 'name'>): Promise<void> => {
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
};
