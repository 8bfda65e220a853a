import type { Text } from '../checks/text.ts';

/** Copies of published images at targets. */
export const targetSentences: readonly Text[] = [
  { en: 'The delivery was stopped in Temporal.', de: 'Die Weitergabe wurde in Temporal abgebrochen.' },
  { en: 'Deliver the image again.', de: 'Geben Sie das Image erneut weiter.' },
  {
    en: 'The partial copy could not be removed: {reason}',
    de: 'Die unvollständige Kopie ließ sich nicht entfernen: {reason}',
  },
  {
    en: 'Check target "{target}" for image {image}.',
    de: 'Sehen Sie am Ziel „{target}“ nach dem Image {image}.',
  },
  {
    en: 'It failed for an unexpected reason. It is retried.',
    de: 'Sie ist aus einem unerwarteten Grund fehlgeschlagen. Sie wird wiederholt.',
  },
  { en: 'There is no target "{target}".', de: 'Es gibt kein Ziel „{target}“.' },
  {
    en: 'Add it to TARGETS of every worker and restart the workers. Then deliver the image again.',
    de: 'Tragen Sie es in TARGETS jedes Workers ein, und starten Sie die Worker neu. Geben Sie das Image dann erneut weiter.',
  },
  { en: 'The published object no longer exists.', de: 'Das veröffentlichte Objekt gibt es nicht mehr.' },
  {
    en: 'Cannot deliver: the image is not active, or a delivery to "{target}" is running or being cancelled.',
    de: 'Die Weitergabe ist nicht möglich: Das Image ist nicht aktiv, oder eine Weitergabe an „{target}“ läuft oder wird gerade abgebrochen.',
  },
  {
    en: '"bootready show" shows which. A running delivery is retried automatically.',
    de: '"bootready show" zeigt, was zutrifft. Eine laufende Weitergabe wird automatisch wiederholt.',
  },
  { en: 'No delivery of the image is running to "{target}".', de: 'An „{target}“ läuft keine Weitergabe des Images.' },
  {
    en: 'There is nothing to cancel. "bootready show" shows how its deliveries ended.',
    de: 'Es gibt nichts abzubrechen. "bootready show" zeigt, wie die Weitergaben endeten.',
  },
  {
    en: 'Images of this project are not delivered to a target "{target}".',
    de: 'Images dieses Projekts werden nicht an ein Ziel „{target}“ weitergegeben.',
  },
  { en: 'Their targets are: {targets}.', de: 'Ihre Ziele sind: {targets}.' },
  {
    en: 'The operator defines targets in TARGETS and chooses them with DELIVER_TO or "bootready project targets".',
    de: 'Der Betreiber legt Ziele in TARGETS fest und wählt sie mit DELIVER_TO oder "bootready project targets".',
  },
  { en: 'The folder of target "{target}" does not exist.', de: 'Den Ordner des Ziels „{target}“ gibt es nicht.' },
  {
    en: 'Mount or create it on every worker, or correct "path" of the target in TARGETS, {again}',
    de: 'Hängen Sie ihn auf jedem Worker ein, legen Sie ihn an, oder berichtigen Sie „path“ des Ziels in TARGETS; {again}',
  },
  {
    en: 'The folder of target "{target}" cannot be written.',
    de: 'In den Ordner des Ziels „{target}“ lässt sich nicht schreiben.',
  },
  {
    en: 'Make it writable for the user of the workers, {again}',
    de: 'Geben Sie dem Benutzer der Worker Schreibrechte; {again}',
  },
  {
    en: 'In the folder of target "{target}" a link stands where a file or folder of ours belongs.',
    de: 'Im Ordner des Ziels „{target}“ liegt ein Link, wo eine Datei oder ein Ordner von uns sein muss.',
  },
  {
    en: 'Find out who made it, remove it, {again}',
    de: 'Stellen Sie fest, wer ihn angelegt hat, und entfernen Sie ihn; {again}',
  },
  { en: 'The folder of target "{target}" is full.', de: 'Der Ordner des Ziels „{target}“ ist voll.' },
  {
    en: 'The folder of target "{target}" does not work correctly.',
    de: 'Der Ordner des Ziels „{target}“ funktioniert nicht richtig.',
  },
  {
    en: 'Free some space there. The delivery is retried.',
    de: 'Schaffen Sie dort Platz. Die Weitergabe wird wiederholt.',
  },
  {
    en: 'Check its disk or mount. The delivery is retried.',
    de: 'Prüfen Sie Festplatte oder Einhängepunkt. Die Weitergabe wird wiederholt.',
  },
  { en: 'Target "{target}" has no bucket "{bucket}".', de: 'Das Ziel „{target}“ hat keinen Bucket „{bucket}“.' },
  {
    en: 'Create it, or correct "bucket" of the target in TARGETS, {again}',
    de: 'Legen Sie ihn an, oder berichtigen Sie „bucket“ des Ziels in TARGETS; {again}',
  },
  { en: 'Target "{target}" refuses the credentials.', de: 'Das Ziel „{target}“ weist die Zugangsdaten ab.' },
  {
    en: 'Correct "access_key" and "secret_key" of the target in TARGETS, or give them write access to its bucket, {again}',
    de: 'Berichtigen Sie „access_key“ und „secret_key“ des Ziels in TARGETS, oder geben Sie ihnen Schreibrechte für den Bucket; {again}',
  },
  { en: 'Target "{target}" does not answer as it should.', de: 'Das Ziel „{target}“ antwortet nicht richtig.' },
  {
    en: 'Check "endpoint" of the target in TARGETS and the health of that store. The delivery is retried.',
    de: 'Prüfen Sie „endpoint“ des Ziels in TARGETS und den Zustand dieses Speichers. Die Weitergabe wird wiederholt.',
  },
  {
    en: 'The delivered image at target "{target}" was replaced while it was read back.',
    de: 'Das Image am Ziel „{target}“ wurde ersetzt, während es zur Prüfung gelesen wurde.',
  },
  {
    en: 'Another delivery of this image is running. This one is retried.',
    de: 'Eine andere Weitergabe dieses Images läuft. Diese wird wiederholt.',
  },
  {
    en: 'Target "{target}" returned different data than it received. The data was removed there.',
    de: 'Das Ziel „{target}“ gab andere Daten zurück, als es erhalten hat. Die Daten wurden dort entfernt.',
  },
  {
    en: 'Check the health of the target. The delivery is retried.',
    de: 'Prüfen Sie den Zustand des Ziels. Die Weitergabe wird wiederholt.',
  },
  { en: '{service} of target "{target}" does not answer.', de: '{service} des Ziels „{target}“ antwortet nicht.' },
  {
    en: 'Check that it runs and that workers can reach it. The delivery is retried.',
    de: 'Prüfen Sie, ob es läuft und ob die Worker es erreichen. Die Weitergabe wird wiederholt.',
  },
  {
    en: 'Glance of target "{target}" does not allow it ({status}){said}.',
    de: 'Glance des Ziels „{target}“ erlaubt es nicht ({status}){said}.',
  },
  {
    en: 'Give the account of the target the role it needs ("visibility" public needs an administrator), {again}',
    de: 'Geben Sie dem Konto des Ziels die nötige Rolle („visibility“ public braucht einen Administrator); {again}',
  },
  {
    en: 'Glance of target "{target}" has no space for the image{said}.',
    de: 'Glance des Ziels „{target}“ hat keinen Platz für das Image{said}.',
  },
  {
    en: 'Increase the quota of its project, or remove images there, {again}',
    de: 'Erhöhen Sie das Kontingent des Projekts, oder entfernen Sie dort Images; {again}',
  },
  {
    en: 'Glance of target "{target}" answers {status}{said}.',
    de: 'Glance des Ziels „{target}“ antwortet mit {status}{said}.',
  },
  {
    en: 'Check its health. The delivery is retried.',
    de: 'Prüfen Sie seinen Zustand. Die Weitergabe wird wiederholt.',
  },
  { en: 'Check the target in TARGETS, {again}', de: 'Prüfen Sie das Ziel in TARGETS; {again}' },
  {
    en: 'Keystone of target "{target}" refuses the credentials.',
    de: 'Keystone des Ziels „{target}“ weist die Zugangsdaten ab.',
  },
  {
    en: 'Correct "auth" of the target in TARGETS, {again}',
    de: 'Berichtigen Sie „auth“ des Ziels in TARGETS; {again}',
  },
  {
    en: 'Keystone of target "{target}" answers {status}, which does not match the Identity API v3.',
    de: 'Keystone des Ziels „{target}“ antwortet mit {status}; das passt nicht zur Identity-API v3.',
  },
  {
    en: 'Check "auth_url" of the target in TARGETS. The delivery is retried.',
    de: 'Prüfen Sie „auth_url“ des Ziels in TARGETS. Die Weitergabe wird wiederholt.',
  },
  {
    en: 'The catalogue of target "{target}" has no {interface} address of images.',
    de: 'Der Katalog des Ziels „{target}“ nennt keine Adresse für Images ({interface}).',
  },
  {
    en: 'The catalogue of target "{target}" has no {interface} address of images in region "{region}".',
    de: 'Der Katalog des Ziels „{target}“ nennt in der Region „{region}“ keine Adresse für Images ({interface}).',
  },
  {
    en: 'The credentials of target "{target}" belong to no project.',
    de: 'Die Zugangsdaten des Ziels „{target}“ gehören zu keinem Projekt.',
  },
  {
    en: 'Correct "auth", "region_name" or "interface" of the target in TARGETS, {again}',
    de: 'Berichtigen Sie „auth“, „region_name“ oder „interface“ des Ziels in TARGETS; {again}',
  },
  {
    en: 'Glance refuses our images: it reports that every image ID already exists.',
    de: 'Glance weist unsere Images ab: Es meldet, dass es jede Image-ID schon gibt.',
  },
  {
    en: 'Remove images with the property {name}={image} permanently there, {again}',
    de: 'Entfernen Sie dort Images mit der Eigenschaft {name}={image} endgültig; {again}',
  },
  {
    en: 'Target "{target}" has one of our images with different data ({image}).',
    de: 'Das Ziel „{target}“ hat eines unserer Images mit anderen Daten ({image}).',
  },
  { en: 'Check it there, and delete it, {again}', de: 'Prüfen Sie es dort, und löschen Sie es; {again}' },
  {
    en: 'The registry of target "{target}" does not answer.',
    de: 'Die Registry des Ziels „{target}“ antwortet nicht.',
  },
  {
    en: 'The registry of target "{target}" refuses the credentials.',
    de: 'Die Registry des Ziels „{target}“ weist die Zugangsdaten ab.',
  },
  {
    en: 'Correct "username" and "password" of the target in TARGETS, or allow them to push to its repository, {again}',
    de: 'Berichtigen Sie „username“ und „password“ des Ziels in TARGETS, oder geben Sie ihnen Schreibrechte für das Repository; {again}',
  },
  {
    en: 'The registry of target "{target}" names another host for tokens, which gets no password.',
    de: 'Die Registry des Ziels „{target}“ nennt für Tokens einen anderen Host, der kein Passwort bekommt.',
  },
  {
    en: 'If this is its token server, add it to the target in TARGETS as "token_server", {again}',
    de: 'Ist das ihr Token-Server, fügen Sie ihn dem Ziel in TARGETS als "token_server" hinzu; {again}',
  },
  {
    en: 'The registry of target "{target}" names an address for tokens that is not encrypted.',
    de: 'Die Registry des Ziels „{target}“ nennt für Tokens eine unverschlüsselte Adresse.',
  },
  {
    en: 'Set up its token server with https, {again}',
    de: 'Richten Sie ihren Token-Server mit https ein; {again}',
  },
  {
    en: 'The registry of target "{target}" wants the upload to go to another host.',
    de: 'Die Registry des Ziels „{target}“ verweist für den Upload auf einen anderen Host.',
  },
  {
    en: 'Set "registry" of the target in TARGETS to the address that the registry gives for itself, {again}',
    de: 'Tragen Sie in TARGETS als „registry“ des Ziels die Adresse ein, die die Registry selbst nennt; {again}',
  },
  {
    en: 'The registry of target "{target}" answers {status}, which was not expected.',
    de: 'Die Registry des Ziels „{target}“ antwortet unerwartet mit {status}.',
  },
  {
    en: 'The registry of target "{target}" does not allow images to be deleted.',
    de: 'Die Registry des Ziels „{target}“ lässt das Löschen von Images nicht zu.',
  },
  {
    en: 'Allow it there, or delete the image by hand, {again}',
    de: 'Erlauben Sie es dort, oder löschen Sie das Image von Hand; {again}',
  },
  {
    en: 'The images bucket returned different data than was published. Nothing was sent.',
    de: 'Der Bucket der Images gab andere Daten zurück, als veröffentlicht wurden. Es wurde nichts gesendet.',
  },
  {
    en: 'Check the health of the store. The delivery is retried.',
    de: 'Prüfen Sie den Zustand des Speichers. Die Weitergabe wird wiederholt.',
  },
  { en: 'Proxmox of target "{target}" does not answer.', de: 'Proxmox des Ziels „{target}“ antwortet nicht.' },
  {
    en: 'Proxmox of target "{target}" does not allow it ({status}).',
    de: 'Proxmox des Ziels „{target}“ erlaubt es nicht ({status}).',
  },
  {
    en: 'Correct "token_id" and "token_secret" of the target in TARGETS, and give the token Datastore.AllocateTemplate and Datastore.Audit on its storage, {again}',
    de: 'Berichtigen Sie „token_id“ und „token_secret“ des Ziels in TARGETS, und geben Sie dem Token für den Storage die Rechte Datastore.AllocateTemplate und Datastore.Audit; {again}',
  },
  {
    en: 'Proxmox of target "{target}" answers {status}, which was not expected.',
    de: 'Proxmox des Ziels „{target}“ antwortet unerwartet mit {status}.',
  },
  {
    en: 'Check "node" and "storage" of the target in TARGETS, and the health of Proxmox. The delivery is retried.',
    de: 'Prüfen Sie „node“ und „storage“ des Ziels in TARGETS und den Zustand von Proxmox. Die Weitergabe wird wiederholt.',
  },
  {
    en: 'The storage of target "{target}" takes no images for import.',
    de: 'Der Storage des Ziels „{target}“ nimmt keine Images für den Import an.',
  },
  {
    en: 'Add "import" to its content in Proxmox, {again}',
    de: 'Erlauben Sie dort in Proxmox den Inhalt „import“; {again}',
  },
  {
    en: 'Proxmox of target "{target}" could not take the image.',
    de: 'Proxmox des Ziels „{target}“ konnte das Image nicht übernehmen.',
  },
  {
    en: 'Check the tasks of the node in Proxmox: its storage may be full or offline. The delivery is retried.',
    de: 'Sehen Sie in Proxmox bei den Aufgaben des Knotens nach: Der Storage kann voll oder offline sein. Die Weitergabe wird wiederholt.',
  },
  {
    en: 'then deliver the image again ("bootready deliver IMAGE --target NAME").',
    de: 'geben Sie das Image dann erneut weiter ("bootready deliver IMAGE --target NAME").',
  },
  {
    en: 'A newer attempt works on this delivery, it has ended, or its image is no longer active.',
    de: 'Ein neuerer Versuch bearbeitet diese Weitergabe, sie ist beendet, oder ihr Image ist nicht mehr aktiv.',
  },
];
