import type { RegistryEdits } from './registry.ts';

/** SCSIAdapter. https://learn.microsoft.com/windows-hardware/drivers/install/system-defined-device-setup-classes-available-to-vendors */
const diskClass = '{4D36E97B-E325-11CE-BFC1-08002BE10318}';

/** The version of a driver package: its flags, its class in its memory layout, and no date. virt-v2v, inject_virtio_win.ml */
const packageVersion = `00ff090000000000${'7be9364d25e3ce11bfc108002be10318'}${'00'.repeat(24)}`;

const [atBoot, onDemand] = [0, 3];

export type DriverService = {
  /** The service and its file in System32\drivers. */
  name: string;
  /** Hardware ids on PCI, as far as they identify the device. */
  ids: readonly string[];
  /** Whether Windows needs it to find its own disk. */
  forDisk: boolean;
};

/**
 * Makes the entries of the hive SYSTEM that start a driver. A disk driver starts with the boot loader, before Windows searches for devices, so an entry must
 * say which device the driver is for: since Windows 8 in the driver database, before that in the database of critical devices. virt-v2v does the same, and
 * Windows itself corrects the entries when it installs the package at its first start.
 */
export function driverEdits(
  { name, ids, forDisk }: DriverService,
  { controlSet, hasDriverDatabase }: { controlSet: string; hasDriverDatabase: boolean },
): RegistryEdits {
  const service = `${controlSet}\\Services\\${name}`;
  const binding = hasDriverDatabase ? inDriverDatabase(name, ids) : inCriticalDevices(controlSet, name, ids);
  return {
    [service]: {
      Type: 1,
      Start: forDisk ? atBoot : onDemand,
      ErrorControl: 1,
      ImagePath: { expand: `system32\\drivers\\${name}.sys` },
      ...(forDisk ? { Group: 'SCSI miniport' } : {}),
    },
    // Windows writes it where it has started without the device, and it would win over Start.
    [`${service}\\StartOverride`]: null,
    ...(forDisk ? binding : {}),
  };
}

function inDriverDatabase(name: string, ids: readonly string[]): RegistryEdits {
  const database = 'DriverDatabase';
  const [inf, label, configuration] = [`bootready-${name}.inf`, `bootready-${name}.inf_tmp`, `${name}_conf`];
  return {
    [`${database}\\DriverInfFiles\\${inf}`]: { '': [label], Active: label, Configurations: [configuration] },
    [`${database}\\DriverPackages\\${label}`]: { Version: { binary: packageVersion } },
    [`${database}\\DriverPackages\\${label}\\Configurations\\${configuration}`]: { ConfigFlags: 0, Service: name },
    ...Object.fromEntries(
      ids.flatMap((id) => [
        [`${database}\\DeviceIds\\PCI\\${id}`, { [inf]: { binary: '01ff0000' } }],
        [`${database}\\DriverPackages\\${label}\\Descriptors\\PCI\\${id}`, { Configuration: configuration }],
      ]),
    ),
  };
}

function inCriticalDevices(controlSet: string, name: string, ids: readonly string[]): RegistryEdits {
  return Object.fromEntries(
    ids.map((id) => [
      `${controlSet}\\Control\\CriticalDeviceDatabase\\PCI#${id}`,
      { Service: name, ClassGUID: diskClass },
    ]),
  );
}
