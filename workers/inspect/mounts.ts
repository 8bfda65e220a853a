import { isInImage } from '../../shared/checks/guest/device-names.ts';
import { fstabEntry, has, namesDisk } from '../../shared/checks/guest/fstab.ts';
import type { DiskView } from '../../shared/checks/guest/guest-view.ts';
import { asSeen, ifSeen } from '../../shared/checks/guest/unseen.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import type { Hidden } from './hidden.ts';
import type { Layout } from './layouts.ts';
import { active, makeReader } from './reader.ts';

const efiSystemPartition = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
/** The boot loader specification's, for kernels. */
const extendedBootLoader = 'bc13c2ff-59e6-4262-a352-b275fd6f7172';

/**
 * Mounts a system as it mounts itself: what libguestfs makes of its fstab, then what systemd finds by the types of partitions
 * (systemd-gpt-auto-generator(8)). Tells the folders below which nothing can be read.
 * @param mounts where and what, parents before children
 */
export async function mountSystem(
  guestfish: Guestfish,
  mounts: readonly [string, string][],
  disk: DiskView | undefined,
  layout?: Layout,
): Promise<Hidden[]> {
  const { ask } = guestfish;
  const hidden: Hidden[] = [];
  for (const [path, device] of mounts)
    if ((await ask('mount-ro', device, path)) === undefined)
      hidden.push({ path, why: { reason: 'filesystem', what: device } });
  // If the root cannot be mounted, nothing more is known.
  if (hidden.some(({ path }) => path === '/')) return hidden;
  const reader = makeReader(guestfish, hidden, layout);
  const fstab = disksIn(await reader.config('/etc/fstab').catch(() => undefined));
  for (const { device, mountPoint } of fstab) {
    if (!disk || mountPoint === '/' || mounts.some(([path]) => path === mountPoint)) continue;
    const there = asSeen(() => isInImage(device, disk));
    if (!('value' in there)) hidden.push({ path: mountPoint, why: there.unseen });
    if (!('value' in there) || !there.value) continue;
    // libguestfs has its own mind of which names lead where.
    const volume = disk.volumes.find((each) => ifSeen(() => isInImage(device, { ...disk, volumes: [each] }), false));
    if (volume && (await ask('mount-ro', volume.device, reader.real(mountPoint))) !== undefined) continue;
    hidden.push({ path: mountPoint, why: { reason: 'filesystem', what: device } });
  }
  const taken = [...mounts.map(([path]) => path), ...fstab.map(({ mountPoint }) => mountPoint)];
  const isFree = async (folder: string): Promise<boolean> =>
    !taken.includes(folder) &&
    (await ask('is-dir', folder))?.[0] === 'true' &&
    ((await ask('ls', folder)) ?? ['?']).length === 0;
  for (const [type, folders] of [
    [extendedBootLoader, ['/boot']],
    [efiSystemPartition, ['/efi', '/boot']],
  ] as const) {
    const partition = disk?.partitions.find((each) => each.type === type);
    const device = `/dev/sda${partition?.number}`;
    if (!partition || mounts.some(([, mounted]) => mounted === device)) continue;
    for (const folder of folders) {
      if (!(await isFree(folder))) continue;
      if ((await ask('mount-ro', device, folder)) === undefined)
        hidden.push({ path: folder, why: { reason: 'filesystem', what: device } });
      taken.push(folder);
      break;
    }
  }
  await mountBootOfOstree();
  return hidden;

  /** CoreOS finds it by its label, and says so nowhere. */
  async function mountBootOfOstree(): Promise<void> {
    const boot = disk?.volumes.find(({ label }) => label === 'boot');
    if (layout?.name === 'ostree' && boot && !taken.includes('/boot')) await ask('mount-ro', boot.device, '/boot');
  }
}

/** Lines that mount a disk of its own at the start. */
function disksIn(lines: readonly string[] | undefined): { device: string; mountPoint: string }[] {
  return (lines ?? [])
    .filter(active)
    .slice(0, 1000)
    .map(fstabEntry)
    .filter((entry) => namesDisk(entry) && entry.mountPoint.startsWith('/') && !has(entry, 'noauto'));
}
