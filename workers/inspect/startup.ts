import type { StartupView } from '../../shared/checks/guest/view.ts';
import { active, type Reader } from './reader.ts';

const loaderFiles = [
  '/boot/grub/grub.cfg',
  '/boot/grub2/grub.cfg',
  '/boot/loader/entries/*.conf',
  '/boot/extlinux.conf',
  '/boot/syslinux/syslinux.cfg',
];

export const lookAtStartup = async ({ read, expand }: Reader): Promise<StartupView> => {
  const kernelLines: string[] = [];
  for (const path of await expand(...loaderFiles)) {
    const lines = (await read(path)) ?? [];
    kernelLines.push(...lines.filter((line) => /^(?:linux(?:16|efi)?|options|append)\s/i.test(line)));
  }
  return { fstab: ((await read('/etc/fstab')) ?? []).filter(active), kernelLines };
};
