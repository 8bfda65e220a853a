import { cannotTell, linuxCheck, whether } from './define.ts';

export const kernelModules = linuxCheck({
  code: 'kernel-modules',
  severity: 'required',
  title: {
    en: 'Kernel and its modules belong together',
    de: 'Kernel und seine Module gehören zusammen',
  },
  problem: {
    en: 'The boot loader starts kernel {kernel}, but /lib/modules/{kernel} does not exist. The kernel has no drivers for network and filesystems. Modules exist for: {modules}.',
    de: 'Der Bootloader startet den Kernel {kernel}, aber /lib/modules/{kernel} gibt es nicht. Dem Kernel fehlen Treiber für Netzwerk und Dateisysteme. Module gibt es für: {modules}.',
  },
  remedy: {
    en: 'Install the kernel package again, so that /boot and /lib/modules contain the same version.',
    de: 'Installieren Sie das Kernel-Paket noch einmal, damit /boot und /lib/modules dieselbe Version enthalten.',
  },
  commands: [
    { on: 'debian', run: 'apt-get install --reinstall linux-image-amd64 && update-grub' },
    { on: 'rhel', run: 'dnf reinstall kernel-core kernel-modules' },
    { on: 'suse', run: 'zypper install --force kernel-default' },
    { on: 'alpine', run: 'apk fix linux-virt' },
  ],
  judge: ({ kernel, boot: { moduleFolders } }) => {
    if (!kernel) return undefined;
    const params = { kernel: kernel.version, modules: moduleFolders.join(' ').slice(0, 200) };
    // A kernel may be built without modules at all.
    if (moduleFolders.length === 0) return cannotTell('kernel-modules', kernel.version);
    return { outcome: whether(moduleFolders.includes(kernel.version)), params };
  },
});
