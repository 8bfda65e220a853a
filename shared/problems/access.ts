import type { Text } from '../checks/text.ts';

/** Keys, sessions, roles, limits of requests, and requests that are wrong in themselves. */
export const accessSentences: readonly Text[] = [
  { en: 'This address does not exist.', de: 'Diese Adresse gibt es nicht.' },
  {
    en: 'The address cannot be read: it is too long, or not percent-encoded UTF-8.',
    de: 'Die Adresse lässt sich nicht lesen: Sie ist zu lang oder kein UTF-8 in Prozent-Schreibweise.',
  },
  { en: 'The address contains a zero byte.', de: 'Die Adresse enthält ein Null-Byte.' },
  {
    en: 'The notification does not have the correct secret.',
    de: 'Die Benachrichtigung hat nicht das richtige Geheimnis.',
  },
  {
    en: 'Send EVENTS_SECRET as "Authorization: Bearer ...", as the last part of the path, as ?token=, or as OpaqueData (Ceph).',
    de: 'Senden Sie EVENTS_SECRET als "Authorization: Bearer ...", als letzten Teil des Pfads, als ?token= oder als OpaqueData (Ceph).',
  },
  { en: 'Send the event as JSON.', de: 'Senden Sie das Ereignis als JSON.' },
  {
    en: '{count} of the records have a bucket, key or version with a zero byte or half a character.',
    de: 'In {count} Einträgen hat Bucket, Schlüssel oder Version ein Null-Byte oder ein halbes Zeichen.',
  },
  {
    en: 'Do not send these records again: no store can have such objects. All other records are stored.',
    de: 'Senden Sie diese Einträge nicht erneut: Kein Objektspeicher kann solche Objekte haben. Alle anderen Einträge sind gespeichert.',
  },
  {
    en: 'The name of the source must have 1 to 32 characters from a-z, 0-9 and "-".',
    de: 'Der Name des Absenders muss 1 bis 32 Zeichen aus a-z, 0-9 und "-" haben.',
  },
  {
    en: 'Send to /events/s3/NAME, e.g. /events/s3/minio.',
    de: 'Senden Sie an /events/s3/NAME, z. B. /events/s3/minio.',
  },
  { en: 'GET /openapi.json lists all addresses.', de: 'GET /openapi.json nennt alle Adressen.' },
  { en: 'The request is not valid: {fields}', de: 'Die Anfrage ist ungültig: {fields}' },
  { en: 'See GET /openapi.json.', de: 'Siehe GET /openapi.json.' },
  { en: 'Something went wrong on our side.', de: 'Auf unserer Seite ist etwas schiefgegangen.' },
  {
    en: 'Try again. If it fails again, report the request ID to the operator.',
    de: 'Versuchen Sie es erneut. Scheitert es wieder, nennen Sie dem Betreiber die Nummer der Anfrage.',
  },
  { en: 'The request has no API key.', de: 'Die Anfrage enthält keinen API-Schlüssel.' },
  {
    en: 'The API key is invalid or has expired.',
    de: 'Dieser API-Schlüssel ist ungültig oder abgelaufen.',
  },
  {
    en: 'Send "Authorization: Bearer KEY". An operator creates keys with "bootready key create".',
    de: 'Prüfen Sie den Schlüssel. Neue Schlüssel gibt Ihnen der Betreiber.',
  },
  {
    en: 'This request needs the role "{role}"; you have "{own}".',
    de: 'Dafür ist die Rolle „{role}“ nötig; Sie haben die Rolle „{own}“.',
  },
  {
    en: 'Ask an operator for that role, or for a key with it.',
    de: 'Bitten Sie den Betreiber um diese Rolle oder um einen Schlüssel mit ihr.',
  },
  {
    en: 'Your token is not valid for the project in the header {header}.',
    de: 'Ihr Token gilt nicht für das Projekt im Header {header}.',
  },
  { en: 'It is for: {projects}.', de: 'Es gilt für: {projects}.' },
  { en: 'Your token is valid for several projects.', de: 'Ihr Token gilt für mehrere Projekte.' },
  {
    en: 'Choose one with the header {header} (--project on the command line): {projects}.',
    de: 'Wählen Sie eines mit dem Header {header} (auf der Kommandozeile --project): {projects}.',
  },
  { en: 'There is no project {projects} here.', de: 'Hier gibt es kein Projekt {projects}.' },
  {
    en: 'An operator can create it: bootready project create {project}',
    de: 'Ein Betreiber kann es anlegen: bootready project create {project}',
  },
  { en: 'There is no project "{project}".', de: 'Es gibt kein Projekt „{project}“.' },
  {
    en: 'Create it with "bootready project create".',
    de: 'Legen Sie es an, im Portal oder mit "bootready project create".',
  },
  { en: 'Project not found.', de: 'Projekt nicht gefunden.' },
  {
    en: 'Use your own project; GET /v1/self shows it.',
    de: 'Nutzen Sie Ihr eigenes Projekt; GET /v1/self zeigt es.',
  },
  {
    en: 'The portal does not allow sign-in over plain http: the key could be read on the way.',
    de: 'Das Portal erlaubt keine Anmeldung über unverschlüsseltes http: Der Schlüssel ließe sich unterwegs mitlesen.',
  },
  {
    en: 'Open it with https. The operator must put a proxy with a certificate in front of the API.',
    de: 'Öffnen Sie es mit https. Der Betreiber muss einen Proxy mit einem Zertifikat vor die API stellen.',
  },
  { en: 'This came from another site.', de: 'Diese Anfrage kam von einer anderen Website.' },
  {
    en: 'Use the portal itself; programs send their API key instead of a cookie.',
    de: 'Nutzen Sie das Portal selbst; Programme senden ihren API-Schlüssel statt eines Cookies.',
  },
  { en: 'Use the board itself.', de: 'Nutzen Sie die Übersicht selbst.' },
  {
    en: 'A session needs an API key, or a sign-in at the identity provider.',
    de: 'Eine Sitzung braucht einen API-Schlüssel oder eine Anmeldung beim Anmeldedienst.',
  },
  {
    en: 'Send the key, or sign in on the portal page.',
    de: 'Senden Sie den Schlüssel, oder melden Sie sich im Portal an.',
  },
  { en: 'This is not one of your projects.', de: 'Dieses Projekt gehört nicht zu Ihren Projekten.' },
  {
    en: 'An API key belongs to one project. The identity provider lists the projects of a user.',
    de: 'Ein API-Schlüssel gehört zu einem Projekt. Die Projekte eines Benutzers nennt der Anmeldedienst.',
  },
  { en: 'You do not have this session.', de: 'Diese Sitzung haben Sie nicht.' },
  { en: 'GET /v1/sessions lists yours.', de: 'Die Seite „Angemeldete Browser“ zeigt Ihre Sitzungen.' },
  {
    en: 'Sign-in with OpenID Connect is not enabled here.',
    de: 'Die Anmeldung mit OpenID Connect ist hier nicht eingeschaltet.',
  },
  { en: 'Sign in with an API key.', de: 'Melden Sie sich mit einem API-Schlüssel an.' },
  { en: 'The identity provider does not answer.', de: 'Der Anmeldedienst antwortet nicht.' },
  {
    en: 'The identity provider does not answer, so users cannot be identified.',
    de: 'Der Anmeldedienst antwortet nicht, darum lassen sich Benutzer nicht erkennen.',
  },
  {
    en: 'Try again later. API keys work without it.',
    de: 'Versuchen Sie es später erneut. API-Schlüssel funktionieren auch ohne ihn.',
  },
  { en: 'Try again later.', de: 'Versuchen Sie es später erneut.' },
  { en: 'The token is not valid: {reason}.', de: 'Das Token ist ungültig: {reason}.' },
  {
    en: 'Get a new access token for this API from the issuer.',
    de: 'Holen Sie beim Anmeldedienst ein neues Token für diese API.',
  },
  {
    en: 'Access tokens of the identity provider are not accepted here.',
    de: 'Tokens des Anmeldedienstes werden hier nicht angenommen.',
  },
  {
    en: 'Use an API key. An operator can allow tokens with OIDC_AUDIENCE.',
    de: 'Nutzen Sie einen API-Schlüssel. Ein Betreiber kann Tokens mit OIDC_AUDIENCE erlauben.',
  },
  { en: 'The identity provider did not sign you in.', de: 'Der Anmeldedienst hat Sie nicht angemeldet.' },
  { en: 'Sign in again.', de: 'Melden Sie sich erneut an.' },
  {
    en: 'Your sign-in at the identity provider is not strong enough for this service.',
    de: 'Ihre Anmeldung beim Anmeldedienst ist für diesen Dienst nicht stark genug.',
  },
  {
    en: 'Sign in again, with a second factor if the identity provider has one. Its claim "acr" must be {strengths}.',
    de: 'Melden Sie sich erneut an, mit einem zweiten Faktor, falls der Anmeldedienst einen hat. Sein Claim „acr“ muss {strengths} sein.',
  },
  {
    en: 'The claim "{claim}" of your sign-in contains no known role.',
    de: 'Der Claim „{claim}“ Ihrer Anmeldung enthält keine bekannte Rolle.',
  },
  {
    en: 'Ask the administrator of the identity provider for a role of this service. OIDC_ROLES lists the accepted roles.',
    de: 'Bitten Sie den Administrator des Anmeldedienstes um eine Rolle dieses Dienstes. OIDC_ROLES nennt die möglichen Rollen.',
  },
  {
    en: 'The claim "{claim}" of your sign-in names no project.',
    de: 'Der Claim „{claim}“ Ihrer Anmeldung nennt kein Projekt.',
  },
  {
    en: 'Ask the administrator of the identity provider for a project. OIDC_PROJECT_CLAIM names the claim.',
    de: 'Bitten Sie den Administrator des Anmeldedienstes um ein Projekt. OIDC_PROJECT_CLAIM nennt den Claim.',
  },
  {
    en: 'The key does not exist, or is already revoked.',
    de: 'Den Schlüssel gibt es nicht, oder er ist schon widerrufen.',
  },
  { en: 'GET /v1/keys lists all of them.', de: 'Laden Sie die Liste der Schlüssel neu.' },
  {
    en: 'The queue board is for administrators.',
    de: 'Die Warteschlangen-Übersicht ist für Administratoren.',
  },
  {
    en: 'Sign in to the portal as one, or give the key of one as password.',
    de: 'Melden Sie sich im Portal als Administrator an, oder geben Sie den Schlüssel eines Administrators als Passwort ein.',
  },
  { en: '{limit} At most {max} are taken.', de: '{limit} Höchstens {max} werden angenommen.' },
  {
    en: 'Your address has sent too many requests in the last minute.',
    de: 'Ihre Adresse hat in der letzten Minute zu viele Anfragen gesendet.',
  },
  {
    en: 'Your key has sent too many requests in the last minute.',
    de: 'Ihr Schlüssel hat in der letzten Minute zu viele Anfragen gesendet.',
  },
  {
    en: 'Your project has sent too many requests in the last minute.',
    de: 'Ihr Projekt hat in der letzten Minute zu viele Anfragen gesendet.',
  },
  {
    en: 'Your address has sent too many wrong keys in the last minute.',
    de: 'Ihre Adresse hat in der letzten Minute zu viele falsche Schlüssel gesendet.',
  },
  { en: 'Try again in {seconds} seconds.', de: 'Versuchen Sie es in {seconds} Sekunden erneut.' },
  { en: 'The body is not JSON.', de: 'Der Inhalt der Anfrage ist kein JSON.' },
  { en: 'Send valid JSON, or no body.', de: 'Senden Sie gültiges JSON oder keinen Inhalt.' },
  { en: 'Give at least one change.', de: 'Nennen Sie mindestens eine Änderung.' },
  { en: 'The client no longer waits for the answer.', de: 'Der Client wartet nicht mehr auf die Antwort.' },
  {
    en: 'The API has no memory for more large requests.',
    de: 'Die API hat keinen Speicher für weitere große Anfragen.',
  },
  {
    en: 'You have reached your limit of large requests at the same time.',
    de: 'Sie haben die Höchstzahl gleichzeitiger großer Anfragen erreicht.',
  },
  { en: 'The API has no memory for more responses.', de: 'Die API hat keinen Speicher für weitere Antworten.' },
  {
    en: 'You have reached your limit of unread responses.',
    de: 'Sie haben die Höchstzahl ungelesener Antworten erreicht.',
  },
  { en: 'The receiver did not accept it: {error}.', de: 'Der Empfänger hat es nicht angenommen: {error}.' },
  { en: 'Webhook not found.', de: 'Webhook nicht gefunden.' },
  { en: 'GET /v1/webhooks lists yours.', de: 'Laden Sie die Liste der Webhooks neu.' },
  { en: 'The URL contains blanks or control characters.', de: 'Die URL enthält Leer- oder Steuerzeichen.' },
  { en: 'No web server listens on this port.', de: 'Auf diesem Port lauscht kein Webserver.' },
  {
    en: 'The project has {most} webhooks, which is the maximum (MAX_WEBHOOKS).',
    de: 'Das Projekt hat {most} Webhooks; mehr sind nicht erlaubt (MAX_WEBHOOKS).',
  },
  {
    en: 'Delete an unused one, or ask the operator to raise MAX_WEBHOOKS.',
    de: 'Löschen Sie einen unbenutzten, oder bitten Sie den Betreiber, MAX_WEBHOOKS zu erhöhen.',
  },
  {
    en: 'SECRETS_KEY is not set. Webhook secrets cannot be encrypted, and tokens cannot be signed.',
    de: 'SECRETS_KEY ist nicht gesetzt. Geheimnisse von Webhooks lassen sich nicht verschlüsseln und Tokens nicht signieren.',
  },
  {
    en: 'Create a key once ({make}), keep a copy in a safe place, and set SECRETS_KEY or SECRETS_KEY_FILE for the API and the queue workers.',
    de: 'Erzeugen Sie einmal einen Schlüssel ({make}), bewahren Sie eine Kopie an einem sicheren Ort auf, und setzen Sie SECRETS_KEY oder SECRETS_KEY_FILE für die API und die Worker der Warteschlangen.',
  },
  {
    en: 'The secret at {place} is encrypted with the key {key}, which is not in SECRETS_KEY.',
    de: 'Das Geheimnis an {place} ist mit dem Schlüssel {key} verschlüsselt, der nicht in SECRETS_KEY steht.',
  },
  {
    en: 'Add that key to SECRETS_KEY, after the newest one. If the key is lost, so is the secret: delete the webhook and create it again.',
    de: 'Fügen Sie diesen Schlüssel in SECRETS_KEY hinter dem neuesten ein. Ist er verloren, ist es auch das Geheimnis: Löschen Sie den Webhook, und legen Sie ihn neu an.',
  },
  {
    en: 'The secret at {place} was changed in the database, or copied there from another row.',
    de: 'Das Geheimnis an {place} wurde in der Datenbank geändert oder aus einer anderen Zeile dorthin kopiert.',
  },
  {
    en: 'Find out who wrote to the database. Then delete the webhook and create it again.',
    de: 'Finden Sie heraus, wer in die Datenbank geschrieben hat. Löschen Sie dann den Webhook, und legen Sie ihn neu an.',
  },
  { en: 'Notification not found.', de: 'Benachrichtigung nicht gefunden.' },
  { en: '"bootready events" lists all notifications.', de: '"bootready events" zeigt alle Benachrichtigungen.' },
];
