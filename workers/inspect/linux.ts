import type { DiskView, LinuxView } from '../../shared/checks/guest/guest-view.ts';
import { allSeen, mapSeen, partly, type Seen, Unseen, whatWasSeen } from '../../shared/checks/guest/unseen.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import { type BootLoader, lookAtBootFiles } from './boot-files.ts';
import { type InitSystem, lookAtCloudInit } from './cloud-init.ts';
import type { Hidden } from './hidden.ts';
import { lookAtKernel } from './kernels.ts';
import type { Layout } from './layouts.ts';
import { lookAtNetwork } from './network.ts';
import { readInstalledPackages } from './packages.ts';
import { type Look, makeReader } from './reader.ts';
import { lookAtRemains } from './remains.ts';
import { lookAtServices } from './services.ts';
import { lookAtStartup } from './startup.ts';

/** Facts that are already known when the guest's files become readable. */
export type Installed = {
  /** libguestfs' name of the system. */
  root: string;
  rootDevice: Seen<string>;
  disk: Seen<DiskView>;
  initSystem: Seen<InitSystem>;
  /** Where nothing can be read. */
  hidden: readonly Hidden[];
  layout: Layout | undefined;
};

export type LinuxLook = {
  view: LinuxView;
  loader: BootLoader | undefined;
  packages: InstalledPackage[];
};

/** Its filesystems are mounted. */
export async function lookAtLinux(look: Look, installed: Installed): Promise<LinuxLook> {
  const { parts, progress } = look;
  const { root, rootDevice, initSystem } = installed;
  const reader = makeReader(look.guestfish, installed.hidden, installed.layout);
  const files = await parts.look('boot configuration', () => {
    const { code } = whatWasSeen(installed.disk).bootSector;
    return lookAtBootFiles(reader, code === 'active-partition' || code === 'legacy-boot-partition');
  });
  const kernel = await parts.look('kernel', () => lookAtKernel(look, reader, whatWasSeen(files).boot));
  const list = await parts.look('packages', () => {
    if (installed.layout) throw new Unseen({ reason: 'layout', what: installed.layout.name });
    return readInstalledPackages(look.guestfish, root);
  });
  const packages = mapSeen(list, (known) => new Map(known.map(({ name, version }) => [name, version])));
  progress(90);
  const cloudInit = await parts.look('cloud-init', () => lookAtCloudInit(reader, packages, whatWasSeen(initSystem)));
  const remains = await parts.look('remains', () => lookAtRemains(reader));
  const startup = await parts.look('startup', () => lookAtStartup(reader));
  return {
    loader: 'value' in files ? files.value.loader : undefined,
    packages: 'value' in list ? list.value : [],
    view: partly<LinuxView>({
      kernel,
      boot: mapSeen(files, ({ boot }) => boot),
      packages,
      cloudInit,
      startup: mapSeen(startup, (some) =>
        partly<LinuxView['startup']>({
          ...allSeen(some),
          kernelLines: mapSeen(files, ({ commandLines }) => commandLines),
          rootDevice,
        }),
      ),
      network: await parts.look('network', () => lookAtNetwork(reader)),
      services: await parts.look('services', () => lookAtServices(reader, whatWasSeen(initSystem))),
      remains: mapSeen(remains, (some) =>
        partly<LinuxView['remains']>({
          ...some,
          users: mapSeen(cloudInit, ({ config }) =>
            whatWasSeen(some.users).filter((name) => name !== config?.defaultUser),
          ),
        }),
      ),
    }),
  };
}
