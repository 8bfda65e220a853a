import { defineChecks } from './define.ts';

/** What inspect can find inside an image. */
export const guestChecks = defineChecks({
  'operating-system': {
    severity: 'required',
    title: { en: 'Operating system', de: 'Betriebssystem' },
    problem: {
      en: '{count} operating systems were found where one is expected; a data disk or an unknown system cannot be started as an instance.',
      de: 'Es wurden {count} Betriebssysteme gefunden, erwartet wird eines; eine Datenplatte oder ein unbekanntes System lässt sich nicht als Instanz starten.',
    },
    remedy: {
      en: 'Upload the disk that the system is installed on. Who wants to publish a data disk sets the policy of the upload to "warn".',
      de: 'Laden Sie den Datenträger hoch, auf dem das System installiert ist. Wer eine Datenplatte veröffentlichen will, setzt die Policy des Uploads auf "warn".',
    },
  },
  architecture: {
    severity: 'required',
    title: { en: 'Processor architecture', de: 'Prozessor-Architektur' },
    problem: {
      en: 'The system is made for {architecture}; the platform runs x86_64 and aarch64.',
      de: 'Das System ist für {architecture} gebaut; die Plattform führt x86_64 und aarch64 aus.',
    },
    remedy: { en: 'Install the 64-bit version of the system.', de: 'Installieren Sie die 64-Bit-Version des Systems.' },
  },
  'boot-loader': {
    severity: 'required',
    title: { en: 'Boot loader', de: 'Bootloader' },
    problem: {
      en: 'There is no boot code in the first sector and no UEFI boot loader at \\EFI\\BOOT: the firmware finds nothing to start.',
      de: 'Im ersten Sektor gibt es keinen Boot-Code und unter \\EFI\\BOOT keinen UEFI-Bootloader: Die Firmware findet nichts, was sie starten kann.',
    },
    remedy: {
      en: 'Install one inside the system: grub-install /dev/vda (BIOS), or grub-install --target=x86_64-efi --removable (UEFI).',
      de: 'Installieren Sie einen im System: grub-install /dev/vda (BIOS) oder grub-install --target=x86_64-efi --removable (UEFI).',
    },
  },
  'kernel-version': {
    severity: 'required',
    title: { en: 'Linux kernel', de: 'Linux-Kernel' },
    problem: {
      en: 'Kernel {version} is older than 2.6.27, or no kernel was found: there are no virtio drivers for it.',
      de: 'Kernel {version} ist älter als 2.6.27, oder es wurde kein Kernel gefunden: Dafür gibt es keine virtio-Treiber.',
    },
    remedy: {
      en: 'Install a current kernel of the distribution.',
      de: 'Installieren Sie einen aktuellen Kernel der Distribution.',
    },
  },
  'virtio-block-initramfs': {
    severity: 'required',
    title: { en: 'virtio disk driver at boot', de: 'virtio-Treiber für Datenträger beim Start' },
    problem: {
      en: 'Neither kernel {kernel} nor its initramfs holds the virtio disk driver: the system will not find its root disk.',
      de: 'Weder der Kernel {kernel} noch sein initramfs enthält den virtio-Treiber für Datenträger: Das System findet seine Root-Platte nicht.',
    },
    remedy: {
      en: 'Debian, Ubuntu: printf \'virtio_pci\\nvirtio_blk\\nvirtio_scsi\\n\' >> /etc/initramfs-tools/modules && update-initramfs -u -k all. RHEL, Fedora, SUSE: dracut --force --regenerate-all --add-drivers "virtio_pci virtio_blk virtio_scsi".',
      de: 'Debian, Ubuntu: printf \'virtio_pci\\nvirtio_blk\\nvirtio_scsi\\n\' >> /etc/initramfs-tools/modules && update-initramfs -u -k all. RHEL, Fedora, SUSE: dracut --force --regenerate-all --add-drivers "virtio_pci virtio_blk virtio_scsi".',
    },
  },
  'virtio-net': {
    severity: 'required',
    title: { en: 'virtio network driver', de: 'virtio-Treiber für das Netzwerk' },
    problem: {
      en: 'Kernel {kernel} has no virtio network driver: the instance will have no network.',
      de: 'Der Kernel {kernel} hat keinen virtio-Treiber für das Netzwerk: Die Instanz wird kein Netzwerk haben.',
    },
    remedy: {
      en: 'Install the standard or cloud kernel of the distribution (Debian: apt-get install linux-image-cloud-amd64).',
      de: 'Installieren Sie den Standard- oder Cloud-Kernel der Distribution (Debian: apt-get install linux-image-cloud-amd64).',
    },
  },
  'cloud-init-installed': {
    severity: 'required',
    title: { en: 'cloud-init', de: 'cloud-init' },
    problem: {
      en: 'cloud-init is not installed: an instance gets neither host name nor SSH key nor network configuration.',
      de: 'cloud-init ist nicht installiert: Eine Instanz erhält weder Hostnamen noch SSH-Schlüssel noch Netzwerkkonfiguration.',
    },
    remedy: {
      en: 'Install it in the image: apt-get install cloud-init, dnf install cloud-init, zypper install cloud-init or apk add cloud-init && setup-cloud-init.',
      de: 'Installieren Sie es im Image: apt-get install cloud-init, dnf install cloud-init, zypper install cloud-init oder apk add cloud-init && setup-cloud-init.',
    },
  },
  'cloud-init-enabled': {
    severity: 'required',
    title: { en: 'cloud-init is enabled', de: 'cloud-init ist aktiviert' },
    problem: {
      en: 'cloud-init is installed but will not run: {reason}.',
      de: 'cloud-init ist installiert, wird aber nicht laufen: {reason}.',
    },
    remedy: {
      en: 'rm -f /etc/cloud/cloud-init.disabled; systemctl unmask cloud-init cloud-init-local cloud-config cloud-final; systemctl enable the same; take cloud-init=disabled off the kernel command line.',
      de: 'rm -f /etc/cloud/cloud-init.disabled; systemctl unmask cloud-init cloud-init-local cloud-config cloud-final; dieselben mit systemctl enable aktivieren; cloud-init=disabled von der Kernel-Kommandozeile nehmen.',
    },
  },
  'windows-virtio': {
    severity: 'required',
    title: { en: 'virtio drivers for Windows', de: 'virtio-Treiber für Windows' },
    problem: {
      en: 'The virtio drivers for disk (viostor or vioscsi) and network (netkvm) are missing, or it could not be seen whether they start at boot.',
      de: 'Die virtio-Treiber für Datenträger (viostor oder vioscsi) und Netzwerk (netkvm) fehlen, oder es war nicht zu erkennen, ob sie beim Start geladen werden.',
    },
    remedy: {
      en: 'Install virtio-win-guest-tools inside Windows while the machine still runs on its old hypervisor, then upload the disk again.',
      de: 'Installieren Sie virtio-win-guest-tools in Windows, solange die Maschine noch auf ihrem alten Hypervisor läuft, und laden Sie den Datenträger erneut hoch.',
    },
  },
  'windows-cloudbase-init': {
    severity: 'required',
    title: { en: 'Cloudbase-Init', de: 'Cloudbase-Init' },
    problem: {
      en: 'Cloudbase-Init is not installed: an instance gets neither password nor host name.',
      de: 'Cloudbase-Init ist nicht installiert: Eine Instanz erhält weder Passwort noch Hostnamen.',
    },
    remedy: {
      en: 'Install Cloudbase-Init and let it run sysprep, then upload the disk again.',
      de: 'Installieren Sie Cloudbase-Init, lassen Sie es sysprep ausführen und laden Sie den Datenträger erneut hoch.',
    },
  },
  'inspection-failed': {
    severity: 'required',
    title: { en: 'Look inside the image', de: 'Blick in das Image' },
    problem: {
      en: 'The image could not be looked into: {detail}.',
      de: 'In das Image konnte nicht hineingesehen werden: {detail}.',
    },
    remedy: {
      en: 'Check its filesystems (fsck) and upload it again.',
      de: 'Prüfen Sie die Dateisysteme (fsck) und laden Sie es erneut hoch.',
    },
  },
});
