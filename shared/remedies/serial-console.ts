import { anyLinux, isLinux, type ScriptRemedy } from './define.ts';

/** Edits the existing boot menus. New menus would contain the disks of the appliance. */
export const serialConsoleRemedy: ScriptRemedy = {
  code: 'serial-console',
  answers: ['serial-console'],
  appliesTo: isLinux,
  systems: anyLinux,
  title: { en: 'Serial console', de: 'Serielle Konsole' },
  plan: {
    en: 'Adds console=tty0 console=ttyS0,115200 to the kernel command line of every boot entry, and to the setting that later kernels use.',
    de: 'Ergänzt console=tty0 console=ttyS0,115200 in der Kernel-Kommandozeile jedes Boot-Eintrags und in der Einstellung, die spätere Kernel verwenden.',
  },
  script: `
add='console=tty0 console=ttyS0,115200'
edit() { f=$1; [ -f "$f" ] || return 0; grep -E "$2" "$f" | grep -Evq 'console=(ttyS|ttyAMA|hvc)[0-9]' || return 0
  sed -i -E "/$2/{/console=(ttyS|ttyAMA|hvc)[0-9]/!s#$3#$4#}" "$f" && changed "the kernel of $f writes to the serial console"; }
for f in /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/efi/EFI/*/grub.cfg; do edit "$f" '^[[:space:]]*linux(16|efi)?[[:space:]]' '[[:space:]]*$' " $add"; done
for f in /boot/loader/entries/*.conf; do edit "$f" '^options[[:space:]]' '[[:space:]]*$' " $add"; done
for f in /boot/extlinux.conf /boot/extlinux/extlinux.conf; do edit "$f" '^[[:space:]]*(APPEND|append)[[:space:]]' '[[:space:]]*$' " $add"; done
edit /etc/default/grub '^GRUB_CMDLINE_LINUX=' '^GRUB_CMDLINE_LINUX="' "&$add "
edit /etc/kernel/cmdline '.' '[[:space:]]*$' " $add"
`,
};
