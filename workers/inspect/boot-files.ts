import { posix } from 'node:path';
import type { BootEntry, BootFilesView } from '../../shared/checks/guest/guest-view.ts';
import { askSeen, partly, toSeen, toUnseen, Unseen } from '../../shared/checks/guest/unseen.ts';
import { chooseLikeSystemdBoot, parseBlsEntry, sortBlsEntries } from './boot-config/bls.ts';
import { byVersion, type LoaderEntry, longestText, parseGrubEnvironment, type Variables } from './boot-config/entry.ts';
import { parseGrubConfig, parseGrubLegacy } from './boot-config/grub.ts';
import { parseSyslinuxConfig } from './boot-config/syslinux.ts';
import type { Reader } from './reader.ts';
import { clean, configLine } from './text.ts';
import { headOfProgram, readSections } from './unified-image.ts';

export type BootLoader = 'grub' | 'grub-legacy' | 'systemd-boot' | 'syslinux' | 'unified-kernel-image';

export type BootFiles = {
  loader: BootLoader | undefined;
  boot: BootFilesView;
  /** The command lines of all entries, the chosen one first. */
  commandLines: string[];
};

type Menu = { loader: BootLoader; from: string; entries: readonly LoaderEntry[]; chosen: LoaderEntry | undefined };

const version = /^(?:vmlinu[xz]|kernel|Image)-(\d+\.\d.*)$/;
const mostEntries = 20;
const mostInitrds = 16;
const mostFolders = 15;

/** Kernels, and what the boot loader does with them. `viaPartition`: the first sector starts a partition's own loader, which GRUB's is not. */
export async function lookAtBootFiles(reader: Reader, viaPartition: boolean): Promise<BootFiles> {
  const inBoot = (await reader.list('/boot')).map(clean);
  const named = inBoot
    .flatMap((name) => version.exec(name)?.[1] ?? [])
    .filter((name) => !/\.(?:hmac|old|sig)$/.test(name));
  const anonymous = inBoot.some((name) => /^(?:vmlinu[xz]|Image)(?:-[a-z]|$)/.test(name));
  const folders = (await reader.list('/lib/modules')).map(clean).filter((name) => /^\d+\.\d+/.test(name));
  const looks = [lookAtGrub, lookAtSystemdBoot, lookAtGrubLegacy, lookAtUnifiedImages];
  let menu: Menu | undefined;
  for (const look of viaPartition ? [lookAtSyslinux, ...looks] : [...looks, lookAtSyslinux])
    menu ??= await look(reader);
  const { chosen, from } = menu ?? {};
  return {
    loader: menu?.loader,
    boot: partly<BootFilesView>({
      images: toSeen(named.length > 0 || !anonymous ? named.sort(byVersion) : undefined),
      moduleFolders: toSeen(folders.sort(byVersion)),
      entry: from && chosen ? await askSeen(() => bootEntry(reader, from, chosen)) : toUnseen('boot-entry'),
    }),
    commandLines: [...(chosen ? [chosen] : []), ...(menu?.entries ?? []).filter((entry) => entry !== chosen)]
      .slice(0, mostEntries)
      .map(({ commandLine }) => commandLine),
  };
}

async function firstText(reader: Reader, ...patterns: string[]): Promise<[string, string[]] | undefined> {
  for (const path of await reader.expand(...patterns)) {
    const lines = await reader.config(path);
    if (lines) return [path, lines];
  }
  return undefined;
}

const blsFolders = ['/boot', '/efi', '/boot/efi'].map((folder) => `${folder}/loader/entries/*.conf`);

async function blsEntries(reader: Reader): Promise<[string, string[]][]> {
  const found: [string, string[]][] = [];
  for (const path of await reader.expand(...blsFolders)) {
    const lines = await reader.config(path);
    if (lines) found.push([posix.basename(path, '.conf'), lines]);
  }
  return found;
}

function parseBls(files: readonly [string, string[]][], variables: Variables): LoaderEntry[] {
  return sortBlsEntries(files.flatMap(([id, lines]) => parseBlsEntry(id, lines, variables) ?? []));
}

async function lookAtGrub(reader: Reader): Promise<Menu | undefined> {
  // The one on the ESP is mostly a stub that names the other.
  const paths = await reader.expand('/boot/grub2/grub.cfg', '/boot/grub/grub.cfg', '/boot/efi/EFI/*/grub.cfg');
  if (paths.length === 0) return undefined;
  const folders = ['/boot/grub2/grubenv', '/boot/grub/grubenv', '/boot/efi/EFI/*/grubenv'];
  const environment = parseGrubEnvironment((await firstText(reader, ...folders))?.[1] ?? []);
  for (const from of paths) {
    const lines = (await reader.config(from)) ?? [];
    const snippets = lines.some((line) => /^blscfg\b/.test(line)) ? await blsEntries(reader) : [];
    const parsed = parseGrubConfig(lines, environment, (variables) => parseBls(snippets, variables));
    if (parsed.entries.length > 0) return { loader: 'grub', from, ...parsed };
  }
  return { loader: 'grub', from: paths[0] as string, entries: [], chosen: undefined };
}

