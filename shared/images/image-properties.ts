import type { GuestFacts } from '../contracts/run.ts';

/** Short ids of libosinfo, where libguestfs calls a distribution otherwise. */
const distributions: Readonly<Record<string, string>> = {
  alpinelinux: 'alpine',
  archlinux: 'arch',
  redhat: 'rhel',
  'redhat-based': 'rhel',
  oraclelinux: 'ol',
  rockylinux: 'rocky',
};

/** A distribution as os-release(5) and libosinfo call it; undefined when it is not known. */
export function distributionId(osDistro: string | undefined): string | undefined {
  return osDistro && osDistro !== 'unknown' ? (distributions[osDistro] ?? osDistro) : undefined;
}

/**
 * The findings in the words of Glance's image properties, for schedulers that start instances. A scheduler needs no more to choose firmware and devices. For a
 * disk that boots with both firmwares, the platform's default decides. Source: Glance "Useful image properties", Nova's ImageMetaProps.
 */
export function imageProperties(guest: GuestFacts): Record<string, string> {
  const { osType, osDistro, osVersion, architecture, firmware = [], guestAgent } = guest;
  const known = osType === 'linux' || osType === 'windows';
  const distribution = distributionId(osDistro);
  const [only] = firmware.length === 1 ? firmware : [];
  return {
    ...(known ? { os_type: osType } : {}),
    ...(distribution ? { os_distro: distribution } : {}),
    ...(osVersion ? { os_version: osVersion } : {}),
    ...(architecture && architecture !== 'unknown' ? { architecture } : {}),
    ...(only ? { hw_firmware_type: only } : {}),
    // UEFI on x86 needs the q35 machine type.
    ...(only === 'uefi' && architecture === 'x86_64' ? { hw_machine_type: 'q35' } : {}),
    ...(osType === 'linux' ? { hw_disk_bus: 'virtio', hw_vif_model: 'virtio' } : {}),
    ...(guestAgent ? { hw_qemu_guest_agent: 'yes' } : {}),
  };
}

/** The smallest disk, in GiB, that holds a virtual size in bytes. */
export function minimumDisk(virtualSize: number): number {
  return Math.ceil(virtualSize / 1024 ** 3);
}
