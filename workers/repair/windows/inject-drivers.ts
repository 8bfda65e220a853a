import { basename } from 'node:path';
import { ifSeen, Unseen } from '../../../shared/checks/guest/unseen.ts';
import { clean } from '../../inspect/text.ts';
import { virtioDevices } from '../../inspect/windows-drivers.ts';
import { type Hive, openHive } from '../../inspect/windows-hive.ts';
import { exactPath } from '../../inspect/windows-paths.ts';
import { lookAtVolume } from '../../inspect/windows-volume.ts';
import type { Guestfish } from '../../tools/guestfish-answers.ts';
import { makeRepairError } from '../failed.ts';
import type { MergeIntoHive } from '../mend-contract.ts';
import { type DriverService, driverEdits } from './driver-edits.ts';
import type { DriverSource } from './driver-source.ts';
import { type RegistryEdits, regFile } from './registry.ts';
import { driverFiles, neededDrivers, type WindowsRelease } from './virtio-win.ts';

export type InjectOptions = {
  guestfish: Guestfish;
  source: DriverSource;
  /** The device of the volume that Windows is on; nothing is mounted. */
  root: string;
  mergeIntoHive: MergeIntoHive;
};

/** The folder in which Windows searches for drivers of unknown devices, besides its own folder. */
const packages = 'Drivers\\VirtIO';
const currentVersion = 'Microsoft\\Windows\\CurrentVersion';
const windowsNt = 'Microsoft\\Windows NT\\CurrentVersion';
/** The most characters that `Hive.text` returns: a longer value may have been cut. */
const mostOfText = 200;

/**
 * Puts the virtio drivers into a Windows that does not run, as virt-v2v does. The drivers that it needs to start become services. All packages go to the folder
 * where Windows finds them for new devices. Its volume stays mounted.
 * @throws BootreadyError `conflict` with the reason why nothing was changed
 */
export async function injectDrivers(options: InjectOptions): Promise<string[]> {
  const { guestfish, source, root, mergeIntoHive } = options;
  const { ask } = guestfish;
  const windows = await examine(guestfish, root).catch((error: unknown) => {
    if (!(error instanceof Unseen)) throw error;
    throw makeRepairError(`The volume or the registry of Windows cannot be read to its end (${error.why.what ?? ''}).`);
  });
  const files = driverFiles(await source.list(guestfish), windows.release);
  const missing = neededDrivers.filter((name) => !files.get(name.toLowerCase())?.some(isProgram(name)));
  if (missing.length > 0) {
    const { major, minor, build, bits } = windows.release;
    throw makeRepairError(
      `The virtio-win of this installation has no ${missing.join(', ')} for Windows ${major}.${minor} (build ${build}, ${bits} bits).`,
    );
  }
  const paths = [...files.values()].flat();
  const local = await source.fetch(guestfish, paths);

  if (!(await ask('mount', root, '/'))) throw makeRepairError('The volume of Windows cannot be mounted for writing.');
  const drivers = (await exactPath(ask, `${windows.folder}/System32/drivers`)) ?? '';
  const target = `${windows.folder}/${packages.replaceAll('\\', '/')}`;
  if (drivers === '' || !(await ask('mkdir-p', target))) {
    throw makeRepairError('Windows has no writable folder for drivers.');
  }
  const changes: string[] = [];
  for (const [index, path] of paths.entries()) {
    const name = basename(path).toLowerCase();
    await copy(ask, local[index] ?? '', `${target}/${name}`);
    if (!isNeeded(path)) continue;
    // Names on Windows ignore case, names on Linux do not: there must be only one of them.
    await copy(ask, local[index] ?? '', (await exactPath(ask, `${drivers}/${name}`)) ?? `${drivers}/${name}`);
    changes.push(`copied ${name} to System32\\drivers`);
  }
  changes.push(`copied the packages of ${[...files.keys()].join(', ')} into ${packages}`);

  const edit = async (hive: 'SYSTEM' | 'SOFTWARE', edits: RegistryEdits): Promise<void> => {
    const path = windows.hives[hive];
    await ask('hivex-close');
    if (!(await ask('download', path, `/out/${hive}`))) throw makeRepairError(`The hive ${hive} cannot be read.`);
    const complaint = await mergeIntoHive(hive, regFile(edits));
    if (complaint !== undefined) {
      throw makeRepairError(`The hive ${hive} cannot be changed: hivex cannot parse it.`, { complaint });
    }
    if (!(await ask('upload', `/out/${hive}`, path))) throw makeRepairError(`The hive ${hive} cannot be written.`);
  };
  const services = neededDrivers.map((driver): DriverService => {
    const name = driver.toLowerCase();
    return { name, ids: virtioDevices[name] ?? [], forDisk: name !== 'netkvm' };
  });
  await edit('SYSTEM', Object.assign({}, ...services.map((service) => driverEdits(service, windows))));
  for (const { name, forDisk } of services) {
    changes.push(`set ${name} up as a service that starts ${forDisk ? 'with the boot loader' : 'on demand'}`);
  }
  if (!windows.devicePath.toLowerCase().includes(packages.toLowerCase())) {
    const expand = `${windows.devicePath};%SystemRoot%\\${packages}`;
    await edit('SOFTWARE', { [currentVersion]: { DevicePath: { expand } } });
    changes.push('added the folder of the packages to DevicePath');
  }
  return changes.map(clean);
}

