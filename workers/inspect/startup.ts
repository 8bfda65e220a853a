import { partly, seen, unseen } from '../../shared/checks/guest/unseen.ts';
import type { SelinuxView, StartupView } from '../../shared/checks/guest/view.ts';
import { active, type Reader } from './reader.ts';

/** Beyond, nobody mounts by it. */
const mostEntries = 1000;

export const lookAtStartup = async (reader: Reader): Promise<Pick<StartupView, 'fstab' | 'selinux'>> => ({
  fstab: ((await reader.config('/etc/fstab')) ?? []).filter(active).slice(0, mostEntries),
  selinux: await lookAtSelinux(reader),
});

/** selinux(8). Labels are extended attributes; the user database is one of the files that everything needs. */
const lookAtSelinux = async ({ about, config, exists }: Reader): Promise<SelinuxView> => {
  const enforcing = ((await config('/etc/selinux/config')) ?? []).some((line) =>
    /^SELINUX\s*=\s*enforcing\b/.test(line),
  );
  const attributes = enforcing ? await about('lgetxattrs', '/etc/passwd') : undefined;
  return partly<SelinuxView>({
    enforcing: seen(enforcing),
    relabelPending: seen(await exists('/.autorelabel')),
    labelled: attributes ? seen(attributes.some((line) => line.includes('security.selinux'))) : unseen('labels'),
  });
};
