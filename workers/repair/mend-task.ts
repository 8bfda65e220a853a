import type { RepairChange } from '../../shared/contracts/repair.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';
import { isScript, type ScriptRemedy } from '../../shared/remedies/define.ts';
import { remedies } from '../../shared/remedies/remedies.ts';
import { findRoots, mountPoints } from '../inspect/mountables.ts';
import { systemsAmong } from '../inspect/systems.ts';
import { clean } from '../inspect/text.ts';
import { type Guestfish, makeGuestfish } from '../tools/guestfish-answers.ts';
import { makeRepairError } from './failed.ts';
import type { Mended, MendHelpers, MendTaskInput } from './mend-contract.ts';
import { driverSource } from './windows/driver-source.ts';
import { injectDrivers } from './windows/inject-drivers.ts';

/** A system that prints more than this of its changes is not believed more. */
const mostLines = 200;

/** Repairs a system that the appliance has open, as a task for the door: all that the system says is made sense of in its process. */
export async function mend(input: MendTaskInput, helpers: MendHelpers, part: NamePart): Promise<Mended> {
  try {
    return { changes: await mendAll(input, helpers, part) };
  } catch (error) {
    if (!isBootreadyError(error)) throw error;
    const { code, message, remedy, retryable, context } = error;
    return { refused: { code, message, retryable, context, ...(remedy === undefined ? {} : { remedy }) } };
  }
}

async function mendAll(
  { chosen, drivers, proxyUrl }: MendTaskInput,
  { ask: asked, mergeIntoHive, refusedHosts, progress }: MendHelpers,
  part: NamePart,
): Promise<RepairChange[]> {
  const guestfish = makeGuestfish(asked);
  const { ask } = guestfish;
  const todo = remedies.filter(({ code }) => chosen.includes(code));
  const changes: RepairChange[] = [];
  part('operating system');
  await progress(10);
  const root = await findSystem(guestfish);
  if (todo.some(isScript)) await mountSystem(guestfish, root);
  for (const remedy of todo) {
    part(remedy.code);
    if (isScript(remedy)) {
      changes.push({ remedy: remedy.code, changes: await apply(guestfish, remedy, proxyUrl, refusedHosts) });
    } else if (drivers) {
      const done = await injectDrivers({ guestfish, source: driverSource(drivers), root, mergeIntoHive });
      changes.push({ remedy: remedy.code, changes: done });
    }
    await progress(10 + (changes.length / todo.length) * 85);
  }
  // Written back and let go of in order; what is killed afterwards holds nothing any more.
  const whole = (await ask('umount-all')) && (await ask('shutdown'));
  if (!whole) throw makeRepairError('The changes could not be written to the disk.');
  return changes;
}

async function findSystem(guestfish: Guestfish): Promise<string> {
  const { ask } = guestfish;
  const found = (await findRoots(guestfish)) ?? [];
  const roots = found.length > 1 ? systemsAmong(found, await devices(ask)) : found;
  const [root] = roots;
  if (roots.length === 1 && root) return root;
  throw makeRepairError(
    roots.length > 1
      ? 'The image contains several operating systems.'
      : (await holdsBitLocker(ask))
        ? 'The image is encrypted with BitLocker, so it cannot be read or repaired. Turn BitLocker off, wait until everything is decrypted, and upload it again.'
        : 'The image contains no operating system.',
  );
}

/** All that may hold a system. */
async function devices(ask: Guestfish['ask']): Promise<{ device: string }[]> {
  const lists = [await ask('list-partitions'), await ask('lvs'), await ask('list-md-devices')];
  return lists.flatMap((list) => list ?? []).map((device) => ({ device }));
}

/** libguestfs lists only what it could mount; libblkid knows what it could not. */
async function holdsBitLocker(ask: Guestfish['ask']): Promise<boolean> {
  for (const device of (await ask('list-partitions')) ?? [])
    if (((await ask('blkid', device)) ?? []).includes('TYPE: BitLocker')) return true;
  return false;
}

async function mountSystem(guestfish: Guestfish, root: string): Promise<void> {
  for (const [path, mountable] of await mountPoints(guestfish, root)) {
    const mounted = await guestfish.ask('mount', mountable, path);
    if (!mounted && path === '/') throw makeRepairError('The root filesystem cannot be mounted for writing.');
  }
}

const status = /^=bootready-status=(\d+)$/;

/** The script with its words: what it says of itself reaches us on stdout, whatever the tools that it calls print. */
async function apply(
  { ask }: Guestfish,
  { code, script, needsPackages }: ScriptRemedy,
  proxyUrl: string,
  refusedHosts: MendHelpers['refusedHosts'],
): Promise<string[]> {
  const whole = `( exec 2>&1 3>&1
changed() { echo "changed $*" >&3; }
cannot() { echo "cannot $*" >&3; exit 1; }
${needsPackages ? `export http_proxy=${proxyUrl} https_proxy=${proxyUrl}` : ''}
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
  const elsewhere = (await refusedHosts()).slice(0, 5).map(clean).join(', ');
  throw makeRepairError(
    `The remedy "${code}" failed: ${said ? clean(said) : 'its commands do not work in this system'}.${
      elsewhere && ` It asked for hosts that are not allowed package hosts (REPAIR_PACKAGE_HOSTS): ${elsewhere}.`
    }`,
    { output: lines.slice(-20).map(clean) },
  );
}
