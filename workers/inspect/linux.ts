import { ifSeen, mapped, partly, type Seen, whatWasSeen } from '../../shared/checks/guest/unseen.ts';
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
  rootDevice: Seen<string | undefined>;
  disk: Seen<DiskView>;
  initSystem: InitSystem;
};

export type LinuxLook = {
  view: LinuxView;
  loader: BootLoader | undefined;
  packages: InstalledPackage[];
};

/** Its filesystems are mounted. */
export const lookAtLinux = async (look: Look, installed: Installed): Promise<LinuxLook> => {
  const { parts, progress } = look;
  const { root, rootDevice, initSystem } = installed;
  const reader = readerOf(look.guestfish);
  const files = await parts.look('boot configuration', () => {
    const { code } = whatWasSeen(installed.disk).bootSector;
    return lookAtBootFiles(reader, code === 'active-partition' || code === 'legacy-boot-partition');
  });
  const kernel = await parts.look('kernel', () => lookAtKernel(look, reader, whatWasSeen(files).boot));
  const list = await parts.look('packages', () => installedPackages(reader, root));
  const packages = mapped(list, (known) => known && new Map(known.map(({ name, version }) => [name, version])));
  progress(90);
  const cloudInit = await parts.look('cloud-init', () =>
    lookAtCloudInit(
      reader,
      ifSeen(() => whatWasSeen(packages), undefined),
      initSystem,
    ),
  );
  const remains = await parts.look('remains', () => lookAtRemains(reader));
  const startup = await parts.look('startup', () => lookAtStartup(reader));
  return {
    loader: 'value' in files ? files.value.loader : undefined,
    packages: ('value' in list && list.value) || [],
    view: partly<LinuxView>({
      kernel,
      boot: mapped(files, ({ boot }) => boot),
      packages,
      cloudInit,
      startup: mapped(startup, (seen) =>
        partly<LinuxView['startup']>({
          ...asSeen(seen),
          kernelLines: mapped(files, ({ commandLines }) => commandLines),
          rootDevice,
        }),
      ),
      network: await parts.look('network', () => lookAtNetwork(reader)),
      services: await parts.look('services', () => lookAtServices(reader, initSystem)),
      remains: mapped(remains, (seen) =>
        partly<LinuxView['remains']>({
          ...asSeen(seen),
          users: mapped(cloudInit, ({ config }) => seen.users.filter((name) => name !== config?.defaultUser)),
        }),
      ),
    }),
  };
};

const asSeen = <T extends object>(parts: T): { [Name in keyof T]: Seen<T[Name]> } =>
  Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, { value }])) as never;
