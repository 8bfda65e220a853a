import { defineChecks } from './define.ts';

/** Whether many instances can be made of the image, and be reached and grow: what cloud images are prepared for. */
export const readinessChecks = defineChecks({
  'fstab-devices': {
    severity: 'required',
    title: { en: 'Filesystems by UUID or label', de: 'Dateisysteme über UUID oder Label' },
    problem: {
      en: '/etc/fstab names disks by their old names ({devices}). A virtio disk is called /dev/vda: the system waits for these in vain and ends in an emergency shell.',
      de: '/etc/fstab nennt Datenträger mit ihren alten Namen ({devices}). Ein virtio-Datenträger heißt /dev/vda: Das System wartet vergeblich auf sie und landet in einer Notfall-Shell.',
    },
    remedy: {
      en: 'Name them by UUID ("blkid" shows it): UUID=... / ext4 defaults 0 1. Remove what will not be there, or add nofail.',
      de: 'Nennen Sie sie mit ihrer UUID ("blkid" zeigt sie): UUID=... / ext4 defaults 0 1. Entfernen Sie, was es nicht geben wird, oder ergänzen Sie nofail.',
    },
  },
  'network-bound-to-mac': {
    severity: 'advice',
    title: { en: 'Network not bound to one adapter', de: 'Netzwerk nicht an einen Adapter gebunden' },
    problem: {
      en: 'The network configuration is bound to the hardware address of one adapter ({files}); an instance has another one and stays without network.',
      de: 'Die Netzwerkkonfiguration ist an die Hardware-Adresse eines Adapters gebunden ({files}); eine Instanz hat eine andere und bleibt ohne Netzwerk.',
    },
    remedy: {
      en: 'Remove these files or the lines with the address; cloud-init writes the configuration of each instance, further adapters get theirs by DHCP.',
      de: 'Entfernen Sie diese Dateien oder die Zeilen mit der Adresse; cloud-init schreibt die Konfiguration jeder Instanz, weitere Adapter erhalten ihre per DHCP.',
    },
  },
  'clone-machine-id': {
    severity: 'advice',
    title: { en: 'Machine id is not set', de: 'Machine-ID ist nicht gesetzt' },
    problem: {
      en: 'All instances would have the same machine id, and with it perhaps the same DHCP address.',
      de: 'Alle Instanzen hätten dieselbe Machine-ID und damit womöglich dieselbe DHCP-Adresse.',
    },
    remedy: {
      en: 'Before you take the image: truncate -s 0 /etc/machine-id; rm -f /var/lib/dbus/machine-id.',
      de: 'Bevor Sie das Image erstellen: truncate -s 0 /etc/machine-id; rm -f /var/lib/dbus/machine-id.',
    },
  },
  'clone-host-keys': {
    severity: 'advice',
    title: { en: 'No SSH host keys left behind', de: 'Keine SSH-Host-Schlüssel zurückgelassen' },
    problem: {
      en: 'The image has SSH host keys ({count}): whoever has one instance could pass for all others.',
      de: 'Das Image enthält SSH-Host-Schlüssel ({count}): Wer eine Instanz hat, könnte sich als jede andere ausgeben.',
    },
    remedy: {
      en: 'rm -f /etc/ssh/ssh_host_*; cloud-init makes new ones for each instance.',
      de: 'rm -f /etc/ssh/ssh_host_*; cloud-init erzeugt für jede Instanz neue.',
    },
  },
  'clone-credentials': {
    severity: 'advice',
    title: { en: 'No credentials left behind', de: 'Keine Zugangsdaten zurückgelassen' },
    problem: {
      en: 'Somebody could log in to every instance: {holders}.',
      de: 'Jemand könnte sich an jeder Instanz anmelden: {holders}.',
    },
    remedy: {
      en: "Remove users that are not the system's (userdel -r), lock passwords (passwd -l NAME), and remove authorized_keys.",
      de: 'Entfernen Sie Benutzer, die nicht zum System gehören (userdel -r), sperren Sie Passwörter (passwd -l NAME) und entfernen Sie authorized_keys.',
    },
  },
  'clone-histories': {
    severity: 'advice',
    title: { en: 'No shell histories left behind', de: 'Keine Shell-Verläufe zurückgelassen' },
    problem: {
      en: 'Shell histories are in the image ({files}); they often hold passwords.',
      de: 'Im Image liegen Shell-Verläufe ({files}); oft enthalten sie Passwörter.',
    },
    remedy: { en: 'rm -f {files}', de: 'rm -f {files}' },
  },
  'foreign-tools': {
    severity: 'advice',
    title: { en: 'No tools of other hypervisors', de: 'Keine Werkzeuge anderer Hypervisoren' },
    problem: {
      en: 'Tools of another hypervisor are installed ({packages}); under KVM they do nothing, or disturb.',
      de: 'Es sind Werkzeuge eines anderen Hypervisors installiert ({packages}); unter KVM sind sie nutzlos oder stören.',
    },
    remedy: {
      en: 'Remove them: apt-get purge {packages}, dnf remove {packages}.',
      de: 'Entfernen Sie sie: apt-get purge {packages}, dnf remove {packages}.',
    },
  },
  'serial-console': {
    severity: 'advice',
    title: { en: 'Serial console', de: 'Serielle Konsole' },
    problem: {
      en: 'The kernel does not write to the serial console: the console log of an instance stays empty, and nobody sees why it does not start.',
      de: 'Der Kernel schreibt nicht auf die serielle Konsole: Das Konsolenprotokoll einer Instanz bleibt leer, und niemand sieht, warum sie nicht startet.',
    },
    remedy: {
      en: 'Add console=tty0 console=ttyS0,115200 to GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub (RHEL: grubby --update-kernel=ALL --args="console=ttyS0,115200").',
      de: 'Ergänzen Sie console=tty0 console=ttyS0,115200 in GRUB_CMDLINE_LINUX in /etc/default/grub, dann update-grub (RHEL: grubby --update-kernel=ALL --args="console=ttyS0,115200").',
    },
  },
  'ssh-server': {
    severity: 'advice',
    title: { en: 'SSH server', de: 'SSH-Server' },
    problem: {
      en: 'No SSH server is installed: instances cannot be reached with the key that they are given.',
      de: 'Es ist kein SSH-Server installiert: Instanzen sind mit dem Schlüssel, den sie erhalten, nicht erreichbar.',
    },
    remedy: {
      en: 'apt-get install openssh-server, dnf install openssh-server, apk add openssh.',
      de: 'apt-get install openssh-server, dnf install openssh-server, apk add openssh.',
    },
  },
  'disk-growth': {
    severity: 'advice',
    title: { en: 'Disk can grow', de: 'Datenträger kann wachsen' },
    problem: {
      en: 'growpart is missing: on a larger disk the root filesystem keeps the size that it has in the image.',
      de: 'growpart fehlt: Auf einem größeren Datenträger behält das Root-Dateisystem die Größe, die es im Image hat.',
    },
    remedy: {
      en: 'apt-get install cloud-guest-utils, dnf install cloud-utils-growpart, apk add cloud-utils-growpart.',
      de: 'apt-get install cloud-guest-utils, dnf install cloud-utils-growpart, apk add cloud-utils-growpart.',
    },
  },
});
