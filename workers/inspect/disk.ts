import { join } from 'node:path';
import { openFileSource } from '../tools/file-source.ts';
import type { Look } from './reader.ts';

export const hasBootCode = async ({ guestfish, outputDir }: Look): Promise<boolean> => {
  await guestfish.ask('download-offset', '/dev/sda', '/out/mbr', '0', '512');
  const file = await openFileSource(join(outputDir, 'mbr')).catch(() => undefined);
  if (!file) return false;
  try {
    const sector = await file.read(0, 512);
    return sector.length === 512 && sector[510] === 0x55 && sector.subarray(0, 440).some((byte) => byte !== 0);
  } finally {
    await file.close();
  }
};

/** UEFI 2.10, 3.5.1.1: the path for removable media, where firmware without any stored boot entry looks. */
export const hasFallbackLoader = async (look: Look, filesystems: [string, string][]): Promise<boolean> => {
  for (const [device] of filesystems.filter(([, type]) => type === 'vfat')) {
    if ((await look.guestfish.ask('mount-ro', device, '/')) === undefined) continue;
    const path = (await look.guestfish.ask('case-sensitive-path', '/efi/boot'))?.[0];
    const files = path ? ((await look.guestfish.ask('ls', path)) ?? []) : [];
    await look.guestfish.ask('umount-all');
    if (files.some((name) => /^boot(x64|aa64)\.efi$/i.test(name))) return true;
  }
  return false;
};
