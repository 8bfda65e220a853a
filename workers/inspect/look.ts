import type { GuestView } from '../../shared/checks/guest/view.ts';
import { lookForInitSystem } from './cloud-init.ts';
import { hasBootCode, hasFallbackLoader } from './disk.ts';
import { lookAtLinux } from './linux.ts';
import { type Look, pairs, readerOf } from './reader.ts';
import { clean } from './text.ts';
import { lookAtWindows } from './windows.ts';

/** Asks the appliance for all that the checks need. No program of the guest is ever run. */
export const lookInside = async (look: Look): Promise<GuestView> => {
  const { ask } = look.guestfish;
  const first = async (...command: [string, ...string[]]): Promise<string | undefined> => {
    const line = (await ask(...command))?.[0];
    return line === undefined || line === 'unknown' ? undefined : clean(line);
  };
  look.progress(25);
  const table = await first('part-get-parttype', '/dev/sda');
  const filesystems = pairs(await ask('list-filesystems'));
  const bootCode = await hasBootCode(look);
  const fallbackLoader = await hasFallbackLoader(look, filesystems);
  const roots = (await ask('inspect-os')) ?? [];
  look.progress(60);
  const view: GuestView = {
    facts: {
      partitionTable: table === 'gpt' ? 'gpt' : table === 'msdos' ? 'mbr' : table ? 'other' : 'none',
      firmware: [...(bootCode ? (['bios'] as const) : []), ...(fallbackLoader ? (['uefi'] as const) : [])],
    },
    systems: roots.length,
    encrypted: filesystems.some(([, type]) => type === 'crypto_LUKS' || type === 'BitLocker'),
    bootCode,
    fallbackLoader,
    linux: undefined,
    windows: undefined,
  };
  const root = roots[0];
  if (!root) return view;

  const set = async (name: keyof GuestView['facts'], ...command: [string, ...string[]]): Promise<void> => {
    const value = await first(...command);
    if (value !== undefined) Object.assign(view.facts, { [name]: value });
  };
  await set('osType', 'inspect-get-type', root);
  await set('osDistro', 'inspect-get-distro', root);
  await set('osName', 'inspect-get-product-name', root);
  await set('architecture', 'inspect-get-arch', root);
  await set('packageFormat', 'inspect-get-package-format', root);
  const [major, minor] = [
    await first('inspect-get-major-version', root),
    await first('inspect-get-minor-version', root),
  ];
  if (major) view.facts.osVersion = minor && minor !== '0' ? `${major}.${minor}` : major;

  // Parents before children.
  const mounts = pairs(await ask('inspect-get-mountpoints', root)).sort(([a], [b]) => a.length - b.length);
  for (const [path, device] of mounts) await ask('mount-ro', device, path);
  // libguestfs calls a Debian by its number alone ("12.15"). os-release(5)
  const pretty = (await ask('cat', '/etc/os-release'))?.map((line) => /^PRETTY_NAME=["']?([^"']+)/.exec(line)?.[1]);
  const name = pretty?.find((each) => each !== undefined);
  if (name) view.facts.osName = clean(name);
  look.progress(70);
  const reader = readerOf(look.guestfish);
  if (view.facts.osType === 'windows') view.windows = await lookAtWindows(reader, root);
  else if (view.facts.osType === 'linux') {
    const initSystem = await lookForInitSystem(reader);
    view.linux = await lookAtLinux(look, root, initSystem);
    view.facts.initSystem = initSystem;
    view.facts.guestAgent = view.linux.services.guestAgent === 'there';
    view.facts.kernels = view.linux.kernels.map(({ version }) => version);
    if (view.linux.cloudInit.version) view.facts.cloudInit = view.linux.cloudInit.version;
  }
  return view;
};
