import { anyLinux, isLinux, type ScriptRemedy } from './define.ts';

/** In the appliance the disk of the image is /dev/sda; other disks are not there, and will not be in an instance. */
export const fstabByUuid: ScriptRemedy = {
  code: 'fstab-by-uuid',
  answers: ['fstab-devices'],
  appliesTo: isLinux,
  systems: anyLinux,
  title: { en: 'Filesystems by UUID', de: 'Dateisysteme über UUID' },
  plan: {
    en: 'Names the filesystems in /etc/fstab and on the kernel command line by UUID. Entries for disks that are not in the image no longer stop the system from starting (nofail).',
    de: 'Nennt die Dateisysteme in /etc/fstab und in der Kernel-Kommandozeile mit ihrer UUID. Einträge für Datenträger, die nicht im Image sind, verhindern den Start nicht mehr (nofail).',
  },
  script: `
here() { echo "$1" | sed -n -E 's#^/dev/(sda|hda|xvda|vda)([0-9]+)$#/dev/sda\\2#p; s#^/dev/nvme0n1p([0-9]+)$#/dev/sda\\1#p'; }
uuid() { d=$(here "$1"); [ -n "$d" ] && blkid -s UUID -o value "$d"; }
old='^/dev/(sd|hd|xvd|nvme)'
if [ -f /etc/fstab ]; then
  cp -p /etc/fstab /etc/fstab.bootready || cannot '/etc/fstab cannot be copied'
  while read -r device place type options rest; do
    id=
    if echo "$device" | grep -Eq "$old"; then id=$(uuid "$device"); fi
    if [ -n "$id" ]; then changed "/etc/fstab: $device is UUID=$id" >&3; echo "UUID=$id $place $type $options $rest"
    elif echo "$device" | grep -Eq "$old" && [ "$place" != / ] && [ "$type" != swap ] && ! echo ",$options," | grep -Eq ',(nofail|noauto),'; then
      changed "/etc/fstab: $device may be missing" >&3; echo "$device $place $type $options,nofail $rest"
    else echo "$device $place $type $options $rest"; fi
  done < /etc/fstab.bootready > /etc/fstab
  rm -f /etc/fstab.bootready
fi
for f in /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/loader/entries/*.conf /boot/extlinux.conf /boot/extlinux/extlinux.conf /etc/default/grub /etc/kernel/cmdline; do
  [ -f "$f" ] || continue
  for device in $(grep -Eo 'root=/dev/(sda|hda|xvda|nvme0n1p)[0-9]+' "$f" | sort -ur | sed 's/^root=//'); do
    id=$(uuid "$device"); [ -n "$id" ] || continue
    sed -i -E "s#root=$device([^0-9]|\\$)#root=UUID=$id\\\\1#g" "$f"; changed "$f: root=$device is root=UUID=$id"
  done
done
`,
};
