import type { SelinuxView, StartupView } from '../../shared/checks/guest/guest-view.ts';
import { partly, toSeen, toUnseen } from '../../shared/checks/guest/unseen.ts';
import { active, type Reader } from './reader.ts';
import { clean } from './text.ts';

/** Beyond, nobody mounts by it. */
const mostEntries = 1000;

export async function lookAtStartup(
  reader: Reader,
): Promise<Pick<StartupView, 'fstab' | 'selinux' | 'resume' | 'lvmDevices' | 'crypttab' | 'nextLine'>> {
  return {
    fstab: ((await reader.config('/etc/fstab')) ?? []).filter(active).slice(0, mostEntries),
    resume: await resumeDevice(reader),
    crypttab: ((await reader.config('/etc/crypttab')) ?? []).filter(active).slice(0, mostEntries),
    nextLine: (await reader.config('/etc/kernel/cmdline'))?.join(' '),
    lvmDevices: ((await reader.config(lvmDevices)) ?? []).some((line) => line.startsWith('IDTYPE='))
      ? lvmDevices
      : undefined,
    selinux: await lookAtSelinux(reader),
  };
}

const lvmDevices = '/etc/lvm/devices/system.devices';

/** initramfs-tools(7), RESUME; the last one wins. `none` and `auto` name nothing. */
async function resumeDevice({ config, expand }: Reader): Promise<string | undefined> {
  let device: string | undefined;
  for (const path of await expand('/etc/initramfs-tools/conf.d/*'))
    for (const line of (await config(path)) ?? []) {
      const value = /^RESUME=["']?([^"'\s]+)/.exec(line)?.[1];
      if (value !== undefined) device = value === 'none' || value === 'auto' ? undefined : clean(value);
    }
  return device;
}

/** selinux(8). Labels are extended attributes; the user database is one of the files that everything needs. */
async function lookAtSelinux({ about, config, exists }: Reader): Promise<SelinuxView> {
  const enforcing = ((await config('/etc/selinux/config')) ?? []).some((line) =>
    /^SELINUX\s*=\s*enforcing\b/.test(line),
  );
  const attributes = enforcing ? await about('lgetxattrs', '/etc/passwd') : undefined;
  return partly<SelinuxView>({
    enforcing: toSeen(enforcing),
    relabelPending: toSeen(await exists('/.autorelabel')),
    labelled: attributes ? toSeen(attributes.some((line) => line.includes('security.selinux'))) : toUnseen('labels'),
  });
}
