import { randomBytes } from 'node:crypto';
import type { SeedDisk } from '../tools/seed-disk.ts';

export type ConfigDrive = { hostname: string; disk: SeedDisk };

/**
 * Makes the data for Cloudbase-Init: OpenStack's config drive on FAT. All its versions read that by default, and NoCloud only since 1.1.2. The name fits
 * NetBIOS, which allows 15 characters; a longer one would be cut. cloudbase-init, metadata/services/osconfigdrive/windows.py
 */
export function newConfigDrive(): ConfigDrive {
  const hostname = `bootready-${randomBytes(3).toString('hex').slice(0, 5)}`;
  const metadata = { uuid: crypto.randomUUID(), hostname, name: hostname, meta: {} };
  return {
    hostname,
    disk: { label: 'config-2', files: { 'openstack/latest/meta_data.json': JSON.stringify(metadata) } },
  };
}
