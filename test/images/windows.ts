import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { guestfish } from './guestfish.ts';
import { type Registry, writeHive } from './hive.ts';

const MiB = 1024 ** 2;
const sector = 512;

/**
 * - `prepared`: Windows Server 2022 for UEFI, with nothing left to be done.
 * - `used`: Windows 11 for BIOS as it comes from VMware, still hibernated.
 * - `old`: Windows Server 2008 with 32 bits, with a driver that somebody has copied only, on a damaged volume.
 * - `encrypted`: BitLocker on the volume of the system.
 * - `driverless`: Windows Server 2019 for UEFI without any virtio driver, that once started without its virtio disk.
 * - `seven`: Windows 7 with 32 bits for BIOS, the same.
 * - `damaged`: Windows Server 2012 R2 whose sysprep broke off, with half its registry, and with two partitions marked to be started.
 */
export type WindowsVariant = 'prepared' | 'used' | 'old' | 'encrypted' | 'driverless' | 'seven' | 'damaged';

type Recipe = {
  firmware: 'bios' | 'uefi';
  bits: 32 | 64;
  /** Without it the hive is not there. */
  system?: Registry;
  software: Registry;
  /** On the volume of the system; a folder when undefined. */
  files: Readonly<Record<string, Buffer | string | undefined>>;
  bootFiles: Readonly<Record<string, Buffer | string>>;
  /** The second partition has the active flag as well. Not for UEFI. */
  twoActive?: boolean;
  /** Not together with hibernation: ntfsfix leaves such a volume alone. */
  dirty?: boolean;
  bitLocker?: boolean;
};

const services = 'ControlSet001\\Services';
const control = 'ControlSet001\\Control';
const deviceIds = 'DriverDatabase\\DeviceIds\\PCI';
const windowsNt = 'Microsoft\\Windows NT\\CurrentVersion';
const setupState = 'Microsoft\\Windows\\CurrentVersion\\Setup\\State';
const cloudbase = 'Program Files/Cloudbase Solutions/Cloudbase-Init';
const metadata = 'cloudbaseinit.metadata.services';

const every: Registry = {
  Select: { Current: 1, Default: 1, Failed: 0, LastKnownGood: 1 },
  [`${services}\\Tcpip\\Parameters`]: { Hostname: 'WIN-TEST' },
};

function driver(name: string, start: number): Registry {
  return {
    [`${services}\\${name}`]: { Type: 1, Start: start, ErrorControl: 1, ImagePath: `System32\\drivers\\${name}.sys` },
  };
}

/** A program that does nothing: the headers by which file(1) tells what it is for. Microsoft PE format */
function program(bits: 32 | 64): Buffer {
  const pe = Buffer.alloc(512);
  pe.write('MZ', 0, 'latin1');
  pe.writeUInt32LE(0x80, 0x3c);
  pe.write('PE\0\0', 0x80, 'latin1');
  pe.writeUInt16LE(bits === 64 ? 0x8664 : 0x14c, 0x84);
  pe.writeUInt16LE(bits === 64 ? 0xf0 : 0xe0, 0x94);
  pe.writeUInt16LE(bits === 64 ? 0x22 : 0x102, 0x96);
  pe.writeUInt16LE(bits === 64 ? 0x20b : 0x10b, 0x98);
  pe.writeUInt16LE(3, 0x98 + 68);
  return pe;
}

