import type { DiskView, LinuxView } from '../../shared/checks/guest/view.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import { type BootLoader, lookAtBootFiles } from './boot-files.ts';
import { type InitSystem, lookAtCloudInit } from './cloud-init.ts';
import { lookAtKernel } from './kernels.ts';
import { lookAtNetwork } from './network.ts';
import { installedPackages } from './packages.ts';
import { type Look, readerOf } from './reader.ts';
import { lookAtRemains } from './remains.ts';
import { lookAtServices } from './services.ts';
import { lookAtStartup } from './startup.ts';

/** What is there already when the guest's files come into sight. */
export type Installed = {
  /** libguestfs' name of the system. */
  root: string;
  rootDevice: string | undefined;
  disk: DiskView;
  initSystem: InitSystem;
};

/** Its filesystems are mounted. */
export const lookAtLinux = async (
  look: Look,
  { root, rootDevice, disk, initSystem }: Installed,
): Promise<LinuxView & { loader: BootLoader | undefined; installed: InstalledPackage[] | undefined }> => {
  const reader = readerOf(look.guestfish);
  const { code } = disk.bootSector;
  const viaPartition = code === 'active-partition' || code === 'legacy-boot-partition';
  const { boot, loader, commandLines } = await lookAtBootFiles(reader, viaPartition);
  const kernel = await lookAtKernel({ ...look, reader }, boot);
  const installed = await installedPackages(reader, root);
  const packages = installed && new Map(installed.map(({ name, version }) => [name, version]));
  look.progress(90);
  const cloudInit = await lookAtCloudInit(reader, packages, initSystem);
  return {
    loader,
    installed,
    kernel,
    boot,
    packages,
    cloudInit,
    startup: await lookAtStartup(reader, commandLines, rootDevice),
    network: await lookAtNetwork(reader),
    services: await lookAtServices(reader, initSystem),
    remains: await lookAtRemains(reader, cloudInit.config?.defaultUser),
  };
};
