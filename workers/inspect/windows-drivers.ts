import type { DriverView } from '../../shared/checks/guest/guest-view.ts';
import type { Hive } from './windows-hive.ts';

/**
 * Drivers of virtio devices, and the hardware ids of those, old and new, that they carry in their INF files. Virtio 1.2, 4.1.2;
 * virtio-win, viostor.inx, vioscsi.inx, netkvm.inx
 */
export const virtioDevices: Readonly<Record<string, readonly string[]>> = {
  viostor: ['VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00', 'VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01'],
  vioscsi: ['VEN_1AF4&DEV_1004&SUBSYS_00081AF4&REV_00', 'VEN_1AF4&DEV_1048&SUBSYS_11001AF4&REV_01'],
  netkvm: ['VEN_1AF4&DEV_1000&SUBSYS_00011AF4&REV_00', 'VEN_1AF4&DEV_1041&SUBSYS_11001AF4&REV_01'],
};

/** `files` and `store` are the names in System32\drivers and in the driver store, lower case. */
export async function lookAtDrivers(
  system: Hive,
  controlSet: string,
  files: readonly string[],
  store: readonly string[],
): Promise<Map<string, DriverView>> {
  const drivers = new Map<string, DriverView>();
  for (const [name, ids] of Object.entries(virtioDevices)) {
    const service = `${controlSet}\\Services\\${name}`;
    drivers.set(name, {
      file: files.includes(`${name}.sys`),
      staged: store.some((folder) => folder.startsWith(`${name}.inf_`)),
      start: await system.dword(service, 'Start'),
      startOverride: await system.dword(`${service}\\StartOverride`, '0'),
      bound: await isBound(system, controlSet, ids),
    });
  }
  return drivers;
}

/** The driver database is that of Windows 8 and later, the other that of all before. */
async function isBound(system: Hive, controlSet: string, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    // The id without what makes it exact is what drivers carry for devices to come.
    for (const each of [id, id.slice(0, 'VEN_1AF4&DEV_1001'.length)]) {
      if (await system.has(`DriverDatabase\\DeviceIds\\PCI\\${each}`)) return true;
      if (await system.has(`${controlSet}\\Control\\CriticalDeviceDatabase\\PCI#${each}`)) return true;
    }
  }
  return false;
}
