import type { CloudInitView } from '../../shared/checks/guest/view.ts';
import type { Reader } from './reader.ts';

export type InitSystem = 'systemd' | 'openrc' | 'other';

export const lookForInitSystem = async ({ exists }: Reader): Promise<InitSystem> => {
  if (await exists('/lib/systemd/systemd')) return 'systemd';
  return (await exists('/etc/runlevels')) ? 'openrc' : 'other';
};

export const lookAtCloudInit = async (
  { ask, exists }: Reader,
  packages: ReadonlyMap<string, string>,
  initSystem: InitSystem,
): Promise<CloudInitView> => {
  const installed = await exists('/usr/bin/cloud-init', '/usr/local/bin/cloud-init');

  const disabled: [string, boolean][] = [
    ['/etc/cloud/cloud-init.disabled', await exists('/etc/cloud/cloud-init.disabled')],
    [
      'cloud-init=disabled on the kernel command line',
      ((await ask('grep', 'cloud-init=disabled', '/etc/default/grub')) ?? []).some((line) => !/^\s*#/.test(line)) ||
        ((await ask('grep', 'cloud-init=disabled', '/boot/grub/grub.cfg')) ?? []).length > 0,
    ],
    [
      'a masked cloud-init.service',
      (await ask('readlink', '/etc/systemd/system/cloud-init.service'))?.[0] === '/dev/null',
    ],
  ];
  // Generators pull cloud-init in at boot (Debian, Ubuntu); else its units are linked as systemctl enable does.
  const enabled =
    initSystem === 'systemd'
      ? await exists(
          '/lib/systemd/system-generators/cloud-init-generator',
          '/usr/lib/systemd/system-generators/cloud-init-generator',
          '/etc/systemd/system/cloud-init.target.wants/cloud-init.service',
          '/etc/systemd/system/multi-user.target.wants/cloud-init.service',
          '/etc/systemd/system/cloud-init.target.wants/cloud-init-local.service',
        )
      : initSystem === 'openrc'
        ? await exists('/etc/runlevels/boot/cloud-init-local', '/etc/runlevels/default/cloud-init')
        : undefined;
  const disabledBy = disabled.find(([, is]) => is)?.[0];
  return {
    installed,
    version: installed ? packages.get('cloud-init') : undefined,
    enabled: disabledBy ? false : enabled,
    disabledBy,
  };
};