async function lookAtSystemdBoot(reader: Reader): Promise<Menu | undefined> {
  const entries = parseBls(await blsEntries(reader), new Map());
  const conf = await firstText(
    reader,
    '/boot/loader/loader.conf',
    '/efi/loader/loader.conf',
    '/boot/efi/loader/loader.conf',
  );
  if (entries.length === 0) return undefined;
  return {
    loader: 'systemd-boot',
    from: conf?.[0] ?? '/boot/loader',
    entries,
    chosen: chooseLikeSystemdBoot(conf?.[1] ?? [], entries),
  };
}

async function lookAtGrubLegacy(reader: Reader): Promise<Menu | undefined> {
  const found = await firstText(reader, '/boot/grub/menu.lst', '/boot/grub/grub.conf');
  return found && { loader: 'grub-legacy', from: found[0], ...parseGrubLegacy(found[1]) };
}

/**
 * Reads unified kernel images: kernel, initramfs and command line are one file, and firmware or systemd-boot starts it. If there are several, the one that
 * starts is unknown.
 */
async function lookAtUnifiedImages(reader: Reader): Promise<Menu | undefined> {
  const found = await reader.expand('/boot/EFI/Linux/*.efi', '/efi/EFI/Linux/*.efi', '/boot/efi/EFI/Linux/*.efi');
  const [from] = found;
  if (from === undefined) return undefined;
  const own = await commandLineIn(reader, from);
  const commandLine = own ?? (await reader.config('/etc/kernel/cmdline'))?.join(' ');
  const entries = commandLine === undefined ? [] : [{ id: '', title: '', kernel: from, initrds: [from], commandLine }];
  const chosen = found.length === 1 && own !== undefined ? entries[0] : undefined;
  return { loader: 'unified-kernel-image', from, entries, chosen };
}

async function commandLineIn(reader: Reader, path: string): Promise<string | undefined> {
  const head = await reader.part(path, 0, headOfProgram);
  const section = head && readSections(head).get('.cmdline');
  const text = section && (await reader.part(path, section.at, Math.min(section.size, longestText)));
  return text && configLine(text.toString('utf8'));
}

async function lookAtSyslinux(reader: Reader): Promise<Menu | undefined> {
  const folders = ['/boot/extlinux', '/boot/syslinux', '/boot', '/extlinux', '/syslinux', ''];
  const paths = folders.flatMap((folder) => [`${folder}/extlinux.conf`, `${folder}/syslinux.cfg`]);
  const found = await firstText(reader, ...paths);
  return found && { loader: 'syslinux', from: found[0], ...parseSyslinuxConfig(found[1]) };
}

/**
 * The path without its first folders: a loader reads a btrfs from its top, and the root may be any number of subvolumes below. For example,
 * /@/.snapshots/1/snapshot/boot/vmlinuz is /boot/vmlinuz.
 */
function pathsBelow(path: string): string[] {
  const names = path.split('/').slice(1);
  return names.slice(1, mostFolders).map((_, at) => `/${names.slice(at + 1).join('/')}`);
}

/** Paths are those of the filesystem that the loader reads: the root's, /boot's, the ESP's, or that of the top of a btrfs. */
async function bootEntry(reader: Reader, from: string, entry: LoaderEntry): Promise<BootEntry> {
  const find = async (name: string): Promise<string | undefined> => {
    const path = name.replace(/^\([^)]*\)/, '');
    const places = path.startsWith('/')
      ? [path, `/boot${path}`, `/efi${path}`, `/boot/efi${path}`, ...pathsBelow(path)]
      : [posix.join(posix.dirname(from), path), `/${path}`];
    let hiddenPlace: Unseen | undefined;
    for (const place of places) {
      try {
        const found = await reader.resolve(place);
        if (found !== undefined) return found;
      } catch (error) {
        if (!(error instanceof Unseen)) throw error;
        hiddenPlace ??= error;
      }
    }
    // It may be where nothing can be read.
    if (hiddenPlace) throw hiddenPlace;
    return undefined;
  };
  const kernel = await find(entry.kernel);
  const initrds: [string, string | undefined][] = [];
  for (const name of entry.initrds.filter((each) => each !== '').slice(0, mostInitrds))
    initrds.push([name, await find(name)]);
  return {
    from: clean(from),
    kernel: kernel ?? entry.kernel,
    initrds: initrds.flatMap(([, found]) => found ?? []),
    commandLine: entry.commandLine,
    missing: [
      ...(kernel === undefined ? [entry.kernel] : []),
      ...initrds.filter(([, found]) => found === undefined).map(([name]) => name),
    ].map(clean),
  };
}