const recipes: Record<WindowsVariant, Recipe> = {
  prepared: {
    firmware: 'uefi',
    bits: 64,
    system: {
      ...every,
      ...driver('viostor', 0),
      ...driver('vioscsi', 0),
      ...driver('netkvm', 3),
      [`${deviceIds}\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00`]: { 'oem1.inf': '' },
      [`${deviceIds}\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01`]: { 'oem1.inf': '' },
      // As sysprep leaves it: SetupComplete.cmd sets it to start.
      [`${services}\\cloudbase-init`]: { Type: 16, Start: 4, ErrorControl: 1 },
      [`${services}\\QEMU-GA`]: { Type: 16, Start: 2, ErrorControl: 1 },
      [`${control}\\Terminal Server`]: { fDenyTSConnections: 0 },
      [`${services}\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules`]: {
        'RemoteDesktop-UserMode-In-TCP':
          'v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|App=%SystemRoot%\\system32\\svchost.exe|',
      },
      [`${control}\\TimeZoneInformation`]: { RealTimeIsUniversal: 1 },
    },
    software: {
      [windowsNt]: {
        ProductName: 'Windows Server 2022 Standard',
        EditionID: 'ServerStandard',
        InstallationType: 'Server',
        CurrentVersion: '6.3',
        CurrentMajorVersionNumber: 10,
        CurrentMinorVersionNumber: 0,
        CurrentBuild: '20348',
        CurrentBuildNumber: '20348',
        UBR: 2113,
      },
      [setupState]: { ImageState: 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE' },
    },
    files: {
      'Windows/System32/drivers/viostor.sys': program(64),
      'Windows/System32/drivers/vioscsi.sys': program(64),
      'Windows/System32/drivers/netkvm.sys': program(64),
      'Windows/Setup/Scripts/SetupComplete.cmd': 'sc config cloudbase-init start= auto && net start cloudbase-init\r\n',
      [`${cloudbase}/conf/cloudbase-init.conf`]: `[DEFAULT]\r\nusername=Admin\r\nmetadata_services=${metadata}.configdrive.ConfigDriveService,\r\n  ${metadata}.httpservice.HttpService\r\nallow_reboot=false\r\n`,
    },
    bootFiles: {
      'EFI/BOOT/BOOTX64.EFI': program(64),
      'EFI/Microsoft/Boot/bootmgfw.efi': program(64),
      'EFI/Microsoft/Boot/BCD': 'BCD',
    },
  },
  used: {
    firmware: 'bios',
    bits: 64,
    system: {
      ...every,
      ...driver('viostor', 0),
      [`${services}\\viostor\\StartOverride`]: { 0: 3 },
      [`${deviceIds}\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01`]: { 'oem1.inf': '' },
      [`${services}\\cloudbase-init`]: { Type: 16, Start: 4, ErrorControl: 1 },
      [`${services}\\VMTools`]: { Type: 16, Start: 2, ErrorControl: 1 },
      [`${control}\\Terminal Server`]: { fDenyTSConnections: 1 },
      [`${control}\\Session Manager`]: { PendingFileRenameOperations: ['\\??\\C:\\old.dll', ''] },
    },
    software: {
      [windowsNt]: {
        ProductName: 'Windows 10 Pro',
        EditionID: 'Professional',
        InstallationType: 'Client',
        CurrentVersion: '6.3',
        CurrentMajorVersionNumber: 10,
        CurrentMinorVersionNumber: 0,
        CurrentBuild: '22631',
        CurrentBuildNumber: '22631',
      },
      [setupState]: { ImageState: 'IMAGE_STATE_COMPLETE' },
      'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending': {},
    },
    files: {
      'Windows/System32/DRIVERS/viostor.sys': program(64),
      'hiberfil.sys': Buffer.concat([Buffer.from('HIBR'), Buffer.alloc(4092)]),
      [`${cloudbase}/conf/cloudbase-init.conf`]: `[DEFAULT]\r\nmetadata_services=${metadata}.vmwareguestinfoservice.VMwareGuestInfoService\r\n`,
    },
    bootFiles: { bootmgr: 'bootmgr' },
  },
  old: {
    firmware: 'bios',
    bits: 32,
    system: { ...every, [`${control}\\Terminal Server`]: { fDenyTSConnections: 0 } },
    software: {
      [windowsNt]: {
        ProductName: 'Windows Server (R) 2008 Standard',
        EditionID: 'ServerStandard',
        CurrentVersion: '6.0',
        CurrentBuild: '6002',
        CurrentBuildNumber: '6002',
      },
    },
    files: {
      'Windows/System32/drivers/viostor.sys': program(32),
      'Program Files/Oracle/VirtualBox Guest Additions': undefined,
    },
    bootFiles: { 'Boot/BCD': 'BCD', bootmgr: 'bootmgr' },
    dirty: true,
  },
  driverless: {
    firmware: 'uefi',
    bits: 64,
    system: {
      ...every,
      DriverDatabase: {},
      [`${services}\\viostor\\StartOverride`]: { 0: 3 },
      [`${control}\\Terminal Server`]: { fDenyTSConnections: 0 },
    },
    software: {
      [windowsNt]: {
        ProductName: 'Windows Server 2019 Standard',
        EditionID: 'ServerStandard',
        InstallationType: 'Server',
        CurrentVersion: '6.3',
        CurrentMajorVersionNumber: 10,
        CurrentMinorVersionNumber: 0,
        CurrentBuild: '17763',
        CurrentBuildNumber: '17763',
      },
      [setupState]: { ImageState: 'IMAGE_STATE_COMPLETE' },
    },
    // One file by a name that is written otherwise.
    files: { 'Windows/System32/Drivers/VIOSTOR.SYS': 'an old one' },
    bootFiles: {
      'EFI/BOOT/BOOTX64.EFI': program(64),
      'EFI/Microsoft/Boot/bootmgfw.efi': program(64),
      'EFI/Microsoft/Boot/BCD': 'BCD',
    },
  },
  seven: {
    firmware: 'bios',
    bits: 32,
    system: { ...every, [`${control}\\CriticalDeviceDatabase`]: {} },
    software: {
      [windowsNt]: {
        ProductName: 'Windows 7 Professional',
        EditionID: 'Professional',
        InstallationType: 'Client',
        CurrentVersion: '6.1',
        CurrentBuild: '7601',
        CurrentBuildNumber: '7601',
      },
      'Microsoft\\Windows\\CurrentVersion': { DevicePath: '%SystemRoot%\\inf;C:\\Drivers' },
    },
    files: { 'Windows/System32/drivers/disk.sys': program(32) },
    bootFiles: { 'Boot/BCD': 'BCD', bootmgr: 'bootmgr' },
  },
  encrypted: {
    firmware: 'bios',
    bits: 64,
    system: {},
    software: {},
    files: {},
    bootFiles: { 'Boot/BCD': 'BCD' },
    bitLocker: true,
  },
  damaged: {
    firmware: 'bios',
    bits: 64,
    software: {
      [windowsNt]: {
        ProductName: 'Windows Server 2012 R2 Standard',
        EditionID: 'ServerStandard',
        CurrentVersion: '6.3',
        CurrentBuild: '9600',
        CurrentBuildNumber: '9600',
      },
      [setupState]: { ImageState: 'IMAGE_STATE_UNDEPLOYABLE' },
    },
    files: { [`${cloudbase}/bin/.keep`]: '' },
    bootFiles: { 'Boot/BCD': 'BCD', bootmgr: 'bootmgr' },
    twoActive: true,
  },
};

const sources = ['windows.ts', 'hive.ts', '../../workers/repair/windows/registry.ts'].map((name) =>
  join(import.meta.dirname, name),
);
const variants = Object.keys(recipes) as WindowsVariant[];

/** MiB: the volume that starts the system, then the one that holds it. */
const layout = { boot: 1, system: 33, end: 127, disk: 128 };

/**
 * Disks that are Windows to whoever looks at them: NTFS, registry hives made by hivex, headers of programs, and nothing that
 * would run. Made in one start of the appliance, then kept.
 */
export async function windowsImages(): Promise<Record<WindowsVariant, string>> {
  const home = await buildOnce({ cacheDir: cacheDir(), name: 'windows', recipe: sources }, async (work) => {
    const disks = variants.map((name) => join(work, `${name}.raw`));
    for (const disk of disks) {
      writeFileSync(disk, '');
      truncateSync(disk, layout.disk * MiB);
    }
    const commands = variants.map((name, index) =>
      commandsFor(recipes[name], `/dev/sd${'abcdefgh'[index] ?? ''}`, join(work, name)),
    );
    await guestfish([...disks.map((disk) => `add-drive ${disk} format:raw`), 'run', ...commands.flat()].join('\n'));
    for (const name of variants) {
      await finish(recipes[name], join(work, `${name}.raw`));
      rmSync(join(work, name), { recursive: true });
    }
  });
  return Object.fromEntries(variants.map((name) => [name, join(home, `${name}.raw`)])) as Record<
    WindowsVariant,
    string
  >;
}

function commandsFor(recipe: Recipe, disk: string, folder: string): string[] {
  const uefi = recipe.firmware === 'uefi';
  const add = (from: number, to: number): string =>
    `part-add ${disk} p ${(from * MiB) / sector} ${(to * MiB) / sector - 1}`;
  const fill = (partition: number, files: Recipe['files'], name: string): string[] => [
    `mount ${disk}${partition} /`,
    `tar-in ${archive(files, join(folder, name))} /`,
    'umount /',
  ];
  return [
    `part-init ${disk} ${uefi ? 'gpt' : 'mbr'}`,
    add(layout.boot, layout.system),
    add(layout.system, layout.end),
    ...(uefi
      ? [`part-set-gpt-type ${disk} 1 C12A7328-F81F-11D2-BA4B-00A0C93EC93B`, `mkfs vfat ${disk}1`]
      : [`part-set-mbr-id ${disk} 1 7`, `part-set-bootable ${disk} 1 true`, `mkfs ntfs ${disk}1`]),
    ...fill(1, recipe.bootFiles, 'boot'),
    ...(recipe.bitLocker ? [] : [`mkfs ntfs ${disk}2`, ...fill(2, systemFiles(recipe, folder), 'system')]),
    ...(recipe.dirty ? [`ntfsfix ${disk}2`] : []),
  ];
}

function systemFiles({ bits, system, software, files }: Recipe, folder: string): Recipe['files'] {
  mkdirSync(folder, { recursive: true });
  const hive = (name: string, registry: Registry): Buffer => {
    writeHive(join(folder, name), registry);
    return readFileSync(join(folder, name));
  };
  return {
    'Windows/System32/cmd.exe': program(bits),
    ...(system ? { 'Windows/System32/config/SYSTEM': hive('SYSTEM', system) } : {}),
    'Windows/System32/config/SOFTWARE': hive('SOFTWARE', software),
    ...files,
  };
}

function archive(files: Recipe['files'], folder: string): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, content === undefined ? name : dirname(name)), { recursive: true });
    if (content !== undefined) writeFileSync(join(folder, name), content);
  }
  execFileSync('tar', [
    '-C',
    folder,
    '-cf',
    `${folder}.tar`,
    ...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? name)),
  ]);
  return `${folder}.tar`;
}

