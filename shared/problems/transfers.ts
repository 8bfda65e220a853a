import type { Text } from '../checks/text.ts';

/** Downloads from an address, the object store, and copies at targets. */
export const transferSentences: readonly Text[] = [
  {
    en: 'The image already has data, or an upload or download is running.',
    de: 'Das Image hat schon Daten, oder ein Upload oder Download läuft.',
  },
  {
    en: 'Wait for it (see "bootready show"), or create another image for other data.',
    de: 'Warten Sie ihn ab (siehe "bootready show"), oder legen Sie für andere Daten ein weiteres Image an.',
  },
  {
    en: 'This image was not downloaded from a URL, or its download has not failed.',
    de: 'Dieses Image wurde nicht von einer Adresse heruntergeladen, oder sein Download ist nicht fehlgeschlagen.',
  },
  { en: 'The URL is longer than 4096 characters.', de: 'Die Adresse ist länger als 4096 Zeichen.' },
  {
    en: 'Only http:// and https:// URLs are supported.',
    de: 'Es gehen nur Adressen mit http:// und https://.',
  },
  {
    en: 'The URL contains a user name or password. Use a link that needs none.',
    de: 'Die Adresse enthält einen Benutzernamen oder ein Passwort. Nutzen Sie einen Link, der keines braucht.',
  },
  {
    en: 'A checksum must be "sha256:" with 64 or "sha512:" with 128 hex digits.',
    de: 'Eine Prüfsumme muss „sha256:“ mit 64 oder „sha512:“ mit 128 Hexadezimalziffern sein.',
  },
  {
    en: 'Port {port} of {host} is not allowed: only 80 and 443 are.',
    de: 'Port {port} von {host} ist nicht erlaubt, nur 80 und 443 sind es.',
  },
  { en: '{host} is not a public address.', de: '{host} ist keine öffentliche Adresse.' },
  {
    en: 'Give an address that is reachable from the internet, or ask the operator to add the host to WEB_DOWNLOAD_HOSTS.',
    de: 'Nennen Sie eine Adresse, die aus dem Internet erreichbar ist, oder bitten Sie den Betreiber, den Host in WEB_DOWNLOAD_HOSTS aufzunehmen.',
  },
  { en: 'Give another address.', de: 'Nennen Sie eine andere Adresse.' },
  { en: 'Give the address of the file itself.', de: 'Nennen Sie die Adresse der Datei selbst.' },
  { en: '{host} leads to one redirect after the other.', de: '{host} leitet immer wieder weiter.' },
  { en: '{host} leads to no address.', de: '{host} leitet zu keiner Adresse weiter.' },
  {
    en: '{host} redirects from https to plain http, where anyone could change the file.',
    de: '{host} leitet von https auf unverschlüsseltes http um, wo jeder die Datei verändern könnte.',
  },
  {
    en: 'Also give a checksum, or the address of a mirror with https.',
    de: 'Nennen Sie zusätzlich eine Prüfsumme oder die Adresse eines Mirrors mit https.',
  },
  { en: 'There is no host {host}.', de: 'Den Host {host} gibt es nicht.' },
  { en: 'Check the address.', de: 'Prüfen Sie die Adresse.' },
  { en: 'The certificate of {host} is not valid.', de: 'Das Zertifikat von {host} ist ungültig.' },
  {
    en: 'Give the address of a mirror with a valid certificate.',
    de: 'Nennen Sie die Adresse eines Mirrors mit gültigem Zertifikat.',
  },
  { en: '{host} does not answer.', de: '{host} antwortet nicht.' },
  {
    en: 'Check the address, then retry the image.',
    de: 'Prüfen Sie die Adresse, und versuchen Sie es dann erneut.',
  },
  { en: '{host} does not have this file.', de: '{host} hat diese Datei nicht.' },
  { en: '{host} answers with HTTP {status}.', de: '{host} antwortet mit HTTP {status}.' },
  {
    en: 'Check that a browser without a sign-in can download the file from this address.',
    de: 'Prüfen Sie, ob ein Browser die Datei ohne Anmeldung von dieser Adresse herunterladen kann.',
  },
  {
    en: '{host} sends less than the required {amount} per second.',
    de: '{host} sendet weniger als die nötigen {amount} je Sekunde.',
  },
  {
    en: 'Download from another mirror, or upload the file yourself. The operator can lower the limit (DOWNLOAD_LEAST_BYTES_PER_SECOND).',
    de: 'Nutzen Sie einen anderen Mirror, oder laden Sie die Datei selbst hoch. Der Betreiber kann die Grenze senken (DOWNLOAD_LEAST_BYTES_PER_SECOND).',
  },
  {
    en: 'The connection broke, and the server cannot continue the download or now has another file.',
    de: 'Die Verbindung brach ab, und der Server kann den Download nicht fortsetzen oder hat jetzt eine andere Datei.',
  },
  {
    en: 'Retry the image, or download from another mirror.',
    de: 'Versuchen Sie es erneut, oder nutzen Sie einen anderen Mirror.',
  },
  { en: 'The connection keeps breaking.', de: 'Die Verbindung bricht immer wieder ab.' },
  {
    en: 'Retry the image later, or download from another mirror.',
    de: 'Versuchen Sie es später erneut, oder nutzen Sie einen anderen Mirror.',
  },
  {
    en: 'The checksum file or its signature is larger than 1 MiB.',
    de: 'Die Prüfsummendatei oder ihre Signatur ist größer als 1 MiB.',
  },
  {
    en: 'Give the address of SHA256SUMS, SHA512SUMS or a similar file, and of its signature.',
    de: 'Nennen Sie die Adresse von SHA256SUMS, SHA512SUMS oder einer ähnlichen Datei und die ihrer Signatur.',
  },
  {
    en: 'Give the address of SHA256SUMS, SHA512SUMS or a similar file.',
    de: 'Nennen Sie die Adresse von SHA256SUMS, SHA512SUMS oder einer ähnlichen Datei.',
  },
  {
    en: '{host} did not send the checksum file or its signature in time.',
    de: '{host} hat die Prüfsummendatei oder ihre Signatur nicht rechtzeitig gesendet.',
  },
  {
    en: 'The next refresh of the source tries again.',
    de: 'Die nächste Aktualisierung der Quelle versucht es erneut.',
  },
  {
    en: 'Reading the checksum file takes more than {seconds} seconds of processor time.',
    de: 'Das Lesen der Prüfsummendatei braucht mehr als {seconds} Sekunden Rechenzeit.',
  },
  {
    en: 'The checksum file does not list the image, or lists several checksums for it.',
    de: 'Die Prüfsummendatei nennt das Image nicht oder nennt mehrere Prüfsummen dafür.',
  },
  {
    en: "Compare both addresses: the file must list the last part of the image's address with a sha256 or sha512.",
    de: 'Vergleichen Sie beide Adressen: Die Datei muss den letzten Teil der Adresse des Images mit sha256 oder sha512 nennen.',
  },
  {
    en: 'No image is downloaded until this is resolved. Ask the operator of the mirror, and compare with another mirror.',
    de: 'Bis das geklärt ist, wird kein Image heruntergeladen. Fragen Sie den Betreiber des Mirrors, und vergleichen Sie mit einem anderen Mirror.',
  },
  {
    en: 'Get the current key from the signer, compare its fingerprint, and set the source with it.',
    de: 'Holen Sie den jetzigen Schlüssel vom Unterzeichner, vergleichen Sie den Fingerabdruck, und setzen Sie die Quelle damit.',
  },
  {
    en: 'The signing key of the source cannot be read.',
    de: 'Der Signaturschlüssel der Quelle lässt sich nicht lesen.',
  },
  {
    en: 'Give public keys in the format of "gpg --armor --export KEY".',
    de: 'Nennen Sie öffentliche Schlüssel in der Form von "gpg --armor --export SCHLÜSSEL".',
  },
  {
    en: 'The checksum file is not signed, or its signature cannot be read.',
    de: 'Die Prüfsummendatei ist nicht signiert, oder ihre Signatur lässt sich nicht lesen.',
  },
  {
    en: 'Name the signature file (--signature-url), or a file with an inline signature. For unsigned checksums, set the source without a key.',
    de: 'Nennen Sie die Signaturdatei (--signature-url) oder eine Datei mit eingebetteter Signatur. Für Prüfsummen ohne Signatur setzen Sie die Quelle ohne Schlüssel.',
  },
  {
    en: 'The checksum file is signed with a different key than the key of the source.',
    de: 'Die Prüfsummendatei ist mit einem anderen Schlüssel signiert als dem der Quelle.',
  },
  {
    en: 'The signing key of the source has expired, or was revoked.',
    de: 'Der Signaturschlüssel der Quelle ist abgelaufen oder wurde widerrufen.',
  },
  {
    en: 'The signature of the checksum file has expired.',
    de: 'Die Signatur der Prüfsummendatei ist abgelaufen.',
  },
  {
    en: 'The checksum file has an outdated, unsafe signature (SHA-1, DSA, short RSA keys).',
    de: 'Die Prüfsummendatei hat eine veraltete, unsichere Signatur (SHA-1, DSA, kurze RSA-Schlüssel).',
  },
  {
    en: 'Use another mirror, or a checksum from another trusted place (--checksum).',
    de: 'Nutzen Sie einen anderen Mirror oder eine Prüfsumme von einer anderen vertrauenswürdigen Stelle (--checksum).',
  },
  {
    en: 'The signature does not match this checksum file: one of them was changed.',
    de: 'Die Signatur passt nicht zu dieser Prüfsummendatei: Eine von beiden wurde verändert.',
  },
  {
    en: 'The file of checksums was signed on {signed}. This source had one of {newest} before.',
    de: 'Die Prüfsummendatei wurde am {signed} signiert. Diese Quelle hatte schon eine vom {newest}.',
  },
  {
    en: 'Nothing older is fetched. The mirror may lag behind: wait, or take another one. If the older file is right, delete the source and set it again.',
    de: 'Älteres wird nicht geholt. Der Mirror liegt vielleicht zurück: Warten Sie, oder nehmen Sie einen anderen. Ist die ältere Datei richtig, löschen Sie die Quelle, und setzen Sie sie erneut.',
  },
  {
    en: 'The signature of the checksum file is missing at its address.',
    de: 'Die Signatur der Prüfsummendatei fehlt an ihrer Adresse.',
  },
  {
    en: 'Set the source with its current address (--signature-url).',
    de: 'Setzen Sie die Quelle mit der jetzigen Adresse der Signatur (--signature-url).',
  },
  { en: 'The source could not be refreshed.', de: 'Die Quelle ließ sich nicht aktualisieren.' },
  { en: 'Check the logs of the workers.', de: 'Sehen Sie in die Logs der Worker.' },
  {
    en: 'The file at this address has a different {algorithm} than the given one: {received}.',
    de: 'Die Datei an dieser Adresse hat eine andere {algorithm}-Prüfsumme als die angegebene: {received}.',
  },
  {
    en: 'Compare the address and the checksum: a newer file may have replaced the old one. Then create the image again.',
    de: 'Vergleichen Sie Adresse und Prüfsumme: Vielleicht hat eine neuere Datei die alte ersetzt. Legen Sie das Image dann neu an.',
  },
  { en: 'The file at this address is empty.', de: 'Die Datei an dieser Adresse ist leer.' },
  { en: 'The image or its original was removed.', de: 'Das Image oder sein Original wurde gelöscht.' },
  { en: 'Create the image again.', de: 'Legen Sie das Image neu an.' },
  // The object store.
  {
    en: 'The uploaded object changed after its admission, although its ETag is the same.',
    de: 'Das hochgeladene Objekt hat sich nach der Annahme geändert, obwohl sein ETag gleich blieb.',
  },
  {
    en: 'Upload the image again, and do not replace it while it is processed.',
    de: 'Laden Sie das Image erneut hoch, und ersetzen Sie es während der Verarbeitung nicht.',
  },
  {
    en: 'The uploaded object was replaced while it was being processed.',
    de: 'Das hochgeladene Objekt wurde während der Verarbeitung ersetzt.',
  },
  {
    en: 'The uploaded object was removed while it was being processed.',
    de: 'Das hochgeladene Objekt wurde während der Verarbeitung gelöscht.',
  },
  {
    en: 'The uploaded object was replaced while it was being read.',
    de: 'Das hochgeladene Objekt wurde ersetzt, während es gelesen wurde.',
  },
  {
    en: 'The new object is processed as a separate image.',
    de: 'Das neue Objekt wird als eigenes Image verarbeitet.',
  },
  { en: 'Upload the image again.', de: 'Laden Sie das Image erneut hoch.' },
  {
    en: 'The object store returned different data than it received. The object was removed.',
    de: 'Der Objektspeicher gab andere Daten zurück, als er erhalten hat. Das Objekt wurde entfernt.',
  },
  {
    en: 'Check the health of the object store. If its ETags are not those of S3, set VERIFY=auto. The step is retried.',
    de: 'Prüfen Sie den Zustand des Objektspeichers. Sind seine ETags nicht die von S3, setzen Sie VERIFY=auto. Der Schritt wird wiederholt.',
  },
  {
    en: 'Check the health of the object store. The step is retried.',
    de: 'Prüfen Sie den Zustand des Objektspeichers. Der Schritt wird wiederholt.',
  },
  { en: 'The object store refuses the credentials.', de: 'Der Objektspeicher weist die Zugangsdaten ab.' },
  { en: 'The object store does not answer correctly.', de: 'Der Objektspeicher antwortet nicht richtig.' },
  {
    en: 'Check S3_ACCESS_KEY, S3_SECRET_KEY and their rights ("bootready doctor").',
    de: 'Prüfen Sie S3_ACCESS_KEY, S3_SECRET_KEY und deren Rechte ("bootready doctor").',
  },
  {
    en: 'Check S3_ENDPOINT and the health of the store ("bootready doctor").',
    de: 'Prüfen Sie S3_ENDPOINT und den Zustand des Objektspeichers ("bootready doctor").',
  },
  { en: 'The object store ended its answer too early.', de: 'Der Objektspeicher hat seine Antwort zu früh beendet.' },
  {
    en: 'Check the health of the store. The read is retried.',
    de: 'Prüfen Sie den Zustand des Objektspeichers. Das Lesen wird wiederholt.',
  },
  {
    en: 'Another process ended the upload to the store while it was running.',
    de: 'Ein anderer Prozess hat den laufenden Upload in den Objektspeicher beendet.',
  },
  {
    en: 'Another process writes the same object, or removes unfinished uploads. The upload is retried.',
    de: 'Ein anderer Prozess schreibt dasselbe Objekt oder entfernt unfertige Uploads. Der Upload wird wiederholt.',
  },
  {
    en: 'The disk in the scratch folder changed between the conversion and the upload to the store.',
    de: 'Der Datenträger im Scratch-Ordner hat sich zwischen der Konvertierung und dem Upload geändert.',
  },
  {
    en: 'Check the disk and the memory of the worker. The step is retried.',
    de: 'Prüfen Sie Festplatte und Arbeitsspeicher des Workers. Der Schritt wird wiederholt.',
  },
  // Results of a storage notification.
  { en: 'bucket {bucket} is not the uploads bucket', de: 'Der Bucket {bucket} ist nicht der Upload-Bucket.' },
  { en: 'a probe of "bootready doctor"', de: 'Probe von "bootready doctor"' },
  { en: 'a folder, not an upload', de: 'Ordner, kein Upload' },
  {
    en: 'a metadata file of a tus server, not the upload',
    de: 'Metadaten eines tus-Servers, nicht der Upload selbst',
  },
  {
    en: 'still empty; if it stays empty, the sweep processes it',
    de: 'noch leer; bleibt es leer, verarbeitet es die Suche nach Uploads',
  },
  {
    en: 'the key does not start with the prefix of any project',
    de: 'Der Schlüssel beginnt mit dem Präfix keines Projekts.',
  },
  { en: 'run {number} started', de: 'Durchlauf {number} begonnen' },
  { en: 'run {number} started; {notes}', de: 'Durchlauf {number} begonnen; {notes}' },
  {
    en: 'the object does not exist; if it appears later, the sweep finds it',
    de: 'Das Objekt gibt es nicht. Erscheint es später, findet es die Suche nach Uploads.',
  },
  {
    en: 'SNS sends no notifications until its subscription is confirmed: {command}',
    de: 'SNS sendet erst Benachrichtigungen, wenn das Abonnement bestätigt ist: {command}',
  },
  {
    en: 'x-amz-meta-{field} is not understood and was left out',
    de: 'x-amz-meta-{field} ist unverständlich und wurde weggelassen',
  },
  { en: 'this upload is already an image', de: 'Dieser Upload ist schon ein Image.' },
];
