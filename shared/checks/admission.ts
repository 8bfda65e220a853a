import { defineChecks } from './define.ts';

/**
 * Findings of admit and convert: format, hostile content, limits. No policy lets a failure of these pass.
 * German addresses the reader as the portal does.
 */
export const admissionChecks = defineChecks({
  format: {
    severity: 'safety',
    title: { en: 'Format: {format} ({variant})', de: 'Format: {format} ({variant})' },
    problem: {
      en: 'The format {format} ({variant}) is not known.',
      de: 'Das Format {format} ({variant}) ist nicht bekannt.',
    },
    remedy: { en: 'Upload raw or qcow2.', de: 'Laden Sie RAW oder QCOW2 hoch.' },
  },
  empty: {
    severity: 'safety',
    title: { en: 'Content of the upload', de: 'Inhalt des Uploads' },
    problem: { en: 'The uploaded object is empty.', de: 'Das hochgeladene Objekt ist leer.' },
    remedy: {
      en: 'Upload the image again and wait until the transfer is complete.',
      de: 'Laden Sie das Image erneut hoch und warten Sie, bis die Übertragung abgeschlossen ist.',
    },
  },
  'too-small': {
    severity: 'safety',
    title: { en: 'Content of the upload', de: 'Inhalt des Uploads' },
    problem: {
      en: 'The uploaded object has only {size, plural, one {{size} byte} other {{size} bytes}}. No disk image is that small.',
      de: 'Das hochgeladene Objekt hat nur {size} Byte. So klein ist kein Disk-Image.',
    },
    remedy: {
      en: 'Choose the image file itself and upload it again.',
      de: 'Wählen Sie die Image-Datei selbst aus und laden Sie sie erneut hoch.',
    },
  },
  unrecognised: {
    severity: 'safety',
    title: { en: 'Format of the disk image', de: 'Format des Disk-Images' },
    problem: {
      en: 'Unrecognised disk image: this looks like {content}. It has no partition table, no filesystem and no known image format.',
      de: 'Disk-Image nicht erkannt: Das sieht aus wie {content}. Es enthält weder eine Partitionstabelle noch ein Dateisystem noch ein bekanntes Image-Format.',
    },
    remedy: {
      en: 'Upload a disk image as raw or qcow2 (VMDK, VHD, VHDX, VDI, Parallels and OVA are converted). "qemu-img info FILE" shows the format of a file.',
      de: 'Laden Sie ein Disk-Image als RAW oder QCOW2 hoch (VMDK, VHD, VHDX, VDI, Parallels und OVA werden konvertiert). "qemu-img info DATEI" zeigt das Format einer Datei.',
    },
  },
  truncated: {
    severity: 'safety',
    title: { en: 'Completeness of the image', de: 'Vollständigkeit des Images' },
    problem: {
      en: 'The image ({format}) is cut off: it ends before data that its own header refers to.',
      de: 'Das Image ({format}) ist abgeschnitten: Es endet vor Daten, auf die sein eigener Header verweist.',
    },
    remedy: {
      en: 'Compare size and checksum with the original. Then copy or download the image again, and upload it again.',
      de: 'Vergleichen Sie Größe und Prüfsumme mit dem Original. Kopieren Sie das Image dann neu oder laden Sie es neu herunter, und laden Sie es erneut hoch.',
    },
  },
  ambiguous: {
    severity: 'safety',
    title: { en: 'Format of the disk image', de: 'Format des Disk-Images' },
    problem: {
      en: 'The file can be read as several formats ({formats}). It is refused, because such files are made to deceive.',
      de: 'Die Datei lässt sich als mehrere Formate lesen ({formats}). Sie wird abgelehnt, weil solche Dateien der Täuschung dienen.',
    },
    remedy: {
      en: 'Recreate the image from its source: qemu-img convert -f FORMAT -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image aus seiner Quelle neu: qemu-img convert -f FORMAT -O qcow2 EIN AUS.',
    },
  },
  'damaged-header': {
    severity: 'safety',
    title: { en: 'Header of the image', de: 'Header des Images' },
    problem: {
      en: 'The {format} header is damaged: the value of {field} is invalid.',
      de: 'Der {format}-Header ist beschädigt: Der Wert von {field} ist ungültig.',
    },
    remedy: {
      en: 'Copy the image again from its source, or recreate it with qemu-img convert.',
      de: 'Kopieren Sie das Image erneut von der Quelle oder schreiben Sie es mit qemu-img convert neu.',
    },
  },
  'qcow2-version': {
    severity: 'safety',
    title: { en: 'Version of the qcow2 format', de: 'Version des QCOW2-Formats' },
    problem: {
      en: 'qcow2 version {version} is unknown. Supported versions are 2 and 3.',
      de: 'Die QCOW2-Version {version} ist unbekannt. Unterstützt werden die Versionen 2 und 3.',
    },
    remedy: {
      en: 'Recreate the image: qemu-img convert -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image neu: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'qcow2-backing-file': {
    severity: 'safety',
    title: { en: 'Backing file', de: 'Basis-Image (backing file)' },
    problem: {
      en: 'The qcow2 image is only an overlay. It depends on another file, which is not part of the upload.',
      de: 'Das QCOW2-Image ist nur ein Overlay. Es braucht eine andere Datei, die nicht Teil des Uploads ist.',
    },
    remedy: {
      en: 'Merge both files on the machine that has the other file: qemu-img convert -O qcow2 overlay.qcow2 whole.qcow2. Then upload whole.qcow2.',
      de: 'Führen Sie beide Dateien auf der Maschine zusammen, auf der die andere Datei liegt: qemu-img convert -O qcow2 overlay.qcow2 ganz.qcow2. Laden Sie dann ganz.qcow2 hoch.',
    },
  },
  'qcow2-data-file': {
    severity: 'safety',
    title: { en: 'External data file', de: 'Externe Datendatei' },
    problem: {
      en: 'The qcow2 image keeps its data in another file, which is not part of the upload.',
      de: 'Das QCOW2-Image hält seine Daten in einer anderen Datei, die nicht Teil des Uploads ist.',
    },
    remedy: {
      en: 'Write a single file on the machine that has the other file: qemu-img convert -O qcow2 IN OUT.',
      de: 'Schreiben Sie auf der Maschine, auf der die andere Datei liegt, eine einzige Datei: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'qcow2-features': {
    severity: 'safety',
    title: { en: 'Features of the qcow2 image', de: 'Merkmale des QCOW2-Images' },
    problem: {
      en: 'The qcow2 image uses unknown features (bits {features}).',
      de: 'Das QCOW2-Image nutzt unbekannte Merkmale (Bits {features}).',
    },
    remedy: {
      en: 'Recreate the image without them: qemu-img convert -O qcow2 -o compat=1.1 IN OUT.',
      de: 'Schreiben Sie das Image ohne diese Merkmale neu: qemu-img convert -O qcow2 -o compat=1.1 EIN AUS.',
    },
  },
  'qcow2-corrupt': {
    severity: 'safety',
    title: { en: 'State of the qcow2 image', de: 'Zustand des QCOW2-Images' },
    problem: {
      en: 'QEMU has marked the qcow2 image as corrupt.',
      de: 'QEMU hat das QCOW2-Image als beschädigt markiert.',
    },
    remedy: {
      en: 'Repair it: qemu-img check -r all FILE. Then check that it still boots, and upload it again.',
      de: 'Reparieren Sie es: qemu-img check -r all DATEI. Prüfen Sie, ob es noch startet, und laden Sie es erneut hoch.',
    },
  },
  'qcow2-shared-tables': {
    severity: 'safety',
    title: { en: 'Tables of the qcow2 image', de: 'Tabellen des QCOW2-Images' },
    problem: {
      en: 'Several entries of the qcow2 image point to the same place. Damaged images do this, and so do files that are made to fill a disk.',
      de: 'Mehrere Einträge des QCOW2-Images verweisen auf dieselbe Stelle. So sehen beschädigte Images aus und auch Dateien, die Speicher füllen sollen.',
    },
    remedy: {
      en: 'Check it: qemu-img check FILE. Then recreate it: qemu-img convert -O qcow2 IN OUT.',
      de: 'Prüfen Sie es: qemu-img check DATEI. Schreiben Sie es dann neu: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'shared-blocks': {
    severity: 'safety',
    title: { en: 'Tables of the image', de: 'Tabellen des Images' },
    problem: {
      en: 'Several entries in the tables of the {format} image point to the same place. Damaged images do this, and so do files that are made to fill a disk.',
      de: 'Mehrere Einträge in den Tabellen des {format}-Images verweisen auf dieselbe Stelle. So sehen beschädigte Images aus und auch Dateien, die Speicher füllen sollen.',
    },
    remedy: {
      en: 'Recreate the image from its source: qemu-img convert -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image aus seiner Quelle neu: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'expands-too-much': {
    severity: 'safety',
    title: { en: 'Size of the data', de: 'Umfang der Daten' },
    problem: {
      en: 'The image has {size, number, bytes} and would grow to more than {limit, number, bytes} of data. Real disks do not grow that much, so the work was stopped.',
      de: 'Das Image hat {size, number, bytes} und würde auf mehr als {limit, number, bytes} an Daten wachsen. Echte Datenträger wachsen nicht so stark, daher wurde die Verarbeitung abgebrochen.',
    },
    remedy: {
      en: 'Recreate the image without compression (qemu-img convert -O qcow2 IN OUT) and upload that.',
      de: 'Schreiben Sie das Image ohne Kompression neu (qemu-img convert -O qcow2 EIN AUS) und laden Sie das Ergebnis hoch.',
    },
  },
  'qcow2-snapshots': {
    severity: 'safety',
    title: { en: 'Internal snapshots', de: 'Interne Snapshots' },
    problem: {
      en: 'The qcow2 image has {count, plural, one {{count} internal snapshot} other {{count} internal snapshots}}. Only its current state is used.',
      de: 'Das QCOW2-Image enthält {count, plural, one {{count} internen Snapshot} other {{count} interne Snapshots}}. Nur der aktuelle Zustand wird übernommen.',
    },
    remedy: {
      en: 'Apply the snapshot you want before you upload: qemu-img snapshot -a NAME FILE.',
      de: 'Wenden Sie den gewünschten Snapshot vor dem Upload an: qemu-img snapshot -a NAME DATEI.',
    },
  },
  encrypted: {
    severity: 'safety',
    title: { en: 'Encryption', de: 'Verschlüsselung' },
    problem: {
      en: 'The image is encrypted ({format}). Without the key, it cannot be checked and no instance can boot it.',
      de: 'Das Image ist verschlüsselt ({format}). Ohne den Schlüssel lässt es sich nicht prüfen, und keine Instanz kann davon starten.',
    },
    remedy: {
      en: 'Decrypt it with qemu-img convert on the machine that has the key, and upload the result.',
      de: 'Entschlüsseln Sie es mit qemu-img convert auf der Maschine, auf der der Schlüssel liegt, und laden Sie das Ergebnis hoch.',
    },
  },
  'vmdk-flat': {
    severity: 'safety',
    title: { en: 'Kind of VMDK', de: 'Art der VMDK-Datei' },
    problem: {
      en: 'This VMDK ({type}) only describes other files, which are not part of the upload.',
      de: 'Diese VMDK-Datei ({type}) beschreibt nur andere Dateien, die nicht Teil des Uploads sind.',
    },
    remedy: {
      en: 'Convert it to a single file: qemu-img convert -O vmdk -o subformat=streamOptimized IN.vmdk OUT.vmdk, or export the machine as OVA.',
      de: 'Machen Sie eine einzige Datei daraus: qemu-img convert -O vmdk -o subformat=streamOptimized EIN.vmdk AUS.vmdk, oder exportieren Sie die Maschine als OVA.',
    },
  },
  'vmdk-descriptor': {
    severity: 'safety',
    title: { en: 'Descriptor of the VMDK', de: 'Deskriptor der VMDK-Datei' },
    problem: {
      en: 'The VMDK has no valid descriptor in its second sector.',
      de: 'Die VMDK-Datei hat keinen gültigen Deskriptor in ihrem zweiten Sektor.',
    },
    remedy: {
      en: 'Recreate it: qemu-img convert -O vmdk -o subformat=streamOptimized IN.vmdk OUT.vmdk.',
      de: 'Schreiben Sie sie neu: qemu-img convert -O vmdk -o subformat=streamOptimized EIN.vmdk AUS.vmdk.',
    },
  },
  'vmdk-extents': {
    severity: 'safety',
    title: { en: 'Extents of the VMDK', de: 'Extents der VMDK-Datei' },
    problem: {
      en: 'The VMDK consists of {count, plural, one {{count} piece} other {{count} pieces}}. Exactly one is expected.',
      de: 'Die VMDK-Datei besteht aus {count, plural, one {{count} Teil} other {{count} Teilen}}. Erwartet wird genau eines.',
    },
    remedy: {
      en: 'Convert it to a single file: qemu-img convert -O vmdk -o subformat=streamOptimized IN.vmdk OUT.vmdk.',
      de: 'Machen Sie eine einzige Datei daraus: qemu-img convert -O vmdk -o subformat=streamOptimized EIN.vmdk AUS.vmdk.',
    },
  },
  'vmdk-parent': {
    severity: 'safety',
    title: { en: 'Parent of the VMDK', de: 'Eltern-Datei der VMDK-Datei' },
    problem: {
      en: 'The VMDK depends on another VMDK (it is a snapshot or a linked clone), which is not part of the upload.',
      de: 'Die VMDK-Datei braucht eine andere VMDK-Datei (sie ist ein Snapshot oder ein verknüpfter Klon), die nicht Teil des Uploads ist.',
    },
    remedy: {
      en: 'Remove the snapshots in VMware, or merge the files: vmware-vdiskmanager -r IN.vmdk -t 0 OUT.vmdk. Then upload the result.',
      de: 'Entfernen Sie die Snapshots in VMware, oder führen Sie die Dateien zusammen: vmware-vdiskmanager -r EIN.vmdk -t 0 AUS.vmdk. Laden Sie dann das Ergebnis hoch.',
    },
  },
  differencing: {
    severity: 'safety',
    title: { en: 'Parent of the image', de: 'Eltern-Datei des Images' },
    problem: {
      en: 'This {format} contains only the differences from another file, which is not part of the upload.',
      de: 'Dieses {format} enthält nur die Unterschiede zu einer anderen Datei, die nicht Teil des Uploads ist.',
    },
    remedy: {
      en: 'Merge it with its parent (Hyper-V: Merge-VHD; VirtualBox: VBoxManage clonemedium) and upload the result.',
      de: 'Führen Sie es mit seiner Eltern-Datei zusammen (Hyper-V: Merge-VHD; VirtualBox: VBoxManage clonemedium) und laden Sie das Ergebnis hoch.',
    },
  },
  'vhdx-log': {
    severity: 'safety',
    title: { en: 'State of the VHDX', de: 'Zustand der VHDX-Datei' },
    problem: {
      en: 'The VHDX was not closed. The newest writes are only in its log.',
      de: 'Die VHDX-Datei wurde nicht geschlossen: Die neuesten Schreibvorgänge stehen nur in ihrem Log.',
    },
    remedy: {
      en: 'Shut the machine down, attach and detach the disk once (Mount-VHD, Dismount-VHD), then upload it again.',
      de: 'Fahren Sie die Maschine herunter, hängen Sie den Datenträger einmal ein und aus (Mount-VHD, Dismount-VHD) und laden Sie ihn erneut hoch.',
    },
  },
  'not-closed': {
    severity: 'safety',
    title: { en: 'State of the image', de: 'Zustand des Images' },
    problem: {
      en: 'The {format} image was in use when it was copied.',
      de: 'Das {format}-Image war in Benutzung, als es kopiert wurde.',
    },
    remedy: {
      en: 'Shut the machine down, copy the image again and upload the copy.',
      de: 'Fahren Sie die Maschine herunter, kopieren Sie das Image erneut und laden Sie diese Kopie hoch.',
    },
  },
  'unsupported-format': {
    severity: 'safety',
    title: { en: 'Format of the disk image', de: 'Format des Disk-Images' },
    problem: {
      en: '{format} is not supported: there is no safe way to read it.',
      de: '{format} wird nicht unterstützt: Es gibt keinen sicheren Weg, es zu lesen.',
    },
    remedy: {
      en: 'Convert it with the tools of its hypervisor, or with qemu-img convert -O qcow2, and upload the result.',
      de: 'Konvertieren Sie es mit den Werkzeugen seines Hypervisors oder mit qemu-img convert -O qcow2 und laden Sie das Ergebnis hoch.',
    },
  },
  'iso-not-allowed': {
    severity: 'safety',
    title: { en: 'Format of the disk image', de: 'Format des Disk-Images' },
    problem: {
      en: 'This is an ISO 9660 image (an installation medium) and not the disk of an installed system.',
      de: 'Das ist ein ISO-9660-Image (ein Installationsmedium), nicht der Datenträger eines installierten Systems.',
    },
    remedy: {
      en: "Upload a cloud image of the distribution, or install the system in a virtual machine and upload its disk. If you really want the ISO, allow it in the upload's settings.",
      de: 'Laden Sie ein Cloud-Image der Distribution hoch, oder installieren Sie das System in einer virtuellen Maschine und laden Sie deren Datenträger hoch. Wenn Sie wirklich das ISO wollen, erlauben Sie es in den Einstellungen des Uploads.',
    },
  },
  'raw-unaligned': {
    severity: 'safety',
    title: { en: 'Size of the raw image', de: 'Größe des RAW-Images' },
    problem: {
      en: 'The size is not a multiple of 512 bytes ({bytes} too many). The image is padded with zeros.',
      de: 'Die Größe ist kein Vielfaches von 512 Byte ({bytes} zu viel). Das Image wird mit Nullen aufgefüllt.',
    },
    remedy: {
      en: 'Check that the file was copied completely.',
      de: 'Prüfen Sie, ob die Datei vollständig kopiert wurde.',
    },
  },
  'sector-size': {
    severity: 'safety',
    title: { en: 'Sectors of the disk', de: 'Sektoren des Datenträgers' },
    problem: {
      en: 'The disk uses sectors of {bytes} bytes ({format}). Disks of instances have sectors of 512 bytes, so neither the firmware nor the system finds the partitions.',
      de: 'Der Datenträger nutzt Sektoren von {bytes} Byte ({format}). Datenträger von Instanzen haben Sektoren von 512 Byte; Firmware und System finden die Partitionen dort nicht.',
    },
    remedy: {
      en: 'Create a disk with sectors of 512 bytes (Hyper-V: New-VHD -LogicalSectorSizeBytes 512), write a new partition table to it, copy the filesystems and install the boot loader again.',
      de: 'Legen Sie einen Datenträger mit Sektoren von 512 Byte an (Hyper-V: New-VHD -LogicalSectorSizeBytes 512), schreiben Sie eine neue Partitionstabelle, kopieren Sie die Dateisysteme und installieren Sie den Bootloader neu.',
    },
  },
  'disk-cut': {
    severity: 'advice',
    title: { en: 'Completeness of the disk', de: 'Vollständigkeit des Datenträgers' },
    problem: {
      en: 'The disk in the image has {size, number, bytes}, but its partition table or its filesystem was made for a larger disk. A part was cut off. Linux and firmware refuse such a table or filesystem.',
      de: 'Der Datenträger im Image hat {size, number, bytes}, aber seine Partitionstabelle oder sein Dateisystem ist für einen größeren Datenträger gemacht. Ein Teil wurde abgeschnitten. Linux und Firmware lehnen eine solche Tabelle oder ein solches Dateisystem ab.',
    },
    remedy: {
      en: 'Recreate the image from the whole disk. To make a disk smaller, shrink its filesystem and its partition first (virt-resize --shrink), then move the backup of the table (sgdisk -e).',
      de: 'Erstellen Sie das Image neu aus dem ganzen Datenträger. Um ihn zu verkleinern, verkleinern Sie zuerst Dateisystem und Partition (virt-resize --shrink) und verschieben Sie dann die Kopie der Tabelle (sgdisk -e).',
    },
  },
  'ova-no-disk': {
    severity: 'safety',
    title: { en: 'Disks in the archive', de: 'Datenträger im Archiv' },
    problem: {
      en: 'The archive (tar, OVA) contains no disk image.',
      de: 'Das Archiv (tar, OVA) enthält kein Disk-Image.',
    },
    remedy: {
      en: 'Export the machine again with its disk, or upload the disk image itself.',
      de: 'Exportieren Sie die Maschine erneut mit ihrem Datenträger oder laden Sie das Disk-Image selbst hoch.',
    },
  },
  'ova-several-disks': {
    severity: 'safety',
    title: { en: 'Disks in the archive', de: 'Datenträger im Archiv' },
    problem: {
      en: 'The archive contains {count, plural, one {{count} disk} other {{count} disks}} ({names}). An image has exactly one.',
      de: 'Das Archiv enthält {count, plural, one {{count} Datenträger} other {{count} Datenträger}} ({names}). Ein Image hat genau einen.',
    },
    remedy: {
      en: 'Unpack it (tar -xf) and upload each disk as a separate image.',
      de: 'Entpacken Sie es (tar -xf) und laden Sie jeden Datenträger als eigenes Image hoch.',
    },
  },
  'ova-members': {
    severity: 'safety',
    title: { en: 'Contents of the archive', de: 'Inhalt des Archivs' },
    problem: {
      en: 'The archive contains more than {limit} files.',
      de: 'Das Archiv enthält mehr als {limit} Einträge.',
    },
    remedy: { en: 'Upload the disk image itself.', de: 'Laden Sie das Disk-Image selbst hoch.' },
  },
  'ova-chunks': {
    severity: 'safety',
    title: { en: 'Disks in the archive', de: 'Datenträger im Archiv' },
    problem: {
      en: 'The archive contains {file} in {count, plural, one {{count} chunk} other {{count} chunks}}. The chunks are incomplete or not in the order of their numbers.',
      de: 'Das Archiv enthält {file} in {count, plural, one {{count} Stück} other {{count} Stücken}}. Die Stücke sind unvollständig oder stehen nicht in der Reihenfolge ihrer Nummern.',
    },
    remedy: {
      en: 'Unpack it (tar -xf), join the chunks in the order of their numbers (cat DISK.0* > DISK) and upload the disk.',
      de: 'Entpacken Sie es (tar -xf), fügen Sie die Stücke in der Reihenfolge ihrer Nummern zusammen (cat DISK.0* > DISK) und laden Sie den Datenträger hoch.',
    },
  },
  'ova-file-missing': {
    severity: 'safety',
    title: { en: 'Files of the OVA', de: 'Dateien der OVA' },
    problem: {
      en: 'The description of the machine (OVF) names the file {file}, which is not in the archive.',
      de: 'Die Beschreibung der Maschine (OVF) nennt die Datei {file}, die nicht im Archiv ist.',
    },
    remedy: {
      en: 'Export the machine again. Upload the new file once the export is complete.',
      de: 'Exportieren Sie die Maschine erneut und laden Sie die neue Datei hoch, wenn der Export abgeschlossen ist.',
    },
  },
  'ova-foreign-file': {
    severity: 'safety',
    title: { en: 'Files of the OVA', de: 'Dateien der OVA' },
    problem: {
      en: 'The description of the machine (OVF) names a file that is not beside it in the archive ({file}). A program that follows this name opens a file of its own host, or of somebody else.',
      de: 'Die Beschreibung der Maschine (OVF) nennt eine Datei, die nicht neben ihr im Archiv liegt ({file}). Ein Programm, das diesem Namen folgt, öffnet eine Datei seines eigenen Rechners oder eine fremde Datei.',
    },
    remedy: {
      en: 'Export the machine as one OVA with all its files in it, or upload the disk image itself.',
      de: 'Exportieren Sie die Maschine als eine OVA mit allen Dateien darin oder laden Sie das Disk-Image selbst hoch.',
    },
  },
  'ova-left-out': {
    severity: 'advice',
    title: { en: 'Files of the archive', de: 'Dateien des Archivs' },
    problem: {
      en: 'Besides the disk, the archive contains {count, plural, one {{count} large file that is not a known disk format ({file}). It is} other {{count} large files that are not a known disk format ({file}). They are}} not part of the image.',
      de: 'Neben dem Datenträger enthält das Archiv {count, plural, one {{count} große Datei ohne bekanntes Disk-Format ({file}). Sie gehört} other {{count} große Dateien ohne bekanntes Disk-Format ({file}). Sie gehören}} nicht zum Image.',
    },
    remedy: {
      en: 'If the system needs them, copy them onto its disk and upload that disk.',
      de: 'Wenn das System sie braucht, kopieren Sie sie auf seinen Datenträger und laden Sie diesen hoch.',
    },
  },
  'ova-manifest': {
    severity: 'advice',
    title: { en: 'Manifest of the OVA', de: 'Manifest der OVA' },
    problem: {
      en: 'The disk {file} does not have the {algorithm} digest from the manifest of the archive (.mf). It was changed after the export, or damaged on the way.',
      de: 'Der Datenträger {file} hat nicht die {algorithm}-Prüfsumme aus dem Manifest des Archivs (.mf). Er wurde nach dem Export geändert oder unterwegs beschädigt.',
    },
    remedy: {
      en: 'If nobody changed it, export the machine again and compare the checksums before and after the copy.',
      de: 'Wenn ihn niemand geändert hat, exportieren Sie die Maschine erneut und vergleichen Sie die Prüfsummen vor und nach dem Kopieren.',
    },
  },
  'archive-xva': {
    severity: 'safety',
    title: { en: 'Kind of archive', de: 'Art des Archivs' },
    problem: {
      en: 'This is an export of XenServer or XCP-ng (XVA). It stores its disks in pieces of 1 MiB, which bootready does not read.',
      de: 'Das ist ein Export von XenServer oder XCP-ng (XVA). Er speichert seine Datenträger in Stücken von 1 MiB, die bootready nicht liest.',
    },
    remedy: {
      en: 'Export the disk itself on the host (xe vdi-export uuid=VDI filename=disk.vhd format=vhd) and upload that; "xva-img -p disk-export Ref:N/ disk.raw" makes a raw disk from the unpacked XVA.',
      de: 'Exportieren Sie auf dem Host den Datenträger selbst (xe vdi-export uuid=VDI filename=disk.vhd format=vhd) und laden Sie ihn hoch; "xva-img -p disk-export Ref:N/ disk.raw" macht aus der entpackten XVA einen RAW-Datenträger.',
    },
  },
  'ova-member-kind': {
    severity: 'safety',
    title: { en: 'Contents of the archive', de: 'Inhalt des Archivs' },
    problem: {
      en: 'The file {member} is stored in a sparse format of Solaris that bootready does not read.',
      de: 'Der Eintrag {member} ist in einem Sparse-Format von Solaris gespeichert, das bootready nicht liest.',
    },
    remedy: {
      en: 'Pack the archive with GNU tar or bsdtar, or upload the disk image itself.',
      de: 'Packen Sie das Archiv mit GNU tar oder bsdtar oder laden Sie das Disk-Image selbst hoch.',
    },
  },
  'content-exceeds': {
    severity: 'safety',
    title: { en: 'Structure of the image', de: 'Aufbau des Images' },
    problem: {
      en: 'Reading the headers and tables of this file takes more than {seconds, plural, one {{seconds} second} other {{seconds} seconds}} of processor time or more than {memory, number, bytes} of memory. No intact image needs that much. bootready cannot tell whether this image is safe.',
      de: 'Das Lesen der Header und Tabellen dieser Datei braucht mehr als {seconds, plural, one {{seconds} Sekunde} other {{seconds} Sekunden}} Rechenzeit oder mehr als {memory, number, bytes} Speicher. Kein intaktes Image braucht so viel. Ob dieses Image sicher ist, lässt sich nicht sagen.',
    },
    remedy: {
      en: 'Convert it with "qemu-img convert -O qcow2 FILE NEW.qcow2" and upload the new file.',
      de: 'Konvertieren Sie sie mit "qemu-img convert -O qcow2 DATEI NEU.qcow2" und laden Sie die neue Datei hoch.',
    },
  },
  'content-unreadable': {
    severity: 'safety',
    title: { en: 'Structure of the image', de: 'Aufbau des Images' },
    problem: {
      en: 'The headers and tables of this file cannot be read: no program writes such data. bootready cannot tell whether the file is safe.',
      de: 'Header und Tabellen dieser Datei lassen sich nicht lesen: Solche Daten schreibt kein Programm. Ob die Datei sicher ist, lässt sich nicht sagen.',
    },
    remedy: {
      en: 'Convert it with "qemu-img convert -O qcow2 FILE NEW.qcow2" and upload the new file.',
      de: 'Konvertieren Sie sie mit "qemu-img convert -O qcow2 DATEI NEU.qcow2" und laden Sie die neue Datei hoch.',
    },
  },
  'too-many-layers': {
    severity: 'safety',
    title: { en: 'Archive and compression', de: 'Archiv und Kompression' },
    problem: {
      en: 'The image is inside more than {limit, plural, one {{limit} layer} other {{limit} layers}} of archives and compression.',
      de: 'Das Image steckt in mehr als {limit, plural, one {{limit} Schicht} other {{limit} Schichten}} aus Archiven und Kompression.',
    },
    remedy: {
      en: 'Unpack it and upload the disk image itself.',
      de: 'Entpacken Sie es und laden Sie das Disk-Image selbst hoch.',
    },
  },
  'layer-damaged': {
    severity: 'safety',
    title: { en: 'Compression', de: 'Kompression' },
    problem: {
      en: 'The compressed data, or the sparse file in the archive, is damaged or cut off.',
      de: 'Die komprimierten Daten oder die Sparse-Datei im Archiv sind beschädigt oder abgeschnitten.',
    },
    remedy: {
      en: 'Test the file at its source (gzip -t, xz -t, zstd -t, bzip2 -t, tar -tf), then upload it again.',
      de: 'Testen Sie die Datei an der Quelle (gzip -t, xz -t, zstd -t, bzip2 -t, tar -tf) und laden Sie sie erneut hoch.',
    },
  },
  'decompression-exceeds': {
    severity: 'safety',
    title: { en: 'Compression', de: 'Kompression' },
    problem: {
      en: 'Decompressing this file takes more than {memory, number, bytes} of memory or more than {hours, plural, one {{hours} hour} other {{hours} hours}}. That is the limit here.',
      de: 'Das Entpacken dieser Datei braucht mehr als {memory, number, bytes} Arbeitsspeicher oder mehr als {hours, plural, one {{hours} Stunde} other {{hours} Stunden}}. Das ist hier die Grenze.',
    },
    remedy: {
      en: 'Compress it again at a normal level, without a long window (xz -9, zstd -19), and upload the result.',
      de: 'Komprimieren Sie die Datei mit einer üblichen Stufe ohne langes Fenster neu (xz -9, zstd -19) und laden Sie das Ergebnis hoch.',
    },
  },
  'decompressed-too-large': {
    severity: 'safety',
    title: { en: 'Size after decompression', de: 'Größe nach dem Entpacken' },
    problem: {
      en: 'After decompression, the image is larger than the limit of {limit, number, bytes}.',
      de: 'Entpackt ist das Image größer als die erlaubten {limit, number, bytes}.',
    },
    remedy: {
      en: 'Shrink the disk, or ask the operator for a higher limit.',
      de: 'Verkleinern Sie den Datenträger oder bitten Sie den Betreiber um ein höheres Limit.',
    },
  },
  'upload-size-limit': {
    severity: 'safety',
    title: { en: 'Size of the upload', de: 'Größe des Uploads' },
    problem: {
      en: 'The upload has {size, number, bytes}. The limit is {limit, number, bytes}.',
      de: 'Der Upload hat {size, number, bytes}. Erlaubt sind {limit, number, bytes}.',
    },
    remedy: {
      en: 'Upload it as compressed qcow2 (qemu-img convert -c -O qcow2), or ask the operator for a higher limit.',
      de: 'Laden Sie es als komprimiertes QCOW2 hoch (qemu-img convert -c -O qcow2) oder bitten Sie den Betreiber um ein höheres Limit.',
    },
  },
  'virtual-size-limit': {
    severity: 'safety',
    title: { en: 'Size of the disk', de: 'Größe des Datenträgers' },
    problem: {
      en: 'The disk has {size, number, bytes}. The limit, or the rest of the quota, is {limit, number, bytes}.',
      de: 'Der Datenträger hat {size, number, bytes}. Die Grenze oder der Rest des Kontingents ist {limit, number, bytes}.',
    },
    remedy: {
      en: 'Shrink the disk (virt-resize, qemu-img resize --shrink), delete images that you do not need, or ask the operator.',
      de: 'Verkleinern Sie den Datenträger (virt-resize, qemu-img resize --shrink), löschen Sie nicht benötigte Images oder wenden Sie sich an den Betreiber.',
    },
  },
  'quota-bytes': {
    severity: 'safety',
    title: { en: 'Quota of the project', de: 'Kontingent des Projekts' },
    problem: {
      en: 'The project may use {limit, number, bytes} and uses {used, number, bytes}. There is no room for {wanted, number, bytes} more.',
      de: 'Das Projekt darf {limit, number, bytes} belegen und belegt {used, number, bytes}. Für weitere {wanted, number, bytes} ist kein Platz.',
    },
    remedy: {
      en: 'Delete images that you do not need, or ask the operator for a larger quota. You can then try finished uploads again.',
      de: 'Löschen Sie nicht benötigte Images oder bitten Sie den Betreiber um ein größeres Kontingent. Fertige Uploads können Sie danach erneut versuchen.',
    },
  },
  'quota-images': {
    severity: 'safety',
    title: { en: 'Quota of the project', de: 'Kontingent des Projekts' },
    problem: {
      en: 'The project may have {limit, plural, one {{limit} image} other {{limit} images}} and has {used}.',
      de: 'Das Projekt darf {limit, plural, one {{limit} Image} other {{limit} Images}} haben und hat {used}.',
    },
    remedy: {
      en: 'Delete images that you do not need, or ask the operator for a larger quota. You can then try finished uploads again.',
      de: 'Löschen Sie nicht benötigte Images oder bitten Sie den Betreiber um ein größeres Kontingent. Fertige Uploads können Sie danach erneut versuchen.',
    },
  },
  'quota-uploads': {
    severity: 'safety',
    title: { en: 'Quota of the project', de: 'Kontingent des Projekts' },
    problem: {
      en: 'The project may run {limit, plural, one {{limit} upload} other {{limit} uploads}} at the same time and already runs {used}.',
      de: 'Das Projekt darf {limit, plural, one {{limit} Upload} other {{limit} Uploads}} gleichzeitig ausführen; {used} laufen bereits.',
    },
    remedy: {
      en: 'Wait until one of them ends, or cancel one.',
      de: 'Warten Sie, bis einer davon beendet ist, oder brechen Sie einen ab.',
    },
  },
  'virtual-size-invalid': {
    severity: 'safety',
    title: { en: 'Size of the disk', de: 'Größe des Datenträgers' },
    problem: {
      en: 'The header declares a disk of {size} bytes, which is impossible.',
      de: 'Der Header nennt einen Datenträger von {size} Byte. Das ist nicht möglich.',
    },
    remedy: {
      en: 'Recreate the image with qemu-img convert.',
      de: 'Schreiben Sie das Image mit qemu-img convert neu.',
    },
  },
  'qemu-disagrees': {
    severity: 'safety',
    title: { en: 'Second opinion from QEMU', de: 'Gegenprobe durch QEMU' },
    problem: {
      en: 'QEMU reads the file differently from its header ({detail}).',
      de: 'QEMU liest die Datei anders, als ihr Header besagt ({detail}).',
    },
    remedy: {
      en: 'Recreate the image from its source: qemu-img convert -f FORMAT -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image aus seiner Quelle neu: qemu-img convert -f FORMAT -O qcow2 EIN AUS.',
    },
  },
  'conversion-failed': {
    severity: 'safety',
    title: { en: 'Reading the whole image', de: 'Lesen des ganzen Images' },
    problem: {
      en: 'The image could not be read to its end: {detail}.',
      de: 'Das Image ließ sich nicht bis zum Ende lesen: {detail}.',
    },
    remedy: {
      en: 'Check the image at its source (qemu-img check, qemu-img convert), then copy and upload it again.',
      de: 'Prüfen Sie das Image an der Quelle (qemu-img check, qemu-img convert), kopieren Sie es neu und laden Sie es erneut hoch.',
    },
  },
  'hidden-format': {
    severity: 'safety',
    title: { en: 'Content of the disk', de: 'Inhalt des Datenträgers' },
    problem: {
      en: 'A program that checks only the first bytes mistakes this disk for something else ({format}). Such a disk can make a program open files of its own host.',
      de: 'Ein Programm, das nur die ersten Bytes prüft, hält diesen Datenträger für etwas anderes ({format}). Ein solcher Datenträger kann ein Programm dazu bringen, Dateien des eigenen Rechners zu öffnen.',
    },
    remedy: {
      en: 'If the image contains another image, upload the inner one. Otherwise write a new boot sector and upload the disk again.',
      de: 'Wenn das Image ein anderes Image enthält, laden Sie das innere hoch. Sonst schreiben Sie einen neuen Bootsektor und laden den Datenträger erneut hoch.',
    },
  },
});
