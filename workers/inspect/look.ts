import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileSource } from '../tools/file-source.ts';
import type { Guestfish } from '../tools/guestfish.ts';
import { initramfsFiles } from './initramfs.ts';
import { lookForReadiness } from './readiness.ts';
import { clean, type GuestView, type KernelView, moduleOf } from './view.ts';

type Look = { guestfish: Guestfish; outputDir: string; signal: AbortSignal; progress: (percent: number) => void };

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
    kernels: [],
    cloudInit: { installed: false, version: undefined, enabled: undefined, disabledBy: undefined },
    readiness: undefined,
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
  if (view.facts.osType === 'windows') view.windows = await lookAtWindows(look, root);
  else if (view.facts.osType === 'linux') {
    view.kernels = await lookAtKernels(look);
    view.facts.kernels = view.kernels.map(({ version }) => version);
    const packages = await installedPackages(look, root);
    view.cloudInit = await lookAtCloudInit(look, packages, view);
    view.readiness = await lookForReadiness(look.guestfish, new Set(packages.keys()));
    if (view.cloudInit.version) view.facts.cloudInit = view.cloudInit.version;
  }
  return view;
};

/** guestfish prints tables as "key: value". */
const pairs = (lines: string[] | undefined): [string, string][] =>
  (lines ?? []).flatMap((line) => {
    const at = line.indexOf(': ');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)] as [string, string]];
  });

const exists = async ({ guestfish }: Look, path: string): Promise<boolean> =>
  (await guestfish.ask('exists', path))?.[0] === 'true';

const list = async ({ guestfish }: Look, path: string): Promise<string[]> => (await guestfish.ask('ls', path)) ?? [];

const hasBootCode = async ({ guestfish, outputDir }: Look): Promise<boolean> => {
  await guestfish.ask('download-offset', '/dev/sda', '/out/mbr', '0', '512');
  const file = await openFileSource(join(outputDir, 'mbr')).catch(() => undefined);
  if (!file) return false;
  try {
    const sector = await file.read(0, 512);
    return sector.length === 512 && sector[510] === 0x55 && sector.subarray(0, 440).some((byte) => byte !== 0);
  } finally {
    await file.close();
  }
};

/** UEFI 2.10, 3.5.1.1: the path for removable media, where firmware without any stored boot entry looks. */
const hasFallbackLoader = async (look: Look, filesystems: [string, string][]): Promise<boolean> => {
  for (const [device] of filesystems.filter(([, type]) => type === 'vfat')) {
    if ((await look.guestfish.ask('mount-ro', device, '/')) === undefined) continue;
    const path = (await look.guestfish.ask('case-sensitive-path', '/efi/boot'))?.[0];
    const files = path ? await list(look, path) : [];
    await look.guestfish.ask('umount-all');
    if (files.some((name) => /^boot(x64|aa64)\.efi$/i.test(name))) return true;
  }
  return false;
};

const initramfsNames = (version: string): string[] => [
  `/boot/initrd.img-${version}`,
  `/boot/initramfs-${version}.img`,
  `/boot/initrd-${version}`,
  `/boot/initrd-${version}.img`,
  `/boot/initramfs-${version.split('-').pop() ?? version}`,
  `/boot/initramfs-${version.split('-').pop() ?? version}.img`,
];

const lookAtKernels = async (look: Look): Promise<KernelView[]> => {
  const boot = await list(look, '/boot');
  const versions = (await list(look, '/lib/modules')).map(clean).filter((name) => /^\d+\.\d+/.test(name));
  const kernels: KernelView[] = [];
  // The newest two: a boot loader starts the newest.
  for (const version of versions.sort(byVersion).slice(0, 2)) {
    const folder = `/lib/modules/${version}`;
    const builtin = ((await look.guestfish.ask('cat', `${folder}/modules.builtin`)) ?? []).map(moduleOf);
    const dependencies = (await look.guestfish.ask('cat', `${folder}/modules.dep`)) ?? [];
    const modules = dependencies.map((line) => moduleOf(line.split(':', 1)[0] ?? ''));
    const path = initramfsNames(version).find((candidate) => boot.includes(candidate.slice('/boot/'.length)));
    kernels.push({
      version,
      builtin: new Set(builtin.filter((name) => name !== undefined)),
      modules: new Set(modules.filter((name) => name !== undefined)),
      initramfs: path ? await readInitramfs(look, path) : { state: 'none' },
    });
  }
  return kernels;
};