/** As much of Windows' boot code as tells whose it is: that it is there, and a text in it. */
function code(size: number, text: string): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write('33c08ed0bc007c', 0, 'hex');
  bytes.write(text, 0x100, 'latin1');
  return bytes;
}

/** What no tool of the appliance writes: boot code, a second active flag, and the headers of BitLocker as libblkid looks for them. */
async function finish({ firmware, bitLocker, twoActive }: Recipe, path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    if (firmware === 'bios') {
      await file.write(
        code(440, 'Invalid partition table\0Error loading operating system\0Missing operating system'),
        0,
        440,
        0,
      );
      // Behind the parameters of NTFS; mkfs.ntfs puts a code there that only complains.
      await file.write(code(426, 'BOOTMGR is missing'), 0, 426, layout.boot * MiB + 84);
    }
    if (twoActive) await file.write(Buffer.from([0x80]), 0, 1, 446 + 16);
    if (!bitLocker) return;
    const header = Buffer.alloc(sector);
    header.write('eb58902d4656452d46532d', 0, 'hex');
    header.write('3bd66749292ed84a8399f6a339e3d001', 0xa0, 'hex');
    header.writeBigUInt64LE(65_536n, 0xb0);
    await file.write(header, 0, sector, layout.system * MiB);
    await file.write(Buffer.from('-FVE-FS-\x80\0\x02\0', 'latin1'), 0, 12, layout.system * MiB + 65_536);
  } finally {
    await file.close();
  }
}
