import { cannotTell, linuxCheck, whether } from './define.ts';

export const kernelModules = linuxCheck({
  code: 'kernel-modules',
  severity: 'required',
  title: {
    en: 'Kernel and its modules belong together',
    de: 'Kernel und seine Module gehören zusammen',
  },
  problem: {
    en: 'Kernel {kernel} is started, but there is no /lib/modules/{kernel}: it comes up without drivers for network and filesystems. Modules are there for: {modules}.',
    de: 'Gestartet wird Kernel {kernel}, aber /lib/modules/{kernel} gibt es nicht: Er kommt ohne Treiber für Netzwerk und Dateisysteme hoch. Module gibt es für: {modules}.',
  },
  remedy: {
    en: 'Install the kernel package again, so that /boot and /lib/modules hold the same version.',
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