const byVersion = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });

const readInitramfs = async (look: Look, path: string): Promise<KernelView['initramfs']> => {
  const local = join(look.outputDir, 'initramfs');
  await look.guestfish.ask('download', path, '/out/initramfs');
  look.progress(80);
  const file = await openFileSource(local).catch(() => undefined);
  if (!file) return { state: 'unreadable', path };
  try {
    const files = await initramfsFiles(file, join(look.outputDir, 'unpacked'), look.signal);
    if (!files || files.length === 0) return { state: 'unreadable', path };
    return { state: 'read', path, modules: new Set(files.map(moduleOf).filter((name) => name !== undefined)) };
  } finally {
    await file.close();
    await rm(local, { force: true });
  }
};

/** Name to version, from the package database. */
const installedPackages = async (look: Look, root: string): Promise<Map<string, string>> => {
  const packages = new Map<string, string>();
  let name = '';
  for (const line of (await look.guestfish.ask('inspect-list-applications2', root)) ?? []) {
    const [, field, value = ''] = /^\s*app2_(name|version): (.*)$/.exec(line) ?? [];
    if (field === 'name') name = clean(value);
    if (field === 'version') packages.set(name, clean(value));
  }
  look.progress(90);
  return packages;
};

const lookAtCloudInit = async (
  look: Look,
  packages: ReadonlyMap<string, string>,
  view: GuestView,
): Promise<GuestView['cloudInit']> => {
  const { ask } = look.guestfish;
  const installed = (await exists(look, '/usr/bin/cloud-init')) || (await exists(look, '/usr/local/bin/cloud-init'));
  look.progress(95);

  const disabled: [string, boolean][] = [
    ['/etc/cloud/cloud-init.disabled', await exists(look, '/etc/cloud/cloud-init.disabled')],
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
  const systemd = await exists(look, '/lib/systemd/systemd');
  const openrc = !systemd && (await exists(look, '/etc/runlevels'));
  view.facts.initSystem = systemd ? 'systemd' : openrc ? 'openrc' : 'other';
  const anywhere = async (...paths: string[]): Promise<boolean> => {
    for (const path of paths) if (await exists(look, path)) return true;
    return false;
  };
  // Generators pull cloud-init in at boot (Debian, Ubuntu); else its units are linked as systemctl enable does.
  const enabled = systemd
    ? await anywhere(
        '/lib/systemd/system-generators/cloud-init-generator',
        '/usr/lib/systemd/system-generators/cloud-init-generator',
        '/etc/systemd/system/cloud-init.target.wants/cloud-init.service',
        '/etc/systemd/system/multi-user.target.wants/cloud-init.service',
        '/etc/systemd/system/cloud-init.target.wants/cloud-init-local.service',
      )
    : openrc
      ? await anywhere('/etc/runlevels/boot/cloud-init-local', '/etc/runlevels/default/cloud-init')
      : undefined;
  const disabledBy = disabled.find(([, is]) => is)?.[0];
  return {
    installed,
    version: installed ? packages.get('cloud-init') : undefined,
    enabled: disabledBy ? false : enabled,
    disabledBy,
  };
};

const lookAtWindows = async (look: Look, root: string): Promise<GuestView['windows']> => {
  const systemRoot = (await look.guestfish.ask('inspect-get-windows-systemroot', root))?.[0] ?? '/Windows';
  const folder = (await look.guestfish.ask('case-sensitive-path', `${systemRoot}/System32/drivers`))?.[0];
  const files = folder ? await list(look, folder) : [];
  const cloudbase = await look.guestfish.ask(
    'case-sensitive-path',
    '/Program Files/Cloudbase Solutions/Cloudbase-Init',
  );
  return {
    drivers: files.map((name) => name.toLowerCase()).filter((name) => /^(viostor|vioscsi|netkvm)\.sys$/.test(name)),
    cloudbaseInit: cloudbase !== undefined,
  };
};
