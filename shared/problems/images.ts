import type { Text } from '../checks/text.ts';

/** Images: their attributes, states, members, uploads and limits. */
export const imageSentences: readonly Text[] = [
  { en: 'Image not found.', de: 'Image nicht gefunden.' },
  {
    en: 'GET /v1/images lists yours ("bootready list").',
    de: 'Vielleicht wurde es inzwischen gelöscht. Die Liste zeigt Ihre Images ("bootready list").',
  },
  { en: 'List the images you can see.', de: 'Lassen Sie sich die Images zeigen, die Sie sehen können.' },
  {
    en: 'This is a platform image. Only administrators can change it.',
    de: 'Das ist ein Plattform-Image. Nur Administratoren können es ändern.',
  },
  {
    en: 'Download it and create your own image.',
    de: 'Laden Sie es herunter, und erstellen Sie ein eigenes Image.',
  },
  {
    en: 'Only administrators can make an image public.',
    de: 'Nur Administratoren können ein Image öffentlich machen.',
  },
  {
    en: 'Share it with single projects, or make it a community image.',
    de: 'Geben Sie es für einzelne Projekte frei, oder machen Sie es zum Gemeinschafts-Image.',
  },
  {
    en: 'Only administrators can create images for other projects.',
    de: 'Nur Administratoren können Images für andere Projekte anlegen.',
  },
  { en: 'Omit "projectId".', de: 'Lassen Sie „projectId“ weg.' },
  {
    en: '"{name}" is a built-in attribute and cannot be set as a property.',
    de: '„{name}“ ist ein eingebautes Attribut und lässt sich nicht als Eigenschaft setzen.',
  },
  {
    en: 'Name, minRam, minDisk, visibility, protected and tags are separate fields. The Image API changes the other attributes.',
    de: 'Name, Mindest-RAM, Mindestgröße der Festplatte, Sichtbarkeit, Löschschutz und Schlagwörter sind eigene Felder. Andere Attribute ändert die Image-API.',
  },
  {
    en: '"after" works only in the order of creation, newest first, and not together with "offset".',
    de: '„after“ gilt nur in der Reihenfolge der Erstellung, die neuesten zuerst, und nicht zusammen mit „offset“.',
  },
  {
    en: '"boot" filters only the images of your own project.',
    de: '„boot“ filtert nur die Images des eigenen Projekts.',
  },
  { en: 'Omit "owner" and "shared".', de: 'Lassen Sie „owner“ und „shared“ weg.' },
  { en: 'Use "offset" for every other order.', de: 'Verwenden Sie für jede andere Reihenfolge „offset“.' },
  { en: 'The attribute "{name}" is read-only.', de: 'Das Attribut „{name}“ lässt sich nur lesen, nicht ändern.' },
  { en: 'The attribute "{name}" is reserved.', de: 'Das Attribut „{name}“ ist reserviert.' },
  {
    en: 'The name of a property must have 1 to 255 characters.',
    de: 'Der Name einer Eigenschaft muss 1 bis 255 Zeichen haben.',
  },
  { en: 'Choose another name.', de: 'Wählen Sie einen anderen Namen.' },
  { en: 'The value of "{name}" is not valid: {reason}.', de: 'Der Wert von „{name}“ ist ungültig: {reason}.' },
  { en: 'contains a zero byte', de: 'enthält ein Null-Byte' },
  { en: 'contains half a character', de: 'enthält ein halbes Zeichen' },
  { en: 'See GET /v2/schemas/image.', de: 'Siehe GET /v2/schemas/image.' },
  { en: 'The name contains control characters.', de: 'Der Name enthält Steuerzeichen.' },
  { en: 'An image with the ID {id} already exists.', de: 'Ein Image mit der ID {id} gibt es schon.' },
  { en: 'Omit the ID to get a new one.', de: 'Lassen Sie die ID weg, um eine neue zu erhalten.' },
  {
    en: 'The marker is not an image that you can see.',
    de: 'Der Marker ist kein Image, das Sie sehen können.',
  },
  {
    en: 'Give the ID of the last image on the previous page, or start without a marker.',
    de: 'Nennen Sie die ID des letzten Images der vorigen Seite, oder beginnen Sie ohne Marker.',
  },
  {
    en: 'This image is protected and cannot be deleted.',
    de: 'Dieses Image ist geschützt und kann nicht gelöscht werden.',
  },
  {
    en: 'Image {id} is protected and cannot be deleted.',
    de: 'Das Image {id} ist geschützt und kann nicht gelöscht werden.',
  },
  {
    en: 'Remove the protection first: openstack image set --unprotected ID',
    de: 'Heben Sie zuerst den Schutz auf: openstack image set --unprotected ID',
  },
  { en: 'This image is being processed.', de: 'Dieses Image wird gerade verarbeitet.' },
  {
    en: 'Cancel its run first, or wait until it ends.',
    de: 'Brechen Sie zuerst den Durchlauf ab, oder warten Sie sein Ende ab.',
  },
  { en: 'Nothing is processing this image.', de: 'Dieses Image wird gerade nicht verarbeitet.' },
  {
    en: 'There is nothing to cancel. "bootready show" shows how its last run ended.',
    de: 'Es gibt nichts abzubrechen. Die Historie zeigt, wie der letzte Durchlauf endete.',
  },
  {
    en: 'The image is not published: it is {status}.',
    de: 'Das Image ist nicht veröffentlicht: Sein Status ist „{status}“.',
  },
  {
    en: 'Wait until it is active. "bootready show" shows what it is waiting for.',
    de: 'Warten Sie, bis es aktiv ist. "bootready show" zeigt, worauf es wartet.',
  },
  {
    en: 'Only a published image can become a platform image.',
    de: 'Nur ein veröffentlichtes Image kann Plattform-Image werden.',
  },
  { en: 'This family has no platform image.', de: 'Diese Familie hat kein Plattform-Image.' },
  { en: 'GET /v1/families lists them ("bootready families").', de: '"bootready families" zeigt alle Familien.' },
  { en: 'This family has no source.', de: 'Diese Familie hat keine Quelle.' },
  {
    en: 'GET /v1/image-sources lists them ("bootready source list").',
    de: '"bootready source list" zeigt alle Quellen.',
  },
  { en: 'This image was published without a signature.', de: 'Dieses Image wurde ohne Signatur veröffentlicht.' },
  { en: 'This image is not published.', de: 'Dieses Image ist nicht veröffentlicht.' },
  {
    en: 'The installation had no signing key at that time (PROVENANCE_KEY).',
    de: 'Die Installation hatte damals keinen Signaturschlüssel (PROVENANCE_KEY).',
  },
  {
    en: 'Provenance is created with publication. "bootready show" shows what the image is waiting for.',
    de: 'Der Herkunftsnachweis entsteht mit der Veröffentlichung. "bootready show" zeigt, worauf das Image wartet.',
  },
  { en: 'This run does not have that evidence.', de: 'Dieser Durchlauf hat diesen Beleg nicht.' },
  {
    en: 'A boot check produces the console log and the screenshot. A package database of dpkg, rpm or apk produces the bill of materials. "bootready report" shows the details.',
    de: 'Konsolenprotokoll und Bildschirmfoto entstehen im Starttest, die Stückliste aus der Paketdatenbank von dpkg, rpm oder apk. "bootready report" zeigt Näheres.',
  },
  { en: 'This run has no report.', de: 'Dieser Durchlauf hat keinen Bericht.' },
  {
    en: 'A run has a report once its checks are complete. "bootready show" shows its current step.',
    de: 'Ein Durchlauf hat einen Bericht, sobald seine Prüfungen fertig sind. "bootready show" zeigt den jetzigen Schritt.',
  },
  // Members.
  {
    en: 'Only the project an image is shared with can accept or decline it.',
    de: 'Nur das Projekt, für das ein Image freigegeben ist, kann es annehmen oder ablehnen.',
  },
  {
    en: 'Ask that project to do it ("bootready accept").',
    de: 'Bitten Sie dieses Projekt darum ("bootready accept").',
  },
  { en: 'The image belongs to this project.', de: 'Das Image gehört diesem Projekt.' },
  { en: 'That is not a project ID.', de: 'Das ist keine Projekt-ID.' },
  {
    en: 'Name another project by its ID; "bootready whoami" shows the ID for a key.',
    de: 'Nennen Sie ein anderes Projekt mit seiner ID; "bootready whoami" zeigt die ID zu einem Schlüssel.',
  },
  {
    en: 'The image is {visibility}: every project can already use it.',
    de: 'Das Image hat die Sichtbarkeit „{visibility}“: Jedes Projekt kann es schon nutzen.',
  },
  { en: 'No sharing is needed.', de: 'Eine Freigabe ist nicht nötig.' },
  { en: 'The image is not shared with this project.', de: 'Das Image ist für dieses Projekt nicht freigegeben.' },
  {
    en: 'GET /v1/images/{id}/members lists its members ("bootready members").',
    de: '"bootready members" zeigt, für wen es freigegeben ist.',
  },
  {
    en: 'The project {project} is already a member of this image.',
    de: 'Das Image ist schon für {project} freigegeben.',
  },
  // Runs and uploads.
  {
    en: 'This image has no uploaded data yet.',
    de: 'Für dieses Image ist noch nichts hochgeladen.',
  },
  {
    en: 'Finish its upload. Processing then starts automatically.',
    de: 'Schließen Sie den Upload ab. Die Verarbeitung beginnt dann automatisch.',
  },
  {
    en: 'This image cannot be retried: it is {state}.',
    de: 'Dieses Image lässt sich nicht erneut versuchen: Sein Status ist „{state}“.',
  },
  {
    en: 'This image cannot be retried: it is being processed.',
    de: 'Dieses Image lässt sich nicht erneut versuchen: Es wird gerade verarbeitet.',
  },
  {
    en: 'Only an image whose last run was rejected, failed or cancelled can be retried.',
    de: 'Das geht nur, wenn der letzte Durchlauf abgelehnt wurde, fehlschlug oder abgebrochen wurde.',
  },
  {
    en: 'This image is not waiting for an upload, or another request has just opened one.',
    de: 'Dieses Image wartet nicht auf einen Upload, oder eine andere Anfrage hat gerade einen begonnen.',
  },
  {
    en: 'Check the image again. For other data, create another image.',
    de: 'Sehen Sie sich das Image noch einmal an. Legen Sie für andere Daten ein weiteres Image an.',
  },
  {
    en: 'The file has {size}; the limit for uploads is {limit}.',
    de: 'Die Datei hat {size}; die Grenze für Uploads ist {limit}.',
  },
  {
    en: 'Compress it (qemu-img convert -c -O qcow2), or ask the operator for a higher limit.',
    de: 'Komprimieren Sie sie (qemu-img convert -c -O qcow2), oder bitten Sie den Betreiber um eine höhere Grenze.',
  },
  {
    en: 'This image already has data, or a download is filling it.',
    de: 'Dieses Image hat schon Daten, oder ein Download füllt es gerade.',
  },
  { en: 'Create another image for other data.', de: 'Legen Sie für andere Daten ein weiteres Image an.' },
  {
    en: 'The data of this image arrived through the Image API and waits for an import.',
    de: 'Die Daten dieses Images kamen über die Image-API und warten auf den Import.',
  },
  {
    en: 'Import it: "openstack image import ID", or delete it.',
    de: 'Importieren Sie es ("openstack image import ID"), oder löschen Sie es.',
  },
  {
    en: 'Another request opened an upload of this image at the same time.',
    de: 'Eine andere Anfrage hat gleichzeitig einen Upload dieses Images begonnen.',
  },
  {
    en: 'Send the file from only one place, then open the upload again.',
    de: 'Senden Sie die Datei nur von einer Stelle, und beginnen Sie den Upload dann erneut.',
  },
  {
    en: 'The upload was opened for {size} bytes, which are {count} parts: there is no part {part}.',
    de: 'Der Upload wurde für {size} Byte begonnen, das sind {count} Teile: Den Teil {part} gibt es nicht.',
  },
  {
    en: 'Open the upload again with the real size of the file: POST /v1/images/{id}/upload.',
    de: 'Beginnen Sie den Upload mit der wahren Größe der Datei neu.',
  },
  { en: 'No upload is open for this image.', de: 'Für dieses Image ist kein Upload begonnen.' },
  { en: 'Open one: POST /v1/images/{id}/upload.', de: 'Beginnen Sie einen Upload.' },
  {
    en: 'The upload is incomplete: {count} parts are missing or have another size ({parts}).',
    de: 'Der Upload ist unvollständig: {count} Teile fehlen oder haben eine andere Größe ({parts}).',
  },
  {
    en: 'Send these parts, then complete it again.',
    de: 'Senden Sie diese Teile, und schließen Sie den Upload dann ab.',
  },
  { en: 'The object is no longer in the store.', de: 'Das Objekt ist nicht mehr im Objektspeicher.' },
  { en: 'Upload it again.', de: 'Laden Sie es erneut hoch.' },
  {
    en: 'The image data is larger than the limit of {limit}.',
    de: 'Die Daten des Images sind größer als die Grenze von {limit}.',
  },
  {
    en: 'Send it as qcow2 (qemu-img convert -c -O qcow2), delete images, or ask the operator for a higher limit.',
    de: 'Senden Sie es als QCOW2 (qemu-img convert -c -O qcow2), löschen Sie Images, oder bitten Sie den Betreiber um eine höhere Grenze.',
  },
  {
    en: 'The image was deleted or another upload replaced this one during the transfer.',
    de: 'Das Image wurde während der Übertragung gelöscht, oder ein anderer Upload hat diesen ersetzt.',
  },
  { en: 'Create a new image.', de: 'Legen Sie ein neues Image an.' },
  {
    en: 'The image data is larger than the announced {size} bytes.',
    de: 'Die Daten des Images sind größer als die angekündigten {size} Byte.',
  },
  {
    en: 'Send the real size of the file, or no size.',
    de: 'Senden Sie die wahre Größe der Datei oder keine Größe.',
  },
  {
    en: 'The image data ended after {size} bytes instead of {announced}.',
    de: 'Die Daten des Images endeten nach {size} statt nach {announced} Byte.',
  },
  { en: 'The image data ended after {size} bytes.', de: 'Die Daten des Images endeten nach {size} Byte.' },
  { en: 'Send it again.', de: 'Senden Sie sie erneut.' },
  {
    en: 'The API has no memory for more image data.',
    de: 'Die API hat keinen Speicher für weitere Daten von Images.',
  },
  {
    en: 'Your project has reached its limit of images sent at the same time.',
    de: 'Ihr Projekt hat die Höchstzahl gleichzeitig gesendeter Images erreicht.',
  },
  {
    en: 'Try again later. "bootready upload" and the portal send straight to the object store and have no such limit.',
    de: 'Versuchen Sie es später erneut. "bootready upload" und das Portal senden direkt an den Objektspeicher und haben diese Grenze nicht.',
  },
  // Quotas.
  {
    en: "The project's quota is {limit}, of which {used} are used. There is no room for {wanted} more.",
    de: 'Das Kontingent des Projekts ist {limit}, davon sind {used} belegt. Für weitere {wanted} ist kein Platz.',
  },
  {
    en: "The project's quota is {limit} images, and it has {used}.",
    de: 'Das Kontingent des Projekts ist {limit} Images, und es hat {used}.',
  },
  {
    en: 'Delete images that you do not need, or ask the operator for a larger quota.',
    de: 'Löschen Sie nicht mehr benötigte Images, oder bitten Sie den Betreiber um ein größeres Kontingent.',
  },
  {
    en: "The project's quota is {limit} concurrent uploads, and {used} are running.",
    de: 'Das Kontingent des Projekts ist {limit} gleichzeitige Uploads, und {used} laufen.',
  },
  {
    en: 'Wait until one of them ends, or cancel one.',
    de: 'Warten Sie, bis einer davon endet, oder brechen Sie einen ab.',
  },
];
