import { posix } from 'node:path';
import type { BootFilesView, InitramfsView, KernelView } from '../../shared/checks/guest/guest-view.ts';
import { ifSeen } from '../../shared/checks/guest/unseen.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { initramfsFiles } from './initramfs.ts';
import type { Look, Reader } from './reader.ts';
import { clean, findModule } from './text.ts';
import { headOfProgram, readSections, type Section } from './unified-image.ts';

const unreadable: InitramfsView = { whole: false, modules: new Set(), hostOnly: false };

const headOfKernel = 64 * 1024;

function initramfsNames(version: string): string[] {
  return [
    `/boot/initrd.img-${version}`,
    `/boot/initramfs-${version}.img`,
    `/boot/initrd-${version}`,
    `/boot/initrd-${version}.img`,
    `/boot/initramfs-${version.split('-').pop() ?? version}`,
    `/boot/initramfs-${version.split('-').pop() ?? version}.img`,
  ];
}

/** The kernel that the boot loader starts; the newest if that is not known; undefined without any kernel. */
export async function lookAtKernel(look: Look, reader: Reader, boot: BootFilesView): Promise<KernelView | undefined> {
  const entry = ifSeen(() => boot.entry, undefined);
  const version =
    (entry && (await readVersion(reader, entry.kernel, boot))) ?? boot.moduleFolders[0] ?? boot.images?.[0];
  if (version === undefined) return undefined;
  const folder = `/lib/modules/${version}`;
  const builtin = ((await reader.read(`${folder}/modules.builtin`)) ?? []).map(findModule);
  const dependencies = (await reader.config(`${folder}/modules.dep`)) ?? [];
  const modules = dependencies.map((line) => findModule(line.split(':', 1)[0] ?? ''));
  const inBoot = await reader.list('/boot');
  const named = initramfsNames(version).find((candidate) => inBoot.includes(candidate.slice('/boot/'.length)));
  const paths = entry?.initrds ?? (named ? [named] : []);
  return {
    version,
    builtin: new Set(builtin.filter((name) => name !== undefined)),
    modules: new Set(modules.filter((name) => name !== undefined)),
    // An entry that names no initramfs starts without one; where none is known, there may be one in another place.
    initramfs: paths.length > 0 ? await lookAtInitramfs(look, paths.map(reader.real)) : entry ? undefined : unreadable,
  };
}

/** From the kernel itself, or else from the file's name, or else from the only folder or flavour of modules that can belong to it. */
async function readVersion(reader: Reader, path: string, boot: BootFilesView): Promise<string | undefined> {
  const head = await reader.head(path, headOfKernel);
  const uname = head && readSections(head).get('.uname');
  const release = uname && (await reader.part(path, uname.at, Math.min(uname.size, 100)));
  const told = release ? releaseIn(release.toString('latin1')) : head && kernelVersionIn(head);
  if (told) return told;
  const name = posix.basename(path).replace(/^[A-Za-z]+-?/, '');
  if (/^\d+\.\d/.test(name)) return clean(name);
  const flavoured = boot.moduleFolders.find((folder) => name !== '' && folder.endsWith(`-${name}`));
  return flavoured ?? (boot.moduleFolders.length === 1 ? boot.moduleFolders[0] : undefined);
}

/** Linux Documentation/arch/x86/boot.rst: "HdrS" at 0x202; a pointer at 0x20E to the version's text, less 0x200. */
export function kernelVersionIn(head: Buffer): string | undefined {
  if (head.length < 0x210 || head.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  const at = head.readUInt16LE(0x20e) + 0x200;
  return releaseIn(head.toString('latin1', at, at + 100));
}

function releaseIn(text: string): string | undefined {
  return /^\d+\.\d+[\w.+~-]*/.exec(text)?.[0];
}

/** The initramfs inside a unified kernel image. */
async function initramfsIn(file: ByteSource): Promise<Section> {
  return readSections(await file.read(0, headOfProgram)).get('.initrd') ?? { at: 0, size: file.size };
}

/**
 * Reads all files that the boot loader loads with the kernel. One that exceeds its limits counts as unreadable; the other facts about the kernel stay valid.
 */
async function lookAtInitramfs(look: Look, paths: readonly string[]): Promise<InitramfsView> {
  const seen = await look.parts.look('initramfs', () => readInitramfs(look, paths));
  return 'value' in seen ? seen.value : unreadable;
}

function filesIn(
  file: ByteSource,
  { at, size }: Section,
  unpack: Look['initramfs']['unpack'],
): ReturnType<typeof initramfsFiles> {
  const part = {
    size: Math.max(0, Math.min(size, file.size - at)),
    read: (offset: number, length: number) => file.read(at + offset, Math.min(length, Math.max(0, size - offset))),
  };
  return initramfsFiles(part, (offset, codec, length) => unpack(at + offset, codec, length ?? part.size - offset));
}

async function readInitramfs({ initramfs, progress }: Look, paths: readonly string[]): Promise<InitramfsView> {
  const found: string[] = [];
  let whole = true;
  for (const path of paths) {
    const file = await initramfs.fetch(path);
    progress(80);
    const read = file && (await filesIn(file, await initramfsIn(file), initramfs.unpack));
    found.push(...(read?.names ?? []));
    whole &&= read?.whole === true;
  }
  // dracut's squash module hides all other files in an inner filesystem.
  if (found.some((name) => /(?:^|\/)squash(?:fs)?-root\.img$/.test(name))) whole = false;
  return {
    whole,
    modules: new Set(found.map(findModule).filter((name) => name !== undefined)),
    hostOnly: found.some((name) => /(?:^|\/)lib\/dracut\/hostonly-files$/.test(name)),
  };
}
