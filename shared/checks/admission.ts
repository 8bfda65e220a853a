import { defineChecks } from './define.ts';

/**
 * What admit and convert can find: format, hostile content, limits. No policy lets a failure of these pass.
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
      en: 'Upload the image again and wait until the transfer has ended.',
      de: 'Laden Sie das Image erneut hoch und warten Sie, bis die Übertragung abgeschlossen ist.',
    },
  },
  'too-small': {
    severity: 'safety',
    title: { en: 'Content of the upload', de: 'Inhalt des Uploads' },
    problem: {
      en: 'The uploaded object has only {size} bytes; no disk image is that small.',
      de: 'Das hochgeladene Objekt hat nur {size} Byte; so klein ist kein Disk-Image.',
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
      en: 'This is no disk image that bootready knows: it looks like {content}. There is no partition table, no filesystem and no known image format.',
      de: 'Das ist kein Disk-Image, das bootready kennt: Es sieht aus wie {content}. Es gibt weder Partitionstabelle noch Dateisystem noch ein bekanntes Image-Format.',
    },
    remedy: {
      en: 'Upload a disk image as raw or qcow2 (VMDK, VHD, VHDX, VDI, Parallels and OVA are converted). "qemu-img info FILE" shows what a file is.',
      de: 'Laden Sie ein Disk-Image als RAW oder QCOW2 hoch (VMDK, VHD, VHDX, VDI, Parallels und OVA werden konvertiert). "qemu-img info DATEI" zeigt, was eine Datei ist.',
    },
  },
  truncated: {
    severity: 'safety',
    title: { en: 'Completeness of the image', de: 'Vollständigkeit des Images' },
    problem: {
      en: 'The image ({format}) ends before something that its own header names: a part of it is missing.',
      de: 'Das Image ({format}) endet vor etwas, das sein eigener Header nennt: Ein Teil davon fehlt.',
    },
    remedy: {
      en: 'Compare size and checksum with the original, then copy or download it again and upload it again.',
      de: 'Vergleichen Sie Größe und Prüfsumme mit dem Original, kopieren oder laden Sie es neu und laden Sie es erneut hoch.',
    },
  },
  ambiguous: {
    severity: 'safety',
    title: { en: 'Format of the disk image', de: 'Format des Disk-Images' },
    problem: {
      en: 'The file can be read as several formats ({formats}). Such files are made to deceive, so it is refused.',
      de: 'Die Datei lässt sich als mehrere Formate lesen ({formats}). Solche Dateien dienen der Täuschung, daher wird sie abgelehnt.',
    },
    remedy: {
      en: 'Write it anew from its source: qemu-img convert -f FORMAT -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image aus seiner Quelle neu: qemu-img convert -f FORMAT -O qcow2 EIN AUS.',
    },
  },
  'damaged-header': {
    severity: 'safety',
    title: { en: 'Header of the image', de: 'Header des Images' },
    problem: {
      en: 'The {format} header is damaged: {field} makes no sense.',
      de: 'Der {format}-Header ist beschädigt: {field} ergibt keinen Sinn.',
    },
    remedy: {
      en: 'Copy the image again from its source, or write it anew with qemu-img convert.',
      de: 'Kopieren Sie das Image erneut von der Quelle oder schreiben Sie es mit qemu-img convert neu.',
    },
  },
  'qcow2-version': {
    severity: 'safety',
    title: { en: 'Version of the qcow2 format', de: 'Version des QCOW2-Formats' },
    problem: {
      en: 'qcow2 version {version} is unknown; versions 2 and 3 are read.',
      de: 'Die QCOW2-Version {version} ist unbekannt; gelesen werden die Versionen 2 und 3.',
    },
    remedy: {
      en: 'Write it anew: qemu-img convert -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image neu: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'qcow2-backing-file': {
    severity: 'safety',
    title: { en: 'Backing file', de: 'Basis-Image (backing file)' },
    problem: {
      en: 'The qcow2 image is only an overlay: it builds on another file, which is not part of the upload.',
      de: 'Das QCOW2-Image ist nur ein Overlay: Es baut auf einer anderen Datei auf, die nicht Teil des Uploads ist.',
    },
    remedy: {
      en: 'Merge both where the other file is: qemu-img convert -O qcow2 overlay.qcow2 whole.qcow2. Then upload whole.qcow2.',
      de: 'Führen Sie beide dort zusammen, wo die andere Datei liegt: qemu-img convert -O qcow2 overlay.qcow2 ganz.qcow2. Laden Sie dann ganz.qcow2 hoch.',
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
      en: 'Write one file where the other one is: qemu-img convert -O qcow2 IN OUT.',
      de: 'Schreiben Sie dort, wo die andere Datei liegt, eine einzige Datei: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'qcow2-features': {
    severity: 'safety',
    title: { en: 'Features of the qcow2 image', de: 'Merkmale des QCOW2-Images' },
    problem: {
      en: 'The qcow2 image uses features that are unknown here (bits {features}).',
      de: 'Das QCOW2-Image nutzt Merkmale, die hier unbekannt sind (Bits {features}).',
    },
    remedy: {
      en: 'Write it anew without them: qemu-img convert -O qcow2 -o compat=1.1 IN OUT.',
      de: 'Schreiben Sie es ohne diese neu: qemu-img convert -O qcow2 -o compat=1.1 EIN AUS.',
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
      en: 'Mend it: qemu-img check -r all FILE. Then check that it still boots, and upload it again.',
      de: 'Reparieren Sie es: qemu-img check -r all DATEI. Prüfen Sie, ob es noch startet, und laden Sie es erneut hoch.',
    },
  },
  'qcow2-shared-tables': {
    severity: 'safety',
    title: { en: 'Tables of the qcow2 image', de: 'Tabellen des QCOW2-Images' },
    problem: {
      en: 'Several entries of the qcow2 image name the same place. Damaged images look like this, and files made to fill a disk.',
      de: 'Mehrere Einträge des QCOW2-Images verweisen auf dieselbe Stelle. So sehen beschädigte Images aus, und Dateien, die Speicher füllen sollen.',
    },
    remedy: {
      en: 'Check it: qemu-img check FILE. Then write it anew: qemu-img convert -O qcow2 IN OUT.',
      de: 'Prüfen Sie es: qemu-img check DATEI. Schreiben Sie es dann neu: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'shared-blocks': {
    severity: 'safety',
    title: { en: 'Tables of the image', de: 'Tabellen des Images' },
    problem: {
      en: 'Several entries in the tables of the {format} image name the same place. Damaged images look like this, and files made to fill a disk.',
      de: 'Mehrere Einträge in den Tabellen des {format}-Images verweisen auf dieselbe Stelle. So sehen beschädigte Images aus, und Dateien, die Speicher füllen sollen.',
    },
    remedy: {
      en: 'Write it again from its source: qemu-img convert -O qcow2 IN OUT.',
      de: 'Schreiben Sie das Image aus seiner Quelle neu: qemu-img convert -O qcow2 EIN AUS.',
    },
  },
  'expands-too-much': {
    severity: 'safety',
    title: { en: 'Size of the data', de: 'Umfang der Daten' },
    problem: {
      en: 'The image has {size:bytes} and would grow to more than {limit:bytes} of data. That is more than real disks do, so the work was stopped.',
      de: 'Das Image hat {size:bytes} und würde auf mehr als {limit:bytes} an Daten wachsen. Das ist mehr als bei echten Datenträgern, daher wurde abgebrochen.',
    },
    remedy: {
      en: 'Write it again without compression (qemu-img convert -O qcow2 IN OUT) and upload that.',
      de: 'Schreiben Sie es ohne Kompression neu (qemu-img convert -O qcow2 EIN AUS) und laden Sie das hoch.',
    },
  },
  'qcow2-snapshots': {
    severity: 'safety',
    title: { en: 'Internal snapshots', de: 'Interne Snapshots' },
    problem: {
      en: 'The qcow2 image has {count} internal snapshots. Only its current state is taken over.',
      de: 'Das QCOW2-Image enthält {count} interne Snapshots. Nur der aktuelle Zustand wird übernommen.',
    },
    remedy: {
      en: 'Apply the snapshot that you want before you upload: qemu-img snapshot -a NAME FILE.',
      de: 'Wenden Sie den gewünschten Snapshot vor dem Upload an: qemu-img snapshot -a NAME DATEI.',
    },
  },
  encrypted: {
    severity: 'safety',
    title: { en: 'Encryption', de: 'Verschlüsselung' },
    problem: {
      en: 'The image is encrypted ({format}); nothing can be checked in it and no instance could boot it without the key.',
      de: 'Das Image ist verschlüsselt ({format}); es lässt sich nicht prüfen, und ohne Schlüssel kann keine Instanz davon starten.',
    },
    remedy: {
      en: 'Write it decrypted with qemu-img convert where the key is, and upload that.',
      de: 'Schreiben Sie es dort, wo der Schlüssel liegt, mit qemu-img convert unverschlüsselt und laden Sie dieses hoch.',
    },
  },
  'vmdk-flat': {
    severity: 'safety',
    title: { en: 'Kind of VMDK', de: 'Art der VMDK-Datei' },
    problem: {
      en: 'This VMDK ({type}) is a description of other files, which are not part of the upload.',
      de: 'Diese VMDK-Datei ({type}) beschreibt andere Dateien, die nicht Teil des Uploads sind.',
    },
    remedy: {
      en: 'Make one file of it: qemu-img convert -O vmdk -o subformat=streamOptimized IN.vmdk OUT.vmdk, or export the machine as OVA.',
      de: 'Machen Sie eine einzige Datei daraus: qemu-img convert -O vmdk -o subformat=streamOptimized EIN.vmdk AUS.vmdk, oder exportieren Sie die Maschine als OVA.',
    },
  },
  'vmdk-descriptor': {
    severity: 'safety',
    title: { en: 'Descriptor of the VMDK', de: 'Deskriptor der VMDK-Datei' },
    problem: {
      en: 'The VMDK has no sound descriptor in its second sector.',
      de: 'Die VMDK-Datei hat keinen intakten Deskriptor in ihrem zweiten Sektor.',
    },
    remedy: {
      en: 'Write it anew: qemu-img convert -O vmdk -o subformat=streamOptimized IN.vmdk OUT.vmdk.',
      de: 'Schreiben Sie sie neu: qemu-img convert -O vmdk -o subformat=streamOptimized EIN.vmdk AUS.vmdk.',
    },
  },
  'vmdk-extents': {
    severity: 'safety',
    title: { en: 'Extents of the VMDK', de: 'Extents der VMDK-Datei' },
    problem: {
      en: 'The VMDK is made of {count} pieces; exactly one is expected.',
      de: 'Die VMDK-Datei besteht aus {count} Teilen; erwartet wird genau eines.',
    },
    remedy: {
      en: 'Make one file of it: qemu-img convert -O vmdk -o subformat=streamOptimized IN.vmdk OUT.vmdk.',
      de: 'Machen Sie eine einzige Datei daraus: qemu-img convert -O vmdk -o subformat=streamOptimized EIN.vmdk AUS.vmdk.',
    },
  },
  'vmdk-parent': {
    severity: 'safety',
    title: { en: 'Parent of the VMDK', de: 'Eltern-Datei der VMDK-Datei' },
    problem: {
      en: 'The VMDK builds on another VMDK (a snapshot or linked clone), which is not part of the upload.',
      de: 'Die VMDK-Datei baut auf einer anderen auf (Snapshot oder verknüpfter Klon), die nicht Teil des Uploads ist.',
    },
    remedy: {
      en: 'Remove the snapshots in VMware, or merge: vmware-vdiskmanager -r IN.vmdk -t 0 OUT.vmdk. Then upload the result.',
      de: 'Entfernen Sie die Snapshots in VMware oder führen Sie zusammen: vmware-vdiskmanager -r EIN.vmdk -t 0 AUS.vmdk. Laden Sie dann das Ergebnis hoch.',
    },
  },
  differencing: {
    severity: 'safety',
    title: { en: 'Parent of the image', de: 'Eltern-Datei des Images' },
    problem: {
      en: 'This {format} holds only the difference to another file, which is not part of the upload.',
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
      en: 'The VHDX was not closed: the newest writes are only in its log.',
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
      en: 'Shut the machine down, copy the image again and upload that.',
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
      en: 'This is an ISO 9660 image (an installation medium), not the disk of an installed system.',
      de: 'Das ist ein ISO-9660-Image (ein Installationsmedium), nicht der Datenträger eines installierten Systems.',
    },
    remedy: {
      en: "Upload a cloud image of the distribution, or install the system in a virtual machine and upload its disk. Who really wants the ISO allows it in the upload's settings.",
      de: 'Laden Sie ein Cloud-Image der Distribution hoch, oder installieren Sie das System in einer virtuellen Maschine und laden Sie deren Datenträger hoch. Wer wirklich das ISO will, erlaubt es in den Einstellungen des Uploads.',
    },
  },
  'raw-unaligned': {
    severity: 'safety',
    title: { en: 'Size of the raw image', de: 'Größe des RAW-Images' },
    problem: {
      en: 'The size is no multiple of 512 bytes ({bytes} too many); it is filled up with zeros.',
      de: 'Die Größe ist kein Vielfaches von 512 Byte ({bytes} zu viel); es wird mit Nullen aufgefüllt.',
    },
    remedy: { en: 'Check that the file was copied whole.', de: 'Prüfen Sie, ob die Datei vollständig kopiert wurde.' },
  },
  'sector-size': {
    severity: 'safety',
    title: { en: 'Sectors of the disk', de: 'Sektoren des Datenträgers' },
    problem: {
      en: 'The disk is made for sectors of {bytes} bytes ({format}). Disks of instances have sectors of 512 bytes: neither firmware nor system finds its partitions there.',
      de: 'Der Datenträger ist für Sektoren von {bytes} Byte gemacht ({format}). Datenträger von Instanzen haben Sektoren von 512 Byte: Weder Firmware noch System finden dort seine Partitionen.',
    },
    remedy: {
      en: 'Make a disk with sectors of 512 bytes (Hyper-V: New-VHD -LogicalSectorSizeBytes 512), write a new partition table to it, copy the filesystems and install the boot loader again.',
      de: 'Legen Sie einen Datenträger mit Sektoren von 512 Byte an (Hyper-V: New-VHD -LogicalSectorSizeBytes 512), schreiben Sie eine neue Partitionstabelle, kopieren Sie die Dateisysteme und installieren Sie den Bootloader neu.',
    },
  },
  'disk-cut': {
    severity: 'advice',
    title: { en: 'Completeness of the disk', de: 'Vollständigkeit des Datenträgers' },
    problem: {
      en: 'The disk in the image has {size:bytes}, but its partition table or its filesystem was made for a larger one: a part of it was cut off. Linux and firmware refuse such a table, or the filesystem in it.',
      de: 'Der Datenträger im Image hat {size:bytes}, aber seine Partitionstabelle oder sein Dateisystem wurde für einen größeren gemacht: Ein Teil davon wurde abgeschnitten. Linux und Firmware lehnen eine solche Tabelle oder das Dateisystem darin ab.',
    },
    remedy: {
      en: 'Make the image again from the whole disk. To make a disk smaller, shrink its filesystem and its partition first (virt-resize --shrink), then move the backup of the table (sgdisk -e).',
      de: 'Erstellen Sie das Image neu aus dem ganzen Datenträger. Um ihn zu verkleinern, verkleinern Sie zuerst Dateisystem und Partition (virt-resize --shrink) und verschieben Sie dann die Kopie der Tabelle (sgdisk -e).',
    },
  },
  'ova-no-disk': {
    severity: 'safety',
    title: { en: 'Disks in the archive', de: 'Datenträger im Archiv' },
    problem: {
      en: 'The archive (tar, OVA) holds no disk image.',
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
      en: 'The archive holds {count} disks ({names}); an image has exactly one.',
      de: 'Das Archiv enthält {count} Datenträger ({names}); ein Image hat genau einen.',
    },
    remedy: {
      en: 'Unpack it (tar -xf) and upload each disk as an image of its own.',
      de: 'Entpacken Sie es (tar -xf) und laden Sie jeden Datenträger als eigenes Image hoch.',
    },
  },
  'ova-members': {
    severity: 'safety',
    title: { en: 'Members of the archive', de: 'Inhalt des Archivs' },
    problem: {
      en: 'The archive holds more than {limit} members.',
      de: 'Das Archiv enthält mehr als {limit} Einträge.',
    },
    remedy: { en: 'Upload the disk image itself.', de: 'Laden Sie das Disk-Image selbst hoch.' },
  },
  'ova-chunks': {
    severity: 'safety',
    title: { en: 'Disks in the archive', de: 'Datenträger im Archiv' },
    problem: {
      en: 'The archive holds {file} in {count} chunks, but not all of them, one after the other, in the order of their numbers.',
      de: 'Das Archiv enthält {file} in {count} Stücken, aber nicht vollständig und in der Reihenfolge ihrer Nummern hintereinander.',
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
      en: 'Export the machine again, and upload the new file when the export has ended.',
      de: 'Exportieren Sie die Maschine erneut und laden Sie die neue Datei hoch, wenn der Export abgeschlossen ist.',
    },
  },
  'ova-foreign-file': {
    severity: 'safety',
    title: { en: 'Files of the OVA', de: 'Dateien der OVA' },
    problem: {
      en: 'The description of the machine (OVF) names a file that is not beside it in the archive ({file}). Whoever follows that opens a file of their own, or of somebody else.',
      de: 'Die Beschreibung der Maschine (OVF) nennt eine Datei, die nicht neben ihr im Archiv liegt ({file}). Wer dem folgt, öffnet eine eigene oder fremde Datei.',
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
      en: 'Beside the disk the archive holds {count} large files that are no disk that bootready knows ({file}). They are not part of the image.',
      de: 'Neben dem Datenträger enthält das Archiv {count} große Dateien, die kein Datenträger sind, den bootready kennt ({file}). Sie gehören nicht zum Image.',
    },
    remedy: {
      en: 'Where the system needs them, put them into its disk and upload that.',
      de: 'Braucht das System sie, legen Sie sie auf seinen Datenträger und laden Sie diesen hoch.',
    },
  },
  'ova-manifest': {
    severity: 'advice',
    title: { en: 'Manifest of the OVA', de: 'Manifest der OVA' },
    problem: {
      en: 'The disk {file} does not have the {algorithm} digest that the manifest of the archive (.mf) names: it was changed after the export, or damaged on the way.',
      de: 'Der Datenträger {file} hat nicht die {algorithm}-Prüfsumme, die das Manifest des Archivs (.mf) nennt: Er wurde nach dem Export geändert oder unterwegs beschädigt.',
    },
    remedy: {
      en: 'Where nobody changed it, export the machine again and compare the checksums before and after the copy.',
      de: 'Hat ihn niemand geändert, exportieren Sie die Maschine erneut und vergleichen Sie die Prüfsummen vor und nach dem Kopieren.',
    },
  },
  'archive-xva': {
    severity: 'safety',
    title: { en: 'Kind of archive', de: 'Art des Archivs' },
    problem: {
      en: 'This is an export of XenServer or XCP-ng (XVA). It holds its disks in pieces of 1 MiB, which are not read here.',
      de: 'Das ist ein Export von XenServer oder XCP-ng (XVA). Er enthält seine Datenträger in Stücken von 1 MiB, die hier nicht gelesen werden.',
    },
    remedy: {
      en: 'Export the disk itself on the host (xe vdi-export uuid=VDI filename=disk.vhd format=vhd) and upload that; "xva-img -p disk-export Ref:N/ disk.raw" makes a raw disk of the unpacked XVA.',
      de: 'Exportieren Sie auf dem Host den Datenträger selbst (xe vdi-export uuid=VDI filename=disk.vhd format=vhd) und laden Sie ihn hoch; "xva-img -p disk-export Ref:N/ disk.raw" macht aus der entpackten XVA einen RAW-Datenträger.',
    },
  },
  'ova-member-kind': {
    severity: 'safety',
    title: { en: 'Members of the archive', de: 'Inhalt des Archivs' },
    problem: {
      en: 'The member {member} is stored in a sparse form of Solaris that is not read.',
      de: 'Der Eintrag {member} ist in einer Sparse-Form von Solaris gespeichert, die nicht gelesen wird.',
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
      en: 'To read the headers and tables of this file takes more than {seconds} seconds on the processor or more than {memory:bytes} of memory. No sound image needs that. Whether this one is safe cannot be told.',
      de: 'Header und Tabellen dieser Datei zu lesen braucht mehr als {seconds} Sekunden Rechenzeit oder mehr als {memory:bytes} Speicher. Kein heiles Image braucht das. Ob dieses sicher ist, lässt sich nicht sagen.',
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
      en: 'The headers and tables of this file cannot be read: they hold what no program writes. Whether the file is safe cannot be told.',
      de: 'Header und Tabellen dieser Datei lassen sich nicht lesen: Darin steht, was kein Programm schreibt. Ob die Datei sicher ist, lässt sich nicht sagen.',
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
      en: 'The image lies in more than {limit} layers of archives and compression.',
      de: 'Das Image liegt in mehr als {limit} Schichten aus Archiven und Kompression.',
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
      en: 'Test it where it comes from (gzip -t, xz -t, zstd -t, bzip2 -t, tar -tf), then upload it again.',
      de: 'Testen Sie sie an der Quelle (gzip -t, xz -t, zstd -t, bzip2 -t, tar -tf) und laden Sie sie erneut hoch.',
    },
  },
  'decompression-exceeds': {
    severity: 'safety',
    title: { en: 'Compression', de: 'Kompression' },
    problem: {
      en: 'To decompress this file takes more than {memory:bytes} of memory or more than {hours} hours. A decompressor is given no more here.',
      de: 'Diese Datei zu entpacken braucht mehr als {memory:bytes} Arbeitsspeicher oder mehr als {hours} Stunden. Mehr bekommt ein Entpacker hier nicht.',
    },
    remedy: {
      en: 'Compress it again at an ordinary level, without a long window (xz -9, zstd -19), and upload that.',
      de: 'Komprimieren Sie es mit einer üblichen Stufe ohne langes Fenster neu (xz -9, zstd -19) und laden Sie das hoch.',
    },
  },
  'decompressed-too-large': {
    severity: 'safety',
    title: { en: 'Size after decompression', de: 'Größe nach dem Entpacken' },
    problem: {
      en: 'Decompressed, the image is larger than the {limit:bytes} that are allowed.',
      de: 'Entpackt ist das Image größer als die erlaubten {limit:bytes}.',
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
      en: 'The upload has {size:bytes}; {limit:bytes} are allowed.',
      de: 'Der Upload hat {size:bytes}; erlaubt sind {limit:bytes}.',
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
      en: 'The disk has {size:bytes}; {limit:bytes} are allowed or left of the quota.',
      de: 'Der Datenträger hat {size:bytes}; erlaubt oder vom Kontingent übrig sind {limit:bytes}.',
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
      en: 'The project may hold {limit:bytes} and has {used:bytes}; {wanted:bytes} more do not fit.',
      de: 'Das Projekt darf {limit:bytes} belegen und belegt {used:bytes}; {wanted:bytes} weitere passen nicht mehr.',
    },
    remedy: {
      en: 'Delete images that you do not need, or ask the operator for a larger quota. What is uploaded already can be tried again then.',
      de: 'Löschen Sie nicht benötigte Images oder bitten Sie den Betreiber um ein größeres Kontingent. Was schon hochgeladen ist, können Sie danach erneut versuchen.',
    },
  },
  'quota-images': {
    severity: 'safety',
    title: { en: 'Quota of the project', de: 'Kontingent des Projekts' },
    problem: {
      en: 'The project may have {limit} images and has {used}.',
      de: 'Das Projekt darf {limit} Images haben und hat {used}.',
    },
    remedy: {
      en: 'Delete images that you do not need, or ask the operator for a larger quota. What is uploaded already can be tried again then.',
      de: 'Löschen Sie nicht benötigte Images oder bitten Sie den Betreiber um ein größeres Kontingent. Was schon hochgeladen ist, können Sie danach erneut versuchen.',
    },
  },
  'quota-uploads': {
    severity: 'safety',
    title: { en: 'Quota of the project', de: 'Kontingent des Projekts' },
    problem: {
      en: 'The project may have {limit} uploads at a time, and {used} are under way.',
      de: 'Das Projekt darf {limit} Uploads zugleich haben, und {used} laufen gerade.',
    },
    remedy: {
      en: 'Wait until one of them has ended, or give one up.',
      de: 'Warten Sie, bis einer davon beendet ist, oder brechen Sie einen ab.',
    },
  },
  'virtual-size-invalid': {
    severity: 'safety',
    title: { en: 'Size of the disk', de: 'Größe des Datenträgers' },
    problem: {
      en: 'The header declares a disk of {size} bytes, which cannot be.',
      de: 'Der Header nennt einen Datenträger von {size} Byte, was nicht sein kann.',
    },
    remedy: { en: 'Write it anew with qemu-img convert.', de: 'Schreiben Sie das Image mit qemu-img convert neu.' },
  },
  'qemu-disagrees': {
    severity: 'safety',
    title: { en: 'Second opinion of QEMU', de: 'Gegenprobe durch QEMU' },
    problem: {
      en: 'QEMU reads the file differently than its header says ({detail}).',
      de: 'QEMU liest die Datei anders, als ihr Header besagt ({detail}).',
    },
    remedy: {
      en: 'Write it anew from its source: qemu-img convert -f FORMAT -O qcow2 IN OUT.',
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
      en: 'Check it where it comes from (qemu-img check, qemu-img convert), then copy and upload it again.',
      de: 'Prüfen Sie es an der Quelle (qemu-img check, qemu-img convert), kopieren Sie es neu und laden Sie es erneut hoch.',
    },
  },
  'hidden-format': {
    severity: 'safety',
    title: { en: 'Content of the disk', de: 'Inhalt des Datenträgers' },
    problem: {
      en: 'A program that looks at the first bytes takes this disk for something else ({format}). Such a disk can make others open files of their own.',
      de: 'Ein Programm, das auf die ersten Bytes schaut, hält diesen Datenträger für etwas anderes ({format}). Ein solcher Datenträger kann andere dazu bringen, eigene Dateien zu öffnen.',
    },
    remedy: {
      en: 'If an image lies in the image, upload the inner one. Otherwise write a new boot sector and upload it again.',
      de: 'Liegt ein Image im Image, laden Sie das innere hoch. Sonst schreiben Sie einen neuen Bootsektor und laden es erneut hoch.',
    },
  },
});
