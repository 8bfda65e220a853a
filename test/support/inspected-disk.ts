import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { BrokenGuest } from '../images/broken-guests.ts';
import { distributionImages } from '../images/distributions.ts';
import { editDisk } from '../images/edit.ts';
import { windowsImages } from '../images/windows.ts';
import { guestImages } from './guest-images.ts';
import { inspect } from './step-functions.ts';

/** Makes disks of their recipes, a copy each, and has them inspected. */
export async function openDisks() {
  const dir = await mkdtemp(join(tmpdir(), 'checks-'));
  const samples: Record<string, string> = { ...(await guestImages()), ...(await distributionImages(cacheDir())) };
  const windows: Record<string, string> = await windowsImages();

  const makeDisk = (from: BrokenGuest['from'], path: string): void => {
    const source = typeof from === 'object' ? windows[from.windows] : samples[from];
    if (source) copyFileSync(source, path, constants.COPYFILE_FICLONE);
    else {
      writeFileSync(path, '');
      truncateSync(path, 64 * 1024 ** 2);
    }
    if (from === 'ext4') execFileSync('mke2fs', ['-q', '-t', 'ext4', path]);
  };

  /** The disk is there as long as the work takes. */
  const withDisk = async <T>(
    { from, edits }: Pick<BrokenGuest, 'from' | 'edits'>,
    work: (path: string, folder: string) => Promise<T>,
  ): Promise<T> => {
    const folder = await mkdtemp(join(dir, 'disk-'));
    try {
      const path = join(folder, 'disk.raw');
      makeDisk(from, path);
      editDisk(path, edits?.() ?? []);
      return await work(path, folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  return {
    withDisk,
    inspected: (guest: Pick<BrokenGuest, 'from' | 'edits'>) => withDisk(guest, inspect),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
