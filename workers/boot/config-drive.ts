import { randomBytes } from 'node:crypto';
import type { SeedDisk } from '../tools/seed-disk.ts';

export type ConfigDrive = { hostname: string; disk: SeedDisk };

/**
 * What Cloudbase-Init is told: OpenStack's config drive on FAT, which all its versions read by default, where NoCloud is new in 1.1.2. The name
 * fits NetBIOS, which knows 15 characters; longer ones would come back cut. cloudbase-init, metadata/services/osconfigdrive/windows.py
 */
export function newConfigDrive(): ConfigDrive {
  const hostname = `bootready-${randomBytes(3).toString('hex').slice(0, 5)}`;
  const metadata = { uuid: crypto.randomUUID(), hostname, name: hostname, meta: {} };
  return {
    hostname,
    disk: { label: 'config-2', files: { 'openstack/latest/meta_data.json': JSON.stringify(metadata) } },
  };
}
