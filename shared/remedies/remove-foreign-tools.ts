import { isLinux, type ScriptRemedy } from './define.ts';

export const removeForeignTools: ScriptRemedy = {
  code: 'remove-foreign-tools',
  answers: ['foreign-tools'],
  appliesTo: (guest) => isLinux(guest) && ['deb', 'rpm', 'apk'].includes(guest.packageFormat ?? ''),
  systems: { en: 'Linux with packages of dpkg, rpm or apk', de: 'Linux mit Paketen von dpkg, rpm oder apk' },
  title: { en: 'Remove tools of other hypervisors', de: 'Werkzeuge anderer Hypervisoren entfernen' },
  plan: {
    en: 'Removes the packages of the guest tools of VMware, VirtualBox, Hyper-V, Xen and Parallels, and the files that their own installers left in /etc and /opt.',
    de: 'Entfernt die Pakete der Gastwerkzeuge von VMware, VirtualBox, Hyper-V, Xen und Parallels und die Dateien, die deren eigene Installer in /etc und /opt hinterlassen haben.',
  },
  script: `
foreign='^(open-vm-tools(-desktop)?|vmware-tools.*|virtualbox-guest-(utils|x11|dkms|additions|tools)|hyperv-daemons|hypervvssd|hypervkvpd|hv-kvp-daemon-init|xe-guest-utilities.*|xen-guest-agent|prl-tools|parallels-tools)$'
if command -v dpkg-query >/dev/null; then names=$(dpkg-query -W -f '\${Package}\\n'); del='dpkg --purge'; export DEBIAN_FRONTEND=noninteractive
elif command -v rpm >/dev/null; then names=$(rpm -qa --qf '%{NAME}\\n'); del='rpm -e'
elif command -v apk >/dev/null; then names=$(apk info); del='apk del --no-network'
else cannot 'the system has neither dpkg, rpm nor apk'; fi
names=$(echo "$names" | grep -E "$foreign")
if [ -n "$names" ]; then
  $del $names || cannot "$del failed for" $names
  for n in $names; do changed "removed the package $n"; done
fi
for f in /etc/vmware-tools /usr/bin/vmware-uninstall-tools.pl /opt/VBoxGuestAdditions-* /usr/lib/parallels-tools /usr/sbin/xe-daemon; do
  [ -e "$f" ] && rm -rf "$f" && changed "removed $f"
done
true
`,
};