function isProgram(driver: string) {
  return (path: string) => basename(path).toLowerCase() === `${driver.toLowerCase()}.sys`;
}
function isNeeded(path: string): boolean {
  return neededDrivers.some((driver) => isProgram(driver)(path));
}

async function copy(ask: Guestfish['ask'], from: string, to: string): Promise<void> {
  if (!(await ask('upload', from, to)))
    throw makeRepairError(`The volume of Windows accepts no file: ${clean(basename(to))}.`);
}

type Windows = {
  release: WindowsRelease;
  folder: string;
  hives: { SYSTEM: string; SOFTWARE: string };
  controlSet: string;
  hasDriverDatabase: boolean;
  devicePath: string;
};

/** All that must be known before anything is written; read-only, and nothing is mounted afterwards. */
async function examine(guestfish: Guestfish, root: string): Promise<Windows> {
  const { ask } = guestfish;
  const askAboutRoot = async (question: string): Promise<string> =>
    (await ask(`inspect-get-${question}`, root))?.[0] ?? '';
  const [major, minor] = [Number(await askAboutRoot('major-version')), Number(await askAboutRoot('minor-version'))];
  const server = /server/i.test(await askAboutRoot('product-variant'));
  const bits = (await askAboutRoot('arch')) === 'i386' ? 32 : 64;
  if (!(await ask('mount-ro', root, '/'))) throw makeRepairError('The volume of Windows cannot be read.');
  const volume = await lookAtVolume(guestfish, root);
  if (volume.hibernated) {
    throw makeRepairError(
      'Windows is hibernated, or was shut down with fast start-up. Changes to its volume would be lost or would damage it. Start it, turn hibernation off (powercfg /hibernate off), shut it down, and upload it again.',
    );
  }
  if (ifSeen(() => volume.dirty, true)) {
    throw makeRepairError(
      'The volume of Windows is marked as damaged, or its state is unknown, so it was not changed. Let Windows check it (chkdsk C: /f), shut it down, and upload it again.',
    );
  }
  const folder = await exactPath(ask, (await askAboutRoot('windows-systemroot')) || '/Windows');
  if (!folder) throw makeRepairError('The folder of Windows is not at the expected path.');
  const SYSTEM = await wholeHive(guestfish, `${folder}/System32/config/SYSTEM`);
  const SOFTWARE = await wholeHive(guestfish, `${folder}/System32/config/SOFTWARE`);
  const system = await openHiveFile(guestfish, SYSTEM);
  const current = (await system.dword('Select', 'Current')) ?? 1;
  const hasDriverDatabase = await system.has('DriverDatabase');
  const software = await openHiveFile(guestfish, SOFTWARE);
  const build = Number((await software.text(windowsNt, 'CurrentBuildNumber')) ?? '');
  const devicePath = (await software.text(currentVersion, 'DevicePath')) || '%SystemRoot%\\inf';
  if (devicePath.length >= mostOfText)
    throw makeRepairError('DevicePath in the registry of Windows is too long for another entry.');
  await ask('hivex-close');
  await ask('umount-all');
  return {
    release: { major, minor, build: Number.isSafeInteger(build) ? build : 0, server, bits },
    folder,
    hasDriverDatabase,
    devicePath,
    hives: { SYSTEM, SOFTWARE },
    controlSet: `ControlSet${String(current).padStart(3, '0')}`,
  };
}

/** Two counters show whether a hive was written back completely. If not, Windows applies its log at the next start, and overwrites our changes. */
async function wholeHive({ ask, bytes }: Guestfish, path: string): Promise<string> {
  const found = await exactPath(ask, path);
  const header = found === undefined ? undefined : await bytes('pread', found, '12', '0');
  if (found === undefined || header?.length !== 12 || header.toString('latin1', 0, 4) !== 'regf') {
    throw makeRepairError(`The hive ${basename(path)} is missing or broken.`);
  }
  if (header.readUInt32LE(4) !== header.readUInt32LE(8)) {
    throw makeRepairError(
      `The hive ${basename(path)} was not written back when Windows was shut down. Start Windows, shut it down, and upload it again.`,
    );
  }
  return found;
}

async function openHiveFile(guestfish: Guestfish, path: string): Promise<Hive> {
  const hive = await openHive(guestfish, path, basename(path));
  if (!hive) throw makeRepairError(`The hive ${basename(path)} cannot be parsed.`);
  return hive;
}
