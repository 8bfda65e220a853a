import { foreignHeapBytes, foreignLimits, machineWrites } from '../limits/foreign-limits.ts';
import { defineChecks } from './define.ts';

const console = {
  en: 'The last line on the console was: {line}',
  de: 'Die letzte Zeile auf der Konsole war: {line}',
};

/**
 * Checks that need a start of the image. Under `require` a failure rejects the image, whatever the policy for the other checks is, so the severity is `safety`.
 * Under `warn` the step itself turns its failures into warnings.
 */
export const bootChecks = defineChecks({
  'boot-reached-cloud-init': {
    severity: 'safety',
    title: { en: 'Starts, and cloud-init finishes', de: 'Startet, und cloud-init läuft bis zum Ende' },
    problem: {
      en: 'The image was started, but cloud-init did not report.',
      de: 'Das Image wurde gestartet, aber cloud-init hat sich nicht gemeldet.',
    },
    remedy: { en: 'See the console log of the boot check.', de: 'Siehe das Konsolenprotokoll des Starttests.' },
  },
  'boot-not-understood': {
    severity: 'required',
    title: { en: 'Output of the system during the start', de: 'Ausgaben des Systems beim Start' },
    problem: {
      en: `Reading the system's output during the start takes more than ${foreignLimits.watch.partSeconds} seconds of processor time at once, or more than ${foreignHeapBytes / 1024 ** 2} MiB of memory. bootready cannot tell whether the system starts.`,
      de: `Das Lesen der Ausgaben beim Start braucht mehr als ${foreignLimits.watch.partSeconds} Sekunden Rechenzeit am Stück oder mehr als ${foreignHeapBytes / 1024 ** 2} MiB Speicher. Ob das System startet, lässt sich nicht sagen.`,
    },
    remedy: {
      en: 'Find out which program writes endlessly to the first serial port or to the ports of the guest agent.',
      de: 'Prüfen Sie, welches Programm endlos auf den ersten seriellen Anschluss oder die Kanäle des Gast-Agenten schreibt.',
    },
  },
  'boot-disk-full': {
    severity: 'required',
    title: { en: 'Disk writes during the start', de: 'Schreibzugriffe beim Start' },
    problem: {
      en: `During the start, the system wrote more to its disk than a worker stores: ${machineWrites.boot.most / 1024 ** 3} GiB, or less if the worker has little space. The system was stopped. bootready cannot tell whether it starts.`,
      de: `Beim Start hat das System mehr auf seine Platte geschrieben, als ein Worker speichert: ${machineWrites.boot.most / 1024 ** 3} GiB, oder weniger, wenn der Worker wenig Platz hat. Das System wurde angehalten. Ob es startet, lässt sich nicht sagen.`,
    },
    remedy: {
      en: 'Find out what writes so much at the first start: a swap file, a disk that is wiped or filled, updates. Do this work when you build the image.',
      de: 'Prüfen Sie, was beim ersten Start so viel schreibt: eine Auslagerungsdatei, eine Platte, die gelöscht oder gefüllt wird, Updates. Erledigen Sie das beim Bau des Images.',
    },
  },
  'boot-not-tried': {
    severity: 'advice',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: 'The image was not started. The boot check can start only Linux and Windows on x86_64, and no other system ({system}).',
      de: 'Das Image wurde nicht gestartet. Der Starttest kann nur Linux und Windows auf x86_64 starten, kein anderes System ({system}).',
    },
    remedy: {
      en: 'Start an instance from it yourself before you rely on it.',
      de: 'Starten Sie selbst eine Instanz davon, bevor Sie sich darauf verlassen.',
    },
  },
  'boot-seed-applied': {
    severity: 'safety',
    title: { en: 'cloud-init applied its settings', de: 'cloud-init hat die Vorgaben umgesetzt' },
    problem: {
      en: 'cloud-init ran, but did not apply: {missing}. An instance would not be reachable under its name or with its key.',
      de: 'cloud-init ist gelaufen, hat aber nicht umgesetzt: {missing}. Eine Instanz wäre nicht unter ihrem Namen oder mit ihrem Schlüssel erreichbar.',
    },
    remedy: {
      en: 'Check /etc/cloud/cloud.cfg in the image: set_hostname, update_hostname, users-groups and ssh must be among its modules, and preserve_hostname must be false.',
      de: 'Prüfen Sie /etc/cloud/cloud.cfg im Image: set_hostname, update_hostname, users-groups und ssh müssen unter den Modulen sein, und preserve_hostname muss false sein.',
    },
  },
  'boot-network-device': {
    severity: 'safety',
    title: { en: 'Network adapter (virtio) in the running system', de: 'Netzwerkadapter (virtio) im laufenden System' },
    problem: {
      en: 'The system started without a network adapter, because its virtio-net driver was not loaded.',
      de: 'Das System ist ohne Netzwerkadapter gestartet, weil der Treiber virtio-net nicht geladen wurde.',
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
      en: 'Read the lines above the panic in the console log. Reinstall the kernel and the initramfs in the image.',
      de: 'Lesen Sie die Zeilen über der Panic im Konsolenprotokoll. Installieren Sie Kernel und Initramfs im Image neu.',
    },
  },
  'boot-no-root-device': {
    severity: 'safety',
    title: { en: 'Root filesystem at the start', de: 'Root-Dateisystem beim Start' },
    problem: {
      en: `The kernel started but did not find its root filesystem: the virtio driver is not in the initramfs, or root= names a device that does not exist. ${console.en}`,
      de: `Der Kernel ist gestartet, hat aber sein Root-Dateisystem nicht gefunden: Der virtio-Treiber fehlt im Initramfs, oder root= nennt ein Gerät, das es nicht gibt. ${console.de}`,
    },
    remedy: {
      en: 'Add virtio_blk, virtio_scsi and virtio_pci to the initramfs (Debian: /etc/initramfs-tools/modules, update-initramfs -u -k all; RHEL: dracut -f --no-hostonly) and name the root filesystem by UUID= or LABEL= in fstab and on the kernel command line.',
      de: 'Nehmen Sie virtio_blk, virtio_scsi und virtio_pci in das Initramfs auf (Debian: /etc/initramfs-tools/modules, update-initramfs -u -k all; RHEL: dracut -f --no-hostonly) und nennen Sie das Root-Dateisystem mit UUID= oder LABEL= in fstab und auf der Kernel-Kommandozeile.',
    },
  },
  'boot-no-init': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The kernel found the root filesystem, but no working init program in it. ${console.en}`,
      de: `Der Kernel hat das Root-Dateisystem gefunden, darin aber kein lauffähiges Init-Programm. ${console.de}`,
    },
    remedy: {
      en: 'Check that /sbin/init exists and is complete (Debian: apt-get install --reinstall systemd-sysv; RHEL: dnf reinstall systemd), and that root= names the right filesystem.',
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
      en: 'Usually an entry in /etc/fstab names a disk that does not exist. Remove the entry or add nofail. "journalctl -xb" in the shell shows which one.',
      de: 'Meist nennt ein Eintrag in /etc/fstab einen Datenträger, den es nicht gibt. Entfernen Sie den Eintrag oder ergänzen Sie nofail. "journalctl -xb" in der Shell zeigt, welcher es ist.',
    },
  },
  'boot-passphrase': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system asks for the passphrase of an encrypted disk during the start. Nobody can type it in an instance. ${console.en}`,
      de: `Das System fragt beim Start nach der Passphrase eines verschlüsselten Datenträgers. In einer Instanz kann die niemand eingeben. ${console.de}`,
    },
    remedy: {
      en: 'Install the system without encryption, or remove the disk from /etc/crypttab and /etc/fstab if it is not part of the image. Let the cloud encrypt its volumes instead.',
      de: 'Installieren Sie das System ohne Verschlüsselung, oder entfernen Sie den Datenträger aus /etc/crypttab und /etc/fstab, wenn er nicht zum Image gehört. Lassen Sie stattdessen die Cloud ihre Volumes verschlüsseln.',
    },
  },
  'boot-questions': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system asks questions at its console at the first start (systemd-firstboot) and waits for answers. Nobody can type them in an instance. ${console.en}`,
      de: `Das System stellt beim ersten Start Fragen an seiner Konsole (systemd-firstboot) und wartet auf Antworten. In einer Instanz kann die niemand eingeben. ${console.de}`,
    },
    remedy: {
      en: 'Run this in the guest before you make the image: systemctl mask systemd-firstboot.',
      de: 'Führen Sie das im Gast aus, bevor Sie das Image erzeugen: systemctl mask systemd-firstboot.',
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
      en: 'Reinstall it in the image: grub-install, then update-grub (RHEL: grub2-mkconfig -o /boot/grub2/grub.cfg).',
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
      en: 'Install a boot loader for the right firmware: grub-install DISK for BIOS; for UEFI grub-install --removable, so that \\EFI\\BOOT\\BOOTX64.EFI exists.',
      de: 'Installieren Sie einen Bootloader für die richtige Firmware: grub-install DATENTRÄGER für BIOS; für UEFI grub-install --removable, damit \\EFI\\BOOT\\BOOTX64.EFI vorhanden ist.',
    },
  },
  'boot-cloud-init-failed': {
    severity: 'safety',
    title: { en: 'cloud-init at the start', de: 'cloud-init beim Start' },
    problem: {
      en: `The system started, but cloud-init failed. ${console.en}`,
      de: `Das System ist gestartet, aber cloud-init ist fehlgeschlagen. ${console.de}`,
    },
    remedy: {
      en: 'Run "cloud-init status --long" and read /var/log/cloud-init.log in the image. "cloud-init schema --system" checks its configuration.',
      de: 'Führen Sie "cloud-init status --long" aus und prüfen Sie /var/log/cloud-init.log im Image. "cloud-init schema --system" prüft die Konfiguration.',
    },
  },
  'boot-cloud-init-silent': {
    severity: 'safety',
    title: { en: 'cloud-init at the start', de: 'cloud-init beim Start' },
    problem: {
      en: 'The system started up to its login prompt, but cloud-init did not report: it is missing or incomplete.',
      de: 'Das System ist bis zur Anmeldung gestartet, aber cloud-init hat sich nicht gemeldet: Es fehlt oder ist unvollständig.',
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
      en: `The system started, but its cloud-init ignored the seed: it is disabled, or does not search for NoCloud. ${console.en}`,
      de: `Das System ist gestartet, aber sein cloud-init hat die Vorgaben nicht beachtet: Es ist abgeschaltet oder sucht nicht nach NoCloud. ${console.de}`,
    },
    remedy: {
      en: 'Enable cloud-init. Add NoCloud and the datasource of your platform to datasource_list in /etc/cloud/cloud.cfg.d.',
      de: 'Aktivieren Sie cloud-init. Nennen Sie in datasource_list unter /etc/cloud/cloud.cfg.d NoCloud und die Datenquelle Ihrer Plattform.',
    },
  },
  'boot-no-sign-of-life': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: 'The system gave no sign of life before the time limit: neither on its serial console nor from cloud-init.',
      de: 'Das System gab bis zum Ablauf der Zeit kein Lebenszeichen: weder auf der seriellen Konsole noch von cloud-init.',
    },
    remedy: {
      en: 'Add console=tty0 console=ttyS0,115200 to the kernel command line to see more, and check the screenshot.',
      de: 'Ergänzen Sie console=tty0 console=ttyS0,115200 auf der Kernel-Kommandozeile, um mehr zu sehen, und sehen Sie sich das Bild des Bildschirms an.',
    },
  },
  'boot-shut-down': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system shut itself down before cloud-init reported. ${console.en}`,
      de: `Das System hat sich ausgeschaltet, bevor sich cloud-init gemeldet hat. ${console.de}`,
    },
    remedy: {
      en: 'Find the cause in the console log. Remove scripts that shut the system down at its first start.',
      de: 'Suchen Sie die Ursache im Konsolenprotokoll. Entfernen Sie Skripte, die das System beim ersten Start herunterfahren.',
    },
  },
  'boot-timeout': {
    severity: 'safety',
    title: { en: 'Start of the system', de: 'Start des Systems' },
    problem: {
      en: `The system did not finish starting within the time limit. ${console.en}`,
      de: `Das System ist nicht innerhalb der erlaubten Zeit fertig gestartet. ${console.de}`,
    },
    remedy: {
      en: 'Find out from the console log what it waited for: often the network (systemd-networkd-wait-online) or a missing disk.',
      de: 'Sehen Sie im Konsolenprotokoll nach, worauf es gewartet hat: oft das Netzwerk (systemd-networkd-wait-online) oder einen fehlenden Datenträger.',
    },
  },
  'boot-windows-running': {
    severity: 'safety',
    title: { en: 'Windows reaches a running state', de: 'Windows erreicht einen laufenden Zustand' },
    problem: {
      en: 'Windows was started, but gave no sign of life.',
      de: 'Windows wurde gestartet, gab aber kein Lebenszeichen.',
    },
    remedy: { en: 'Check the screenshot.', de: 'Sehen Sie sich das Bild des Bildschirms an.' },
  },
  'boot-windows-seed-applied': {
    severity: 'safety',
    title: { en: 'Cloudbase-Init applied its host name', de: 'Cloudbase-Init hat seinen Hostnamen umgesetzt' },
    problem: {
      en: 'Windows runs, but does not use the host name from its config drive ({expected}). Its name is {name}. Cloudbase-Init may need more time, may not read config drives, or may have failed.',
      de: 'Windows läuft, verwendet aber nicht den Hostnamen aus seinem Config Drive ({expected}). Sein Name ist {name}. Cloudbase-Init braucht vielleicht länger, liest keine Config Drives oder ist fehlgeschlagen.',
    },
    remedy: {
      en: 'Add ConfigDriveService to metadata_services and SetHostNamePlugin to plugins in cloudbase-init.conf. cloudbase-init.log in the image shows what it did.',
      de: 'Nennen Sie in der cloudbase-init.conf unter metadata_services den ConfigDriveService und unter plugins das SetHostNamePlugin. cloudbase-init.log im Image zeigt, was geschah.',
    },
  },
  'boot-windows-no-boot-device': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: 'Windows stopped with INACCESSIBLE_BOOT_DEVICE ({code}): it cannot find its disk, because no virtio driver starts at boot.',
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
      en: 'Windows stopped with an error of its own (stop code: {code}). The screenshot may show more.',
      de: 'Windows ist mit einem eigenen Fehler stehen geblieben (Stoppcode: {code}). Das Bild des Bildschirms zeigt vielleicht mehr.',
    },
    remedy: {
      en: "Look up the stop code in Microsoft's bug check reference. The most frequent causes are drivers and services of the old hypervisor.",
      de: 'Schlagen Sie den Stoppcode in Microsofts Bug-Check-Referenz nach. Die häufigsten Ursachen sind Treiber und Dienste des alten Hypervisors.',
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
      en: 'Recreate the boot files in the recovery console of Windows: bcdboot C:\\Windows /f ALL; for BIOS also bootrec /fixmbr and bootrec /fixboot.',
      de: 'Schreiben Sie die Startdateien in der Wiederherstellungskonsole von Windows neu: bcdboot C:\\Windows /f ALL; für BIOS auch bootrec /fixmbr und bootrec /fixboot.',
    },
  },
  'boot-windows-loader-stuck': {
    severity: 'safety',
    title: { en: 'Boot loader of Windows', de: 'Bootloader von Windows' },
    problem: {
      en: `The boot loader of Windows started, but cannot continue. ${console.en}`,
      de: `Der Bootloader von Windows ist gestartet, kommt aber nicht weiter. ${console.de}`,
    },
    remedy: {
      en: 'Recreate bootmgr and its configuration in the recovery console of Windows: bcdboot C:\\Windows /f ALL.',
      de: 'Schreiben Sie bootmgr und seine Konfiguration in der Wiederherstellungskonsole von Windows neu: bcdboot C:\\Windows /f ALL.',
    },
  },
  'boot-windows-shut-down': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: `The machine shut itself down before Windows gave a sign of life. ${console.en}`,
      de: `Die Maschine hat sich ausgeschaltet, bevor Windows ein Lebenszeichen gab. ${console.de}`,
    },
    remedy: {
      en: 'Find out what shuts Windows down at its first start: SetupComplete.cmd, unattend.xml, or a setup that failed (C:\\Windows\\Panther\\setuperr.log).',
      de: 'Prüfen Sie, was Windows beim ersten Start herunterfährt: SetupComplete.cmd, unattend.xml oder ein fehlgeschlagenes Setup (C:\\Windows\\Panther\\setuperr.log).',
    },
  },
  'boot-windows-timeout': {
    severity: 'safety',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: `The guest agent is installed, but neither the agent nor the network adapter gave a sign of life within the time limit. ${console.en}`,
      de: `Der Gast-Agent ist installiert, aber bis zum Ablauf der Zeit gaben weder er noch der Netzwerkadapter ein Lebenszeichen. ${console.de}`,
    },
    remedy: {
      en: 'Check the screenshot: Windows may wait for an answer, repair itself or have stopped. If it was only slow, raise BOOT_WINDOWS_KVM_SECONDS or BOOT_WINDOWS_TCG_SECONDS.',
      de: 'Sehen Sie sich das Bild des Bildschirms an: Windows wartet vielleicht auf eine Antwort, repariert sich oder ist stehen geblieben. Wenn es nur langsam war, erhöhen Sie BOOT_WINDOWS_KVM_SECONDS oder BOOT_WINDOWS_TCG_SECONDS.',
    },
  },
  'boot-windows-silent': {
    severity: 'advice',
    title: { en: 'Start of Windows', de: 'Start von Windows' },
    problem: {
      en: `bootready cannot tell whether Windows runs: it has no guest agent, and its network adapter did not ask for an address within the time limit. ${console.en}`,
      de: `Ob Windows läuft, war nicht zu erkennen: Es hat keinen Gast-Agenten, und sein Netzwerkadapter hat bis zum Ablauf der Zeit nicht nach einer Adresse gefragt. ${console.de}`,
    },
    remedy: {
      en: 'Check the screenshot. Install the QEMU guest agent (virtio-win-guest-tools) and set the adapter to DHCP.',
      de: 'Sehen Sie sich das Bild des Bildschirms an. Installieren Sie den QEMU-Gast-Agenten (virtio-win-guest-tools) und stellen Sie den Adapter auf DHCP.',
    },
  },
});
