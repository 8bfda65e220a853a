import type { Text } from '../checks/text.ts';

/** Runs: their workers, tools and services, and repairs. */
export const processingSentences: readonly Text[] = [
  {
    en: 'The step "{step}" did not end in time, or its worker died each time.',
    de: 'Der Schritt „{step}“ endete nicht rechtzeitig, oder sein Worker fiel jedes Mal aus.',
  },
  {
    en: 'The step "{step}" failed for an unexpected reason.',
    de: 'Der Schritt „{step}“ ist aus einem unerwarteten Grund fehlgeschlagen.',
  },
  {
    en: 'Check the logs of the workers, then {again}.',
    de: 'Sehen Sie in die Logs der Worker, und versuchen Sie es dann erneut.',
  },
  { en: 'The step was cancelled.', de: 'Der Schritt wurde abgebrochen.' },
  {
    en: 'The image needs {needed} of scratch space, but a worker has only {size} in total.',
    de: 'Das Image braucht {needed} Scratch-Speicher, aber ein Worker hat insgesamt nur {size}.',
  },
  {
    en: 'Ask the operator for a larger filesystem for SCRATCH_DIR, or make the disk of the image smaller.',
    de: 'Bitten Sie den Betreiber um ein größeres Dateisystem für SCRATCH_DIR, oder verkleinern Sie den Datenträger des Images.',
  },
  {
    en: 'The appliance that inspects images could not be built.',
    de: 'Die Appliance, die Images untersucht, ließ sich nicht bauen.',
  },
  {
    en: 'Install libguestfs-tools and a kernel (linux-image-amd64) and make it readable: chmod 0644 /boot/vmlinuz-*. "libguestfs-test-tool" shows more.',
    de: 'Installieren Sie libguestfs-tools und einen Kernel (linux-image-amd64), und machen Sie ihn lesbar: chmod 0644 /boot/vmlinuz-*. "libguestfs-test-tool" zeigt mehr.',
  },
  {
    en: 'The appliance that inspects images did not start, or it died.',
    de: 'Die Appliance, die Images untersucht, ist nicht gestartet oder ausgefallen.',
  },
  {
    en: 'Run "bootready doctor" on the worker; "libguestfs-test-tool" shows more.',
    de: 'Führen Sie auf dem Worker "bootready doctor" aus; "libguestfs-test-tool" zeigt mehr.',
  },
  {
    en: 'The UEFI firmware that a machine needs to start this image is not installed.',
    de: 'Die UEFI-Firmware, die zum Starten dieses Images nötig ist, ist nicht installiert.',
  },
  {
    en: 'Install OVMF on the workers (Debian, Ubuntu: apt-get install ovmf).',
    de: 'Installieren Sie OVMF auf den Workern (Debian, Ubuntu: apt-get install ovmf).',
  },
  {
    en: 'The virtual machine for the image could not be created.',
    de: 'Die virtuelle Maschine für das Image ließ sich nicht erzeugen.',
  },
  {
    en: 'Run "bootready doctor" on the worker; qemu-system-x86 must be installed.',
    de: 'Führen Sie auf dem Worker "bootready doctor" aus; qemu-system-x86 muss installiert sein.',
  },
  { en: 'nbdkit did not start: {reason}.', de: 'nbdkit ist nicht gestartet: {reason}.' },
  { en: 'it printed nothing', de: 'ohne Meldung' },
  {
    en: 'Install nbdkit with its curl plugin, and bubblewrap.',
    de: 'Installieren Sie nbdkit mit seinem curl-Plugin und bubblewrap.',
  },
  {
    en: 'The output of a tool is not used: {reason}.',
    de: 'Die Ausgabe eines Werkzeugs wird nicht benutzt: {reason}.',
  },
  {
    en: 'the file became shorter while it was read',
    de: 'die Datei wurde kürzer, während sie gelesen wurde',
  },
  { en: 'it cannot be opened ({code})', de: 'sie lässt sich nicht öffnen ({code})' },
  {
    en: 'it has {size} bytes, and at most {most} are allowed',
    de: 'sie hat {size} Byte, höchstens {most} sind erlaubt',
  },
  { en: 'it has {size} bytes instead of {wanted}', de: 'sie hat {size} statt {wanted} Byte' },
  { en: 'it is no regular file', de: 'sie ist keine gewöhnliche Datei' },
  { en: 'it has another owner, or further names', de: 'sie hat einen anderen Besitzer oder weitere Namen' },
  { en: 'another file is in the place of its socket', de: 'an der Stelle des Sockets liegt eine andere Datei' },
  {
    en: 'The image may have taken control of the tool. Do not use the image.',
    de: 'Das Image hat vielleicht die Kontrolle über das Werkzeug übernommen. Verwenden Sie das Image nicht.',
  },
  {
    en: 'qemu-img did not report the format of the image.',
    de: 'qemu-img hat das Format des Images nicht genannt.',
  },
  { en: 'The scratch space of the worker is full.', de: 'Der Scratch-Speicher des Workers ist voll.' },
  {
    en: 'Add space to SCRATCH_DIR, or lower WORKER_CONCURRENCY. The step is retried for some minutes. Then retry the image.',
    de: 'Vergrößern Sie SCRATCH_DIR, oder senken Sie WORKER_CONCURRENCY. Der Schritt wird einige Minuten lang wiederholt. Versuchen Sie es danach erneut.',
  },
  { en: '{command} was cancelled.', de: '{command} wurde abgebrochen.' },
  {
    en: '{command} was stopped: it used more {what} than allowed.',
    de: '{command} wurde angehalten: Die erlaubte Grenze wurde überschritten ({what}).',
  },
  { en: 'processes', de: 'Prozesse' },
  { en: 'memory', de: 'Arbeitsspeicher' },
  { en: 'space on the disk', de: 'Speicherplatz' },
  { en: 'files', de: 'Dateien' },
  {
    en: 'The image may be designed to exhaust the worker.',
    de: 'Das Image soll den Worker vielleicht absichtlich überlasten.',
  },
  {
    en: '{command} did not end within {seconds} seconds.',
    de: '{command} endete nicht innerhalb von {seconds} Sekunden.',
  },
  {
    en: 'The image may be designed to keep it busy, or the worker is overloaded.',
    de: 'Das Image soll das Werkzeug vielleicht absichtlich beschäftigen, oder der Worker ist überlastet.',
  },
  {
    en: 'The sandbox for {command} cannot be created: {reason}.',
    de: 'Die Sandbox für {command} lässt sich nicht erzeugen: {reason}.',
  },
  { en: 'bubblewrap or prlimit is missing', de: 'bubblewrap oder prlimit fehlt' },
  {
    en: 'The kernel refuses a control group for {command}: {reason}.',
    de: 'Der Kernel verweigert eine Kontrollgruppe (cgroup) für {command}: {reason}.',
  },
  {
    en: 'Restart the worker. If this comes again, remove Delegate= from its unit and report it.',
    de: 'Starten Sie den Worker neu. Kommt das wieder vor, entfernen Sie Delegate= aus seiner Unit und melden Sie es.',
  },
  {
    en: 'Install bubblewrap, util-linux and the tool itself, and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1).',
    de: 'Installieren Sie bubblewrap, util-linux und das Werkzeug selbst, und erlauben Sie User-Namespaces (sysctl kernel.unprivileged_userns_clone=1).',
  },
  {
    en: '{command} was killed: it made a system call that no tool needs.',
    de: '{command} wurde beendet: Es hat einen Systemaufruf gemacht, den kein Werkzeug braucht.',
  },
  { en: '{command} failed.', de: '{command} ist fehlgeschlagen.' },
  {
    en: 'The system killed the process that parses untrusted data.',
    de: 'Das System hat den Prozess beendet, der fremde Daten liest.',
  },
  {
    en: 'The process that parses untrusted data could not be started.',
    de: 'Der Prozess, der fremde Daten liest, ließ sich nicht starten.',
  },
  { en: 'Add memory to the machine.', de: 'Geben Sie der Maschine mehr Arbeitsspeicher.' },
  {
    en: 'Install util-linux (prlimit), and check that the files of bootready are readable.',
    de: 'Installieren Sie util-linux (prlimit), und prüfen Sie, ob die Dateien von bootready lesbar sind.',
  },
  {
    en: 'A newer attempt works on this run, or the run has ended.',
    de: 'Ein neuerer Versuch bearbeitet diesen Durchlauf, oder er ist beendet.',
  },
  {
    en: 'A newer attempt works on this image, or the work has ended.',
    de: 'Ein neuerer Versuch bearbeitet dieses Image, oder die Arbeit ist beendet.',
  },
  {
    en: 'No action needed: the newer attempt continues.',
    de: 'Sie müssen nichts tun: Der neuere Versuch läuft weiter.',
  },
  { en: 'No action needed.', de: 'Sie müssen nichts tun.' },
  { en: 'Redis does not answer.', de: 'Redis antwortet nicht.' },
  {
    en: 'Check REDIS_URL and the server. Nothing is lost; the sweep catches up.',
    de: 'Prüfen Sie REDIS_URL und den Server. Nichts ist verloren; die Suche nach Uploads holt alles nach.',
  },
  { en: 'Temporal does not answer.', de: 'Temporal antwortet nicht.' },
  { en: 'Temporal cannot be used: {reason}.', de: 'Temporal lässt sich nicht nutzen: {reason}.' },
  {
    en: 'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE ("bootready doctor"). Nothing is lost; the sweep catches up.',
    de: 'Prüfen Sie TEMPORAL_ADDRESS und TEMPORAL_NAMESPACE ("bootready doctor"). Nichts ist verloren; die Suche nach Uploads holt alles nach.',
  },
  // Repairs.
  { en: 'There is no remedy "{remedy}".', de: 'Es gibt keine Reparatur „{remedy}“.' },
  { en: 'There are: {remedies}.', de: 'Es gibt: {remedies}.' },
  {
    en: 'The remedy "{remedy}" does not apply to the system in this image. It is for: {systems}.',
    de: 'Die Reparatur „{remedy}“ passt nicht zum System in diesem Image. Sie ist für: {systems}.',
  },
  {
    en: 'GET /v1/images/{id}/repairs lists the remedies that apply ("bootready repair ID --list").',
    de: '"bootready repair ID --list" zeigt die passenden Reparaturen.',
  },
  { en: 'The remedy "{remedy}" cannot be done here.', de: 'Die Reparatur „{remedy}“ ist hier nicht möglich.' },
  {
    en: 'This installation has no virtio-win: its operator must set VIRTIO_WIN to the path of the ISO image or of its unpacked folder.',
    de: 'Diese Installation hat kein virtio-win: Ihr Betreiber muss VIRTIO_WIN auf den Pfad des ISO-Images oder des entpackten Ordners setzen.',
  },
  {
    en: 'The system in this image is unknown: no run has inspected it.',
    de: 'Das System in diesem Image ist unbekannt: Noch kein Durchlauf hat es untersucht.',
  },
  {
    en: 'Wait until its run ends. An image whose file was refused cannot be repaired.',
    de: 'Warten Sie das Ende des Durchlaufs ab. Ein Image, dessen Datei abgelehnt wurde, lässt sich nicht reparieren.',
  },
  { en: 'No remedy fixes a finding of this image.', de: 'Keine Reparatur behebt einen Befund dieses Images.' },
  {
    en: 'To apply remedies anyway, name them ("bootready repair ID --remedy NAME").',
    de: 'Um trotzdem zu reparieren, nennen Sie die Reparaturen ("bootready repair ID --remedy NAME").',
  },
  { en: 'The data of this image no longer exists.', de: 'Die Daten dieses Images gibt es nicht mehr.' },
  {
    en: 'Upload it again, and repair the new image.',
    de: 'Laden Sie es erneut hoch, und reparieren Sie das neue Image.',
  },
  {
    en: 'The original cannot be read as a disk that is safe to open.',
    de: 'Das Original lässt sich nicht als Datenträger lesen, den man gefahrlos öffnen kann.',
  },
  {
    en: 'See its report. Remedies fix only the system, not the image file itself.',
    de: 'Siehe seinen Bericht. Reparaturen beheben nur Fehler im System, nicht in der Datei selbst.',
  },
  {
    en: 'Nothing is lost: the original is unchanged. Omit this remedy, or fix the system yourself as the report advises.',
    de: 'Nichts ist verloren: Das Original ist unverändert. Lassen Sie diese Reparatur weg, oder beheben Sie den Fehler im System selbst, wie der Bericht es rät.',
  },
  {
    en: 'The changes could not be written to the disk.',
    de: 'Die Änderungen ließen sich nicht auf den Datenträger schreiben.',
  },
  { en: 'The image contains several operating systems.', de: 'Das Image enthält mehrere Betriebssysteme.' },
  { en: 'The image contains no operating system.', de: 'Das Image enthält kein Betriebssystem.' },
  {
    en: 'The image is encrypted with BitLocker, so it cannot be read or repaired. Turn BitLocker off, wait until everything is decrypted, and upload it again.',
    de: 'Das Image ist mit BitLocker verschlüsselt und lässt sich darum weder lesen noch reparieren. Schalten Sie BitLocker aus, warten Sie, bis alles entschlüsselt ist, und laden Sie es erneut hoch.',
  },
  {
    en: 'The root filesystem cannot be mounted for writing.',
    de: 'Das Root-Dateisystem lässt sich nicht zum Schreiben einhängen.',
  },
  { en: 'The remedy "{remedy}" failed: {reason}.', de: 'Die Reparatur „{remedy}“ ist fehlgeschlagen: {reason}.' },
  {
    en: 'The remedy "{remedy}" failed: {reason}. It asked for hosts that are not allowed package hosts (REPAIR_PACKAGE_HOSTS): {hosts}.',
    de: 'Die Reparatur „{remedy}“ ist fehlgeschlagen: {reason}. Sie wollte Hosts erreichen, die nicht zu den erlaubten Paketquellen gehören (REPAIR_PACKAGE_HOSTS): {hosts}.',
  },
  { en: 'its commands do not work in this system', de: 'ihre Befehle funktionieren in diesem System nicht' },
  {
    en: '{tool} could not install cloud-init from the package sources of the system',
    de: '{tool} konnte cloud-init nicht aus den Paketquellen des Systems installieren',
  },
  { en: '{command} failed', de: '{command} ist fehlgeschlagen' },
  { en: '{command} failed for {kernel}', de: '{command} ist für {kernel} fehlgeschlagen' },
  { en: '{file} cannot be copied', de: '{file} lässt sich nicht kopieren' },
  { en: '{file} cannot be changed', de: '{file} lässt sich nicht ändern' },
  {
    en: 'cloud-init is not there after its installation',
    de: 'cloud-init fehlt auch nach seiner Installation',
  },
  {
    en: 'the system has neither cloud-init, netplan, systemd-networkd nor NetworkManager to set up every adapter',
    de: 'das System hat weder cloud-init noch netplan, systemd-networkd oder NetworkManager, um jeden Adapter einzurichten',
  },
  {
    en: 'the system has neither apt-get, dnf, yum, zypper nor apk',
    de: 'das System hat weder apt-get noch dnf, yum, zypper oder apk',
  },
  { en: 'the system has neither dpkg, rpm nor apk', de: 'das System hat weder dpkg noch rpm oder apk' },
  {
    en: 'the system has none of initramfs-tools, dracut, mkinitfs and mkinitcpio',
    de: 'das System hat weder initramfs-tools noch dracut, mkinitfs oder mkinitcpio',
  },
  {
    en: 'The output of the system ({part}) could not be parsed: that takes more than {seconds} seconds of processor time or {memory} MiB of memory.',
    de: 'Die Ausgabe des Systems ({part}) ließ sich nicht lesen: Das braucht mehr als {seconds} Sekunden Rechenzeit oder {memory} MiB Arbeitsspeicher.',
  },
  { en: 'virtio-win does not exist at {path}.', de: 'An {path} gibt es kein virtio-win.' },
  { en: 'This worker has no virtio-win.', de: 'Dieser Worker hat kein virtio-win.' },
  {
    en: 'Set VIRTIO_WIN to the path of its ISO image or its unpacked folder, on every worker.',
    de: 'Setzen Sie VIRTIO_WIN auf jedem Worker auf den Pfad des ISO-Images oder des entpackten Ordners.',
  },
  {
    en: 'virtio-win (VIRTIO_WIN) cannot be read: it is not an ISO image, or it is damaged.',
    de: 'virtio-win (VIRTIO_WIN) lässt sich nicht lesen: Es ist kein ISO-Image oder beschädigt.',
  },
  {
    en: 'Download it again, or unpack it and set VIRTIO_WIN to the folder.',
    de: 'Laden Sie es erneut herunter, oder entpacken Sie es, und setzen Sie VIRTIO_WIN auf den Ordner.',
  },
  {
    en: 'The volume or the registry of Windows cannot be read to its end ({what}).',
    de: 'Das Volume oder die Registry von Windows lässt sich nicht bis zum Ende lesen ({what}).',
  },
  {
    en: 'The virtio-win of this installation has no {drivers} for Windows {major}.{minor} (build {build}, {bits} bits).',
    de: 'Das virtio-win dieser Installation hat kein {drivers} für Windows {major}.{minor} (Build {build}, {bits} Bit).',
  },
  {
    en: 'The volume of Windows cannot be mounted for writing.',
    de: 'Das Volume von Windows lässt sich nicht zum Schreiben einhängen.',
  },
  {
    en: 'Windows has no writable folder for drivers.',
    de: 'Windows hat keinen beschreibbaren Ordner für Treiber.',
  },
  { en: 'The hive {hive} cannot be read.', de: 'Die Registry-Datei {hive} lässt sich nicht lesen.' },
  {
    en: 'The hive {hive} cannot be changed: hivex cannot parse it.',
    de: 'Die Registry-Datei {hive} lässt sich nicht ändern: hivex kann sie nicht lesen.',
  },
  { en: 'The hive {hive} cannot be written.', de: 'Die Registry-Datei {hive} lässt sich nicht schreiben.' },
  { en: 'The hive {hive} is missing or broken.', de: 'Die Registry-Datei {hive} fehlt oder ist beschädigt.' },
  { en: 'The hive {hive} cannot be parsed.', de: 'Die Registry-Datei {hive} lässt sich nicht auswerten.' },
  {
    en: 'The hive {hive} was not written back when Windows was shut down. Start Windows, shut it down, and upload it again.',
    de: 'Die Registry-Datei {hive} wurde beim Herunterfahren von Windows nicht vollständig geschrieben. Starten Sie Windows, fahren Sie es herunter, und laden Sie es erneut hoch.',
  },
  {
    en: 'The volume of Windows accepts no file: {file}.',
    de: 'Auf das Volume von Windows lässt sich keine Datei schreiben: {file}.',
  },
  { en: 'The volume of Windows cannot be read.', de: 'Das Volume von Windows lässt sich nicht lesen.' },
  {
    en: 'Windows is hibernated, or was shut down with fast start-up. Changes to its volume would be lost or would damage it. Start it, turn hibernation off (powercfg /hibernate off), shut it down, and upload it again.',
    de: 'Windows ist im Ruhezustand oder wurde mit Schnellstart heruntergefahren. Änderungen am Volume gingen verloren oder würden es beschädigen. Starten Sie Windows, schalten Sie den Ruhezustand aus (powercfg /hibernate off), fahren Sie es herunter, und laden Sie es erneut hoch.',
  },
  {
    en: 'The volume of Windows is marked as damaged, or its state is unknown, so it was not changed. Let Windows check it (chkdsk C: /f), shut it down, and upload it again.',
    de: 'Das Volume von Windows ist als beschädigt markiert, oder sein Zustand ist unbekannt; darum wurde es nicht geändert. Lassen Sie es von Windows prüfen (chkdsk C: /f), fahren Sie Windows herunter, und laden Sie es erneut hoch.',
  },
  {
    en: 'The folder of Windows is not at the expected path.',
    de: 'Der Ordner von Windows ist nicht am erwarteten Pfad.',
  },
  {
    en: 'DevicePath in the registry of Windows is too long for another entry.',
    de: 'DevicePath in der Registry von Windows ist zu lang für einen weiteren Eintrag.',
  },
  // Changes by a repair: shared/remedies and workers/repair/windows print these lines.
  { en: 'added {what} to {file}', de: '{what} in {file} ergänzt' },
  { en: 'rebuilt the initramfs of {kernel}', de: 'das Initramfs von {kernel} neu erzeugt' },
  { en: 'emptied log: {file}', de: 'Logdatei geleert: {file}' },
  { en: 'emptied {file}', de: '{file} geleert' },
  { en: 'lets cloud-init set up the network: {file}', de: 'cloud-init richtet das Netz ein: {file}' },
  { en: 'removed {what}: {file}', de: '{what} entfernt: {file}' },
  { en: 'removed {what}', de: '{what} entfernt' },
  { en: 'machine id', de: 'Machine-ID' },
  { en: 'SSH host key', de: 'SSH-Host-Schlüssel' },
  { en: 'history', de: 'Shell-Verlauf' },
  { en: 'random seed', de: 'Zufallswerte' },
  { en: 'DHCP lease', de: 'DHCP-Lease' },
  { en: 'state of cloud-init', de: 'Zustand von cloud-init' },
  { en: 'journal', de: 'Journal' },
  { en: 'removed the package {name}', de: 'das Paket {name} entfernt' },
  { en: 'installed cloud-init', de: 'cloud-init installiert' },
  { en: '{file}: root={device} is root=UUID={id}', de: '{file}: aus root={device} wird root=UUID={id}' },
  { en: '/etc/fstab: {device} is UUID={id}', de: '/etc/fstab: aus {device} wird UUID={id}' },
  { en: '/etc/fstab: {device} may be missing', de: '/etc/fstab: {device} darf fehlen' },
  {
    en: 'the kernel of {file} writes to the serial console',
    de: 'der Kernel aus {file} schreibt auf die serielle Konsole',
  },
  {
    en: 'rewrote {file} with only the loopback adapter',
    de: '{file} neu geschrieben, nur mit dem Loopback-Adapter',
  },
  { en: 'wrote {file}', de: '{file} geschrieben' },
  { en: 'copied {file} to {folder}', de: '{file} nach {folder} kopiert' },
  { en: 'copied the packages of {drivers} into {folder}', de: 'die Pakete von {drivers} nach {folder} kopiert' },
  {
    en: 'set {driver} up as a service that starts with the boot loader',
    de: '{driver} als Dienst eingerichtet, der mit dem Bootloader startet',
  },
  {
    en: 'set {driver} up as a service that starts on demand',
    de: '{driver} als Dienst eingerichtet, der bei Bedarf startet',
  },
  {
    en: 'added the folder of the packages to DevicePath',
    de: 'den Ordner der Pakete in DevicePath ergänzt',
  },
];
