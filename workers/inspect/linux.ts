import type { LinuxView } from '../../shared/checks/guest/view.ts';
import { type InitSystem, lookAtCloudInit } from './cloud-init.ts';
import { lookAtKernels } from './kernels.ts';
import { lookAtNetwork } from './network.ts';
import { installedPackages } from './packages.ts';
import { type Look, readerOf } from './reader.ts';
import { lookAtRemains } from './remains.ts';
import { lookAtServices } from './services.ts';
import { lookAtStartup } from './startup.ts';

/** Its filesystems are mounted. */
export const lookAtLinux = async (look: Look, root: string, initSystem: InitSystem): Promise<LinuxView> => {
  const reader = readerOf(look.guestfish);
  const kernels = await lookAtKernels({ ...look, reader });
  const packages = await installedPackages(reader, root);
  look.progress(90);
  const cloudInit = await lookAtCloudInit(reader, packages, initSystem);
  return {
    kernels,
    packages,
    cloudInit,
    startup: await lookAtStartup(reader),
    network: await lookAtNetwork(reader),
    services: await lookAtServices(reader),
    remains: await lookAtRemains(reader, cloudInit.config?.defaultUser),
  };
};
