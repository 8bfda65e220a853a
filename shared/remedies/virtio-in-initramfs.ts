import { anyLinux, isLinux, type ScriptRemedy } from './define.ts';

/** initramfs-tools(7), dracut.conf(5), mkinitfs(1), mkinitcpio(8). */
export const virtioInInitramfs: ScriptRemedy = {
  code: 'virtio-in-initramfs',
  answers: ['virtio-block-initramfs', 'boot-no-root-device'],
  appliesTo: isLinux,
  systems: anyLinux,
  title: { en: 'virtio drivers in the initramfs', de: 'virtio-Treiber im Initramfs' },
  plan: {
    en: 'Adds the virtio drivers to the configuration of the initramfs and rebuilds the initramfs of every installed kernel, for any machine instead of only one.',
    de: 'Ergänzt die virtio-Treiber in der Konfiguration des Initramfs und erzeugt das Initramfs jedes installierten Kernels neu, für jede Maschine statt nur für eine.',
  },
  script: `
drivers='virtio_pci virtio_blk virtio_scsi virtio_net'
versions() { for v in /lib/modules/*; do [ -d "$v/kernel" ] && echo "\${v##*/}"; done; }
if command -v update-initramfs >/dev/null; then
  mkdir -p /etc/initramfs-tools/conf.d
  for m in $drivers; do grep -qsx "$m" /etc/initramfs-tools/modules || { echo "$m" >> /etc/initramfs-tools/modules; changed "added $m to /etc/initramfs-tools/modules"; }; done
  echo MODULES=most > /etc/initramfs-tools/conf.d/zz-bootready
  update-initramfs -u -k all || cannot 'update-initramfs failed'
elif command -v dracut >/dev/null; then
  mkdir -p /etc/dracut.conf.d
  printf 'hostonly="no"\\nadd_drivers+=" %s "\\n' "$drivers" > /etc/dracut.conf.d/90-bootready.conf
  for v in $(versions); do dracut --force --no-hostonly --add-drivers "$drivers" --kver "$v" || cannot "dracut failed for $v"; done
elif command -v mkinitfs >/dev/null; then
  grep -qs '^features=.*virtio' /etc/mkinitfs/mkinitfs.conf || sed -i 's/^features="/&virtio /' /etc/mkinitfs/mkinitfs.conf || cannot 'mkinitfs.conf cannot be changed'
  for v in $(versions); do mkinitfs "$v" || cannot "mkinitfs failed for $v"; done
elif command -v mkinitcpio >/dev/null; then
  sed -i "s/^MODULES=(/&$drivers /" /etc/mkinitcpio.conf
  mkinitcpio -P || cannot 'mkinitcpio failed'
else
  cannot 'the system has none of initramfs-tools, dracut, mkinitfs and mkinitcpio'
fi
for v in $(versions); do changed "rebuilt the initramfs of $v"; done
`,
};
