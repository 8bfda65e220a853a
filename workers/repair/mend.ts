import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepairChange } from '../../shared/contracts/repair.ts';
import { isScript, type Remedy, type ScriptRemedy } from '../../shared/remedies/define.ts';
import type { StepControl } from '../activities/step.ts';
import { pairs } from '../inspect/reader.ts';
import { clean } from '../inspect/text.ts';
import { ensureAppliance } from '../tools/appliance.ts';
import { gateway, withGuestfish } from '../tools/guestfish.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { removeTree } from '../tools/remove-tree.ts';
import { failed } from './failed.ts';
import { publicPackageHosts, startPackageProxy } from './package-proxy.ts';
import { openDriverSource } from './windows/driver-source.ts';
import { injectDrivers } from './windows/inject-drivers.ts';

/** A system that prints more than this of its changes is not believed more. */
const mostLines = 200;

export type MendDeps = {
  cacheDir: string;
  /** Those that the operator names instead of the distributions' own, and so may be anywhere. */
  packageHosts: readonly string[];
  /** virtio-win: its ISO image or its folder. */
  virtioWin?: string | undefined;
};

export type MendInput = {
  disk: { path: string; format: 'raw' | 'qcow2'; virtualSize: number };
  remedies: readonly Remedy[];
  scratchDir: string;
};

/**
 * Changes the disk by the remedies, one after the other, in one start of the appliance; without any network, unless one of them
 * needs packages. The disk is ours to spoil: whoever calls makes it anew for another try.
 * @throws BootreadyError `conflict`, with the remedy that could not be done and why; `tool-failed`, `tool-killed`
 */
export const mendDisk = async (
  { cacheDir, packageHosts, virtioWin }: MendDeps,
  { disk, remedies, scratchDir }: MendInput,
  { signal, progress }: StepControl,
): Promise<RepairChange[]> => {
  const appliance = await ensureAppliance(cacheDir, signal);
  const outputDir = join(scratchDir, 'mend');
  await removeTree(outputDir);
  await mkdir(outputDir);
  // A qcow2 may grow beyond its disk by its tables.
  const writableBytes = disk.virtualSize * 1.02 + 64 * 1024 ** 2;
  const changes: RepairChange[] = [];
  const drivers = remedies.every(isScript) ? undefined : await openDriverSource(virtioWin);
  const proxy = remedies.some((remedy) => isScript(remedy) && remedy.needsPackages)
    ? await startPackageProxy(
        packageHosts.length > 0
          ? { hosts: packageHosts, toPrivateAddresses: true }
          : { hosts: publicPackageHosts, toPrivateAddresses: false },
      )
    : undefined;
  try {
    const proxySocket = proxy?.socket;
    const options = { disk, writableBytes, proxySocket, outputDir, appliance, signal, ...drivers?.options };
    await withGuestfish(options, async (guestfish) => {
      progress(10);
      const root = await findSystem(guestfish);
      if (remedies.some(isScript)) await mountSystem(guestfish, root);
      for (const remedy of remedies) {
        if (isScript(remedy)) {
          changes.push({ remedy: remedy.code, changes: await apply(guestfish, remedy, proxy?.refused) });
        } else if (drivers) {
          const done = await injectDrivers({ guestfish, source: drivers, root, outputDir, signal });
          changes.push({ remedy: remedy.code, changes: done });
        }
        progress(10 + (changes.length / remedies.length) * 85);
      }
      // Written back and let go of in order; what is killed afterwards holds nothing any more.
      const whole = (await guestfish.ask('umount-all')) && (await guestfish.ask('shutdown'));
      if (!whole) throw failed('The changes could not be written to the disk.');
    });
  } finally {
    await proxy?.close();
    await removeTree(outputDir);
  }
  return changes;
};

const findSystem = async ({ ask }: Guestfish): Promise<string> => {
  const roots = (await ask('inspect-os')) ?? [];
  const [root] = roots;
  if (roots.length === 1 && root) return root;
  throw failed(
    roots.length > 1
      ? 'The image holds several operating systems.'
      : (await holdsBitLocker(ask))
        ? 'The image is encrypted with BitLocker: nothing in it can be read or mended. Turn BitLocker off, wait until all is decrypted, and upload it again.'
        : 'The image holds no operating system.',
  );
};

/** libguestfs lists only what it could mount; libblkid knows what it could not. */
const holdsBitLocker = async (ask: Guestfish['ask']): Promise<boolean> => {
  for (const device of (await ask('list-partitions')) ?? [])
    if (((await ask('blkid', device)) ?? []).includes('TYPE: BitLocker')) return true;
  return false;
};

const mountSystem = async ({ ask }: Guestfish, root: string): Promise<void> => {
  const mounts = pairs(await ask('inspect-get-mountpoints', root)).sort(([a], [b]) => a.length - b.length);
  for (const [path, device] of mounts) {
    const mounted = await ask('mount', device, path);
    if (!mounted && path === '/') throw failed('The root filesystem cannot be mounted for writing.');
  }
};

const status = /^=bootready-status=(\d+)$/;

/** The script with its words: what it says of itself reaches us on stdout, whatever the tools that it calls print. */
const apply = async (
  { ask }: Guestfish,
  { code, script, needsPackages }: ScriptRemedy,
  refused: ReadonlySet<string> = new Set(),
): Promise<string[]> => {
  const whole = `( exec 2>&1 3>&1
changed() { echo "changed $*" >&3; }
cannot() { echo "cannot $*" >&3; exit 1; }
${needsPackages ? `export http_proxy=http://${gateway}:3128 https_proxy=http://${gateway}:3128` : ''}
${script}
true )
echo "=bootready-status=$?"`;
  const lines = (await ask('sh', whole)) ?? [];
  if (status.exec(lines.at(-1) ?? '')?.[1] === '0') {
    return lines
      .filter((line) => line.startsWith('changed '))
      .slice(0, mostLines)
      .map((line) => clean(line.slice('changed '.length)));
  }
  const said = lines.findLast((line) => line.startsWith('cannot '))?.slice('cannot '.length);
  const elsewhere = [...refused].slice(0, 5).map(clean).join(', ');
  throw failed(
    `The remedy "${code}" could not be done: ${said ? clean(said) : 'its commands do not work in this system'}.${
      elsewhere && ` It asked for hosts that are not among those of packages here (REPAIR_PACKAGE_HOSTS): ${elsewhere}.`
    }`,
    { output: lines.slice(-20).map(clean) },
  );
};
