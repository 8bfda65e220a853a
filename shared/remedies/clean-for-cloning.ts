import { anyLinux, isLinux, type ScriptRemedy } from './define.ts';

/** Does the same as virt-sysprep(1) by default, except for the data of users: accounts, their keys and their files stay. */
export const cleanForCloning: ScriptRemedy = {
  code: 'clean-for-cloning',
  answers: [
    'clone-machine-id',
    'clone-host-keys',
    'clone-histories',
    'clone-random-seed',
    'clone-dhcp-leases',
    'clone-logs',
    'clone-cloud-init',
  ],
  appliesTo: isLinux,
  systems: anyLinux,
  title: { en: 'Clean for cloning', de: 'Zum Klonen bereinigen' },
  plan: {
    en: 'Removes everything that must be unique to one machine: machine id, SSH host keys, random seed, DHCP leases, logs, shell histories and the state of cloud-init. Accounts, their keys and their files stay.',
    de: 'Entfernt alles, was zu genau einer Maschine gehört: Machine-ID, SSH-Host-Schlüssel, Zufallswerte, DHCP-Leases, Protokolle, Shell-Verläufe und den Zustand von cloud-init. Konten, ihre Schlüssel und Dateien bleiben.',
  },
  script: `
remove() { what=$1; shift; for f in "$@"; do [ -e "$f" ] || [ -L "$f" ] || continue; rm -rf "$f" && changed "removed $what: $f"; done; }
if [ -s /etc/machine-id ] && ! grep -qx uninitialized /etc/machine-id; then : > /etc/machine-id; changed 'emptied /etc/machine-id'; fi
[ -L /var/lib/dbus/machine-id ] || remove 'machine id' /var/lib/dbus/machine-id
remove 'SSH host key' /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
for home in /root /home/*; do remove 'history' "$home"/.*_history "$home"/.lesshst "$home"/.viminfo; done
remove 'random seed' /var/lib/systemd/random-seed /var/lib/urandom/random-seed /var/lib/misc/random-seed /boot/loader/random-seed /boot/efi/loader/random-seed
remove 'DHCP lease' /var/lib/dhcp/*.lease* /var/lib/dhclient/*.lease* /var/lib/dhcpcd/*.lease* /var/lib/NetworkManager/*.lease /var/lib/wicked/lease-*
remove 'state of cloud-init' /var/lib/cloud/instance /var/lib/cloud/data/instance-id /var/lib/cloud/instances/* /var/lib/cloud/sem/*
remove 'journal' /var/log/journal/*
find /var/log -type f -size +0c 2>/dev/null | while read -r f; do : > "$f" && changed "emptied log: $f"; done
`,
};
