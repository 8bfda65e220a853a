import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelView } from '../../shared/checks/guest/view.ts';
import { openFileSource } from '../tools/file-source.ts';
import { initramfsFiles } from './initramfs.ts';
import type { Look, Reader } from './reader.ts';
import { clean, moduleOf } from './text.ts';

type KernelLook = Omit<Look, 'guestfish'> & { reader: Reader };

const initramfsNames = (version: string): string[] => [
  `/boot/initrd.img-${version}`,
  `/boot/initramfs-${version}.img`,
  `/boot/initrd-${version}`,
  `/boot/initrd-${version}.img`,
  `/boot/initramfs-${version.split('-').pop() ?? version}`,
  `/boot/initramfs-${version.split('-').pop() ?? version}.img`,
];

export const lookAtKernels = async (look: KernelLook): Promise<KernelView[]> => {
  const boot = await look.reader.list('/boot');
  const versions = (await look.reader.list('/lib/modules')).map(clean).filter((name) => /^\d+\.\d+/.test(name));
  const kernels: KernelView[] = [];
  // The newest two: a boot loader starts the newest.
  for (const version of versions.sort(byVersion).slice(0, 2)) {
    const folder = `/lib/modules/${version}`;
    const builtin = ((await look.reader.ask('cat', `${folder}/modules.builtin`)) ?? []).map(moduleOf);
    const dependencies = (await look.reader.ask('cat', `${folder}/modules.dep`)) ?? [];
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

const readInitramfs = async (look: KernelLook, path: string): Promise<KernelView['initramfs']> => {
  const local = join(look.outputDir, 'initramfs');
  await look.reader.ask('download', path, '/out/initramfs');
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
