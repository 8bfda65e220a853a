import { advise, linuxCheck } from './define.ts';
import { listStartLines } from './kernel-root.ts';

export const serialConsole = linuxCheck({
  code: 'serial-console',
  severity: 'advice',
  title: {
    en: 'Serial console',
    de: 'Serielle Konsole',
  },
  problem: {
    en: 'The kernel does not write to the serial console. The console log of an instance stays empty, and nobody can see why it does not start.',
    de: 'Der Kernel schreibt nicht auf die serielle Konsole. Das Konsolenprotokoll einer Instanz bleibt leer, und niemand kann sehen, warum sie nicht startet.',
  },
  remedy: {
    en: 'Add console=tty0 console=ttyS0,115200 to the kernel command line (console=ttyAMA0 on aarch64).',
    de: 'Ergänzen Sie console=tty0 console=ttyS0,115200 in der Kernel-Kommandozeile (console=ttyAMA0 auf aarch64).',
  },
  commands: [
    {
      on: 'debian',
      run: "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&console=tty0 console=ttyS0,115200 /' /etc/default/grub && update-grub",
    },
    { on: 'rhel', run: 'grubby --update-kernel=ALL --args="console=tty0 console=ttyS0,115200"' },
    {
      on: 'suse',
      run: "sed -i 's/^GRUB_CMDLINE_LINUX_DEFAULT=\"/&console=tty0 console=ttyS0,115200 /' /etc/default/grub && grub2-mkconfig -o /boot/grub2/grub.cfg",
    },
    {
      on: 'alpine',
      run: "sed -i 's/^default_kernel_opts=\"/&console=tty0 console=ttyS0,115200 /' /etc/update-extlinux.conf && update-extlinux",
    },
  ],
  judge: (view) => advise(listStartLines(view).some((line) => /\bconsole=(?:ttyS|ttyAMA|hvc)\d/.test(line))),
});
