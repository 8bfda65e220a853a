import { foreignHeapBytes, foreignLimits, machineWrites } from '../foreign-limits.ts';
import { defineChecks } from './define.ts';

const console = {
  en: 'The last line on the console was: {line}',
  de: 'Die letzte Zeile auf der Konsole war: {line}',
};

/**
 * What the boot check can find by starting the image. Under `require` a failure rejects whatever the policy for the other checks is, hence
 * `safety`; under `warn` the step itself makes warnings of its failures.
 */
export const bootChecks = defineChecks({
  'boot-reached-cloud-init': {
    severity: 'safety',
    title: { en: 'Starts, and cloud-init runs to its end', de: 'Startet, und cloud-init läuft bis zum Ende' },
    problem: {
      en: 'The image was started and cloud-init did not report.',
      de: 'Das Image wurde gestartet, und cloud-init hat sich nicht gemeldet.',
    },
    remedy: { en: 'See the console log of the boot check.', de: 'Siehe das Konsolenprotokoll des Starttests.' },
  },
  'boot-not-understood': {
    severity: 'required',
    title: { en: 'What the system says while it starts', de: 'Was das System beim Start sagt' },
    problem: {
      en: `To read what the system wrote while it started takes more than ${foreignLimits.watch.partSeconds} seconds on the processor at a time, or more than ${foreignHeapBytes / 1024 ** 2} MiB of memory. Whether it starts cannot be told.`,
      de: `Zu lesen, was das System beim Start geschrieben hat, braucht mehr als ${foreignLimits.watch.partSeconds} Sekunden Rechenzeit am Stück oder mehr als ${foreignHeapBytes / 1024 ** 2} MiB Speicher. Ob es startet, lässt sich nicht sagen.`,
    },
    remedy: {
      en: 'See what writes to the first serial port, and to the ports of the guest agent, without end.',
      de: 'Prüfen Sie, was ohne Ende auf den ersten seriellen Anschluss und die Kanäle des Gast-Agenten schreibt.',
    },
  },
  'boot-disk-full': {
    severity: 'required',
    title: { en: 'What the system writes while it starts', de: 'Was das System beim Start schreibt' },
    problem: {
      en: `While it started, the system wrote more to its disk than a worker keeps of that: ${machineWrites.boot.most / 1024 ** 3} GiB, or less where it has little room. It was stopped. Whether it starts cannot be told.`,
      de: `Beim Start hat das System mehr auf seine Platte geschrieben, als ein Worker davon aufhebt: ${machineWrites.boot.most / 1024 ** 3} GiB, oder weniger, wenn er wenig Platz hat. Es wurde angehalten. Ob es startet, lässt sich nicht sagen.`,
    },
    remedy: {
      en: 'See what writes so much at the first start: a swap file, a disk that is wiped or filled, updates. Do that when the image is made.',
      de: 'Prüfen Sie, was beim ersten Start so viel schreibt: eine Auslagerungsdatei, eine Platte, die gelöscht oder gefüllt wird, Updates. Erledigen Sie das beim Bau des Images.',
    },
  },
  'boot-not-tried': {
    severity: 'advice',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: 'The image was not started: the boot check knows how to start Linux and Windows on x86_64 and no other system ({system}).',
      de: 'Das Image wurde nicht gestartet: Der Starttest kann nur Linux und Windows auf x86_64 starten, kein anderes System ({system}).',
    },
    remedy: {
      en: 'Start an instance of it yourself before you rely on it.',
      de: 'Starten Sie selbst eine Instanz davon, bevor Sie sich darauf verlassen.',
    },
  },
  'boot-seed-applied': {
    severity: 'safety',
    title: { en: 'cloud-init applied what it was told', de: 'cloud-init hat die Vorgaben umgesetzt' },
    problem: {
      en: 'cloud-init ran, but did not apply: {missing}. An instance would not be reachable under its name or with its key.',
      de: 'cloud-init ist gelaufen, hat aber nicht umgesetzt: {missing}. Eine Instanz wäre nicht unter ihrem Namen oder mit ihrem Schlüssel erreichbar.',
    },
    remedy: {
      en: 'Look into /etc/cloud/cloud.cfg of the image: set_hostname, update_hostname, users-groups and ssh must be among its modules, and preserve_hostname must be false.',
      de: 'Prüfen Sie /etc/cloud/cloud.cfg im Image: set_hostname, update_hostname, users-groups und ssh müssen unter den Modulen sein, und preserve_hostname muss false sein.',
    },
  },
  'boot-network-device': {
    severity: 'safety',
    title: { en: 'Network adapter (virtio) in the running system', de: 'Netzwerkadapter (virtio) im laufenden System' },
    problem: {
      en: 'The system started without any network adapter: its virtio-net driver was not loaded.',
      de: 'Das System ist ohne Netzwerkadapter gestartet: Der Treiber virtio-net wurde nicht geladen.',
    },
    remedy: {
      en: 'Install the kernel package with all its modules (Debian: linux-image-amd64), then check with "modinfo virtio_net".',
      de: 'Installieren Sie das Kernel-Paket mit allen Modulen (Debian: linux-image-amd64) und prüfen Sie mit "modinfo virtio_net".',
    },
  },
  'boot-kernel-panic': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The kernel stopped with a panic. ${console.en}`,
      de: `Der Kernel ist mit einer Panic stehengeblieben. ${console.de}`,
    },
    remedy: {
      en: 'See the lines above the panic in the console log; reinstall kernel and initramfs in the image.',
      de: 'Siehe die Zeilen über der Panic im Konsolenprotokoll; installieren Sie Kernel und Initramfs im Image neu.',
    },
  },
  'boot-no-root-device': {
    severity: 'safety',
    title: { en: 'Root filesystem at the start', de: 'Root-Dateisystem beim Start' },
    problem: {
      en: `The kernel started but did not find its root filesystem: the virtio driver is not in the initramfs, or root= names a device that is not there. ${console.en}`,
      de: `Der Kernel ist gestartet, hat aber sein Root-Dateisystem nicht gefunden: Der virtio-Treiber fehlt im Initramfs, oder root= nennt ein Gerät, das es nicht gibt. ${console.de}`,
    },
    remedy: {
      en: 'Put virtio_blk, virtio_scsi and virtio_pci into the initramfs (Debian: /etc/initramfs-tools/modules, update-initramfs -u -k all; RHEL: dracut -f --no-hostonly) and name root by UUID= or LABEL= in fstab and on the kernel command line.',
      de: 'Nehmen Sie virtio_blk, virtio_scsi und virtio_pci in das Initramfs auf (Debian: /etc/initramfs-tools/modules, update-initramfs -u -k all; RHEL: dracut -f --no-hostonly) und nennen Sie root mit UUID= oder LABEL= in fstab und auf der Kernel-Kommandozeile.',
    },
  },
  'boot-no-init': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The kernel found the root filesystem, but no init program in it that runs. ${console.en}`,
      de: `Der Kernel hat das Root-Dateisystem gefunden, darin aber kein lauffähiges Init-Programm. ${console.de}`,
    },
    remedy: {
      en: 'Look whether /sbin/init is there and whole (Debian: apt-get install --reinstall systemd-sysv; RHEL: dnf reinstall systemd), and whether root= names the right filesystem.',
      de: 'Prüfen Sie, ob /sbin/init vorhanden und unversehrt ist (Debian: apt-get install --reinstall systemd-sysv; RHEL: dnf reinstall systemd) und ob root= das richtige Dateisystem nennt.',
    },
  },
  'boot-emergency-mode': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system ended in an emergency shell. ${console.en}`,
      de: `Das System ist in einer Notfall-Shell gelandet. ${console.de}`,
    },
    remedy: {
      en: 'Most often an entry of /etc/fstab names a disk that is not there: remove it or add nofail. "journalctl -xb" in the shell tells which one.',
      de: 'Meist nennt ein Eintrag in /etc/fstab einen Datenträger, den es nicht gibt: Entfernen Sie ihn oder ergänzen Sie nofail. "journalctl -xb" in der Shell zeigt, welcher es ist.',
    },
  },
  'boot-passphrase': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system asks for the passphrase of an encrypted disk while it starts. Nobody can type that in an instance. ${console.en}`,
      de: `Das System fragt beim Start nach der Passphrase eines verschlüsselten Datenträgers. In einer Instanz kann die niemand eingeben. ${console.de}`,
    },
    remedy: {
      en: 'Install the system without encryption, or remove the disk from /etc/crypttab and /etc/fstab when it is not part of the image; let the cloud encrypt its volumes instead.',
      de: 'Installieren Sie das System ohne Verschlüsselung, oder entfernen Sie den Datenträger aus /etc/crypttab und /etc/fstab, wenn er nicht zum Image gehört; lassen Sie stattdessen die Cloud ihre Volumes verschlüsseln.',
    },
  },
  'boot-loader-stuck': {
    severity: 'safety',
    title: { en: 'Boot loader', de: 'Bootloader' },
    problem: {
      en: `The boot loader started but found nothing to boot. ${console.en}`,
      de: `Der Bootloader ist gestartet, hat aber nichts zum Starten gefunden. ${console.de}`,
    },
    remedy: {
      en: 'Install it anew in the image: grub-install, then update-grub (RHEL: grub2-mkconfig -o /boot/grub2/grub.cfg).',
      de: 'Installieren Sie ihn im Image neu: grub-install, dann update-grub (RHEL: grub2-mkconfig -o /boot/grub2/grub.cfg).',
    },
  },
  'boot-no-bootable-device': {
    severity: 'safety',
    title: { en: 'Boot loader', de: 'Bootloader' },
    problem: {
      en: `The firmware found nothing to boot on the disk. ${console.en}`,
      de: `Die Firmware hat auf dem Datenträger nichts zum Starten gefunden. ${console.de}`,
    },
    remedy: {
      en: 'Install a boot loader for the right firmware: grub-install DISK for BIOS; for UEFI grub-install --removable, so that \\EFI\\BOOT\\BOOTX64.EFI is there.',
      de: 'Installieren Sie einen Bootloader für die richtige Firmware: grub-install DATENTRÄGER für BIOS; für UEFI grub-install --removable, damit \\EFI\\BOOT\\BOOTX64.EFI vorhanden ist.',
    },
  },
  'boot-cloud-init-failed': {
    severity: 'safety',
    title: { en: 'cloud-init at the start', de: 'cloud-init beim Start' },
    problem: {
      en: `The system started, and cloud-init failed in it. ${console.en}`,
      de: `Das System ist gestartet, und cloud-init ist darin fehlgeschlagen. ${console.de}`,
    },
    remedy: {
      en: 'Run "cloud-init status --long" and look into /var/log/cloud-init.log of the image; "cloud-init schema --system" checks its configuration.',
      de: 'Führen Sie "cloud-init status --long" aus und prüfen Sie /var/log/cloud-init.log im Image; "cloud-init schema --system" prüft die Konfiguration.',
    },
  },
  'boot-cloud-init-silent': {
    severity: 'safety',
    title: { en: 'cloud-init at the start', de: 'cloud-init beim Start' },
    problem: {
      en: 'The system started up to its login prompt, but there was no word from cloud-init: it is missing or not whole.',
      de: 'Das System ist bis zur Anmeldung gestartet, aber von cloud-init kam nichts: Es fehlt oder ist unvollständig.',
    },
    remedy: {
      en: 'Install and enable cloud-init (Debian, Ubuntu: apt-get install cloud-init; RHEL: dnf install cloud-init; Alpine: apk add cloud-init, then setup-cloud-init).',
      de: 'Installieren und aktivieren Sie cloud-init (Debian, Ubuntu: apt-get install cloud-init; RHEL: dnf install cloud-init; Alpine: apk add cloud-init, danach setup-cloud-init).',
    },
  },
  'boot-seed-ignored': {
    severity: 'safety',
    title: { en: 'cloud-init at the start', de: 'cloud-init beim Start' },
    problem: {
      en: `The system started, but its cloud-init did not take up what it was told: it is switched off, or does not look for NoCloud. ${console.en}`,
      de: `Das System ist gestartet, aber sein cloud-init hat die Vorgaben nicht aufgenommen: Es ist abgeschaltet oder sucht nicht nach NoCloud. ${console.de}`,
    },
    remedy: {
      en: 'Enable cloud-init, and let datasource_list in /etc/cloud/cloud.cfg.d name NoCloud and the datasource of your platform.',
      de: 'Aktivieren Sie cloud-init, und nennen Sie in datasource_list unter /etc/cloud/cloud.cfg.d NoCloud und die Datenquelle Ihrer Plattform.',
    },
  },
  'boot-no-sign-of-life': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: 'Nothing came from the system until the time was over: neither on its serial console nor from cloud-init.',
      de: 'Bis zum Ablauf der Zeit kam nichts vom System: weder auf der seriellen Konsole noch von cloud-init.',
    },
    remedy: {
      en: 'Add console=tty0 console=ttyS0,115200 to the kernel command line to see more, and look at the picture of the screen.',
      de: 'Ergänzen Sie console=tty0 console=ttyS0,115200 auf der Kernel-Kommandozeile, um mehr zu sehen, und sehen Sie sich das Bild des Bildschirms an.',
    },
  },
  'boot-shut-down': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system switched itself off before cloud-init had reported. ${console.en}`,
      de: `Das System hat sich ausgeschaltet, bevor sich cloud-init gemeldet hat. ${console.de}`,
    },
    remedy: {
      en: 'See in the console log what asked for it; remove scripts that shut the system down at its first start.',
      de: 'Sehen Sie im Konsolenprotokoll nach, was es veranlasst hat; entfernen Sie Skripte, die das System beim ersten Start herunterfahren.',
    },
  },
  'boot-timeout': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system had not finished starting when the time was over. ${console.en}`,
      de: `Das System war nicht fertig gestartet, als die Zeit ablief. ${console.de}`,
    },
    remedy: {
      en: 'See in the console log what it was waiting for: often the network (systemd-networkd-wait-online) or a disk that is not there.',
      de: 'Sehen Sie im Konsolenprotokoll nach, worauf es gewartet hat: oft das Netzwerk (systemd-networkd-wait-online) oder einen fehlenden Datenträger.',
    },
  },
  'boot-windows-running': {
    severity: 'safety',
    title: { en: 'Windows reaches a running state', de: 'Windows erreicht einen laufenden Zustand' },
    problem: {
      en: 'Windows was started and nothing was heard of it.',
      de: 'Windows wurde gestartet, und nichts war von ihm zu hören.',
    },
    remedy: { en: 'See the picture of the screen.', de: 'Sehen Sie sich das Bild des Bildschirms an.' },
  },
  'boot-windows-seed-applied': {
    severity: 'safety',
    title: { en: 'Cloudbase-Init applied its host name', de: 'Cloudbase-Init hat seinen Hostnamen umgesetzt' },
    problem: {
      en: 'Windows runs, but was not seen under the name that its config drive gave it ({expected}); it called itself: {name}. Cloudbase-Init may need longer, may not read config drives, or may have failed.',
      de: 'Windows läuft, war aber nicht unter dem Namen zu sehen, den ihm sein Config Drive gab ({expected}); es nannte sich: {name}. Cloudbase-Init braucht vielleicht länger, liest keine Config Drives oder ist fehlgeschlagen.',
    },
    remedy: {
      en: 'Let metadata_services of cloudbase-init.conf name ConfigDriveService and plugins name SetHostNamePlugin; cloudbase-init.log in the image tells what it did.',
      de: 'Nennen Sie in der cloudbase-init.conf unter metadata_services den ConfigDriveService und unter plugins das SetHostNamePlugin; cloudbase-init.log im Image zeigt, was geschah.',
    },
  },
  'boot-windows-no-boot-device': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: 'Windows stopped with INACCESSIBLE_BOOT_DEVICE ({code}): it does not find its disk, because no virtio driver starts with it.',
      de: 'Windows ist mit INACCESSIBLE_BOOT_DEVICE ({code}) stehen geblieben: Es findet seinen Datenträger nicht, weil kein virtio-Treiber mit ihm startet.',
    },
    remedy: {
      en: 'Install virtio-win-guest-tools while the machine still runs on its old hypervisor, and start it once with a second disk on virtio.',
      de: 'Installieren Sie virtio-win-guest-tools, solange die Maschine noch auf ihrem alten Hypervisor läuft, und starten Sie sie einmal mit einem zweiten Datenträger an virtio.',
    },
  },
  'boot-windows-stopped': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: 'Windows stopped with an error of its own (stop code: {code}). The picture of the screen may say more.',
      de: 'Windows ist mit einem eigenen Fehler stehen geblieben (Stoppcode: {code}). Das Bild des Bildschirms sagt vielleicht mehr.',
    },
    remedy: {
      en: "Look the stop code up in Microsoft's bug check reference; drivers and services of the old hypervisor are the most frequent cause.",
      de: 'Schlagen Sie den Stoppcode in Microsofts Bug-Check-Referenz nach; Treiber und Dienste des alten Hypervisors sind die häufigste Ursache.',
    },
  },
  'boot-windows-nothing-to-boot': {
    severity: 'safety',
    title: { en: 'Boot loader of Windows', de: 'Bootloader von Windows' },
    problem: {
      en: `The firmware found nothing to boot on the disk. ${console.en}`,
      de: `Die Firmware hat auf dem Datenträger nichts zum Starten gefunden. ${console.de}`,
    },
    remedy: {
      en: 'Write the boot files anew from the recovery console of Windows: bcdboot C:\\Windows /f ALL; for BIOS also bootrec /fixmbr and bootrec /fixboot.',
      de: 'Schreiben Sie die Startdateien in der Wiederherstellungskonsole von Windows neu: bcdboot C:\\Windows /f ALL; für BIOS auch bootrec /fixmbr und bootrec /fixboot.',
    },
  },
  'boot-windows-loader-stuck': {
    severity: 'safety',
    title: { en: 'Boot loader of Windows', de: 'Bootloader von Windows' },
    problem: {
      en: `The boot loader of Windows started, but cannot go on. ${console.en}`,
      de: `Der Bootloader von Windows ist gestartet, kommt aber nicht weiter. ${console.de}`,
    },
    remedy: {
      en: 'Write bootmgr and its configuration anew from the recovery console of Windows: bcdboot C:\\Windows /f ALL.',
      de: 'Schreiben Sie bootmgr und seine Konfiguration in der Wiederherstellungskonsole von Windows neu: bcdboot C:\\Windows /f ALL.',
    },
  },
  'boot-windows-shut-down': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: `The machine switched itself off before anything was heard of Windows. ${console.en}`,
      de: `Die Maschine hat sich ausgeschaltet, bevor von Windows etwas zu hören war. ${console.de}`,
    },
    remedy: {
      en: 'See what shuts Windows down at its first start: SetupComplete.cmd, unattend.xml, or a setup that failed (C:\\Windows\\Panther\\setuperr.log).',
      de: 'Prüfen Sie, was Windows beim ersten Start herunterfährt: SetupComplete.cmd, unattend.xml oder ein fehlgeschlagenes Setup (C:\\Windows\\Panther\\setuperr.log).',
    },
  },
  'boot-windows-timeout': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: `The guest agent is installed, but neither it nor the network adapter was heard of when the time was over. ${console.en}`,
      de: `Der Gast-Agent ist installiert, aber bis zum Ablauf der Zeit war weder von ihm noch vom Netzwerkadapter etwas zu hören. ${console.de}`,
    },
    remedy: {
      en: 'Look at the picture of the screen: Windows may wait for an answer, repair itself or have stopped. Where it was only slow, raise BOOT_WINDOWS_KVM_SECONDS or BOOT_WINDOWS_TCG_SECONDS.',
      de: 'Sehen Sie sich das Bild des Bildschirms an: Windows wartet vielleicht auf eine Antwort, repariert sich oder ist stehen geblieben. War es nur langsam, erhöhen Sie BOOT_WINDOWS_KVM_SECONDS oder BOOT_WINDOWS_TCG_SECONDS.',
    },
  },
  'boot-windows-silent': {
    severity: 'advice',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: `Whether Windows runs could not be told: it has no guest agent, and its network adapter did not ask for an address until the time was over. ${console.en}`,
      de: `Ob Windows läuft, war nicht zu erkennen: Es hat keinen Gast-Agenten, und sein Netzwerkadapter hat bis zum Ablauf der Zeit nicht nach einer Adresse gefragt. ${console.de}`,
    },
    remedy: {
      en: 'Look at the picture of the screen. Install the QEMU guest agent (virtio-win-guest-tools) and let the adapter use DHCP.',
      de: 'Sehen Sie sich das Bild des Bildschirms an. Installieren Sie den QEMU-Gast-Agenten (virtio-win-guest-tools) und stellen Sie den Adapter auf DHCP.',
    },
  },
});
