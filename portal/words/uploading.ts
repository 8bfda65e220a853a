import type { Words } from './text.ts';

/** Uploads, their dialog and their dock. */
export const uploadingWords = {
  uploadImage: { en: 'Upload image', de: 'Image hochladen' },
  create: { en: 'Create', de: 'Erstelle' },
  nameExample: { en: 'For example Debian-10', de: 'Zum Beispiel Debian-10' },
  nameEmpty: { en: 'Enter a name.', de: 'Geben Sie einen Namen ein.' },
  nameTooLong: { en: 'The name is longer than 255 characters.', de: 'Der Name ist länger als 255 Zeichen.' },
  nameControl: { en: 'The name contains control characters.', de: 'Der Name enthält Steuerzeichen.' },
  nameTaken: {
    en: 'You already have an image with this name. You can use it again, but the two are easy to mix up.',
    de: 'Sie haben schon ein Image mit diesem Namen. Der Name ist erlaubt, aber die beiden sind leicht zu verwechseln.',
  },
  file: { en: 'File', de: 'Datei' },
  chooseFile: { en: 'Choose file', de: 'Datei auswählen' },
  chooseOtherFile: { en: 'Choose another file', de: 'Andere Datei auswählen' },
  quotaBytes: { en: '{used} of {limit} in use', de: '{used} von {limit} belegt' },
  quotaImages: {
    en: '{used} of {limit, plural, one {# image} other {# images}}',
    de: '{used} von {limit, plural, one {# Image} other {# Images}}',
  },
  quotaUploads: {
    en: '{used} of {limit, plural, one {# upload} other {# uploads}} running',
    de: '{used} von {limit, plural, one {# Upload} other {# Uploads}} aktiv',
  },
  fileHelp: {
    en: 'RAW or QCOW2; VMDK, VHD, VHDX, VDI, Parallels and OVA are converted. At most {limit}.',
    de: 'RAW oder QCOW2; VMDK, VHD, VHDX, VDI, Parallels und OVA werden konvertiert. Höchstens {limit}.',
  },
  dropHere: { en: 'or drop it here', de: 'oder hier ablegen' },
  fileMissing: { en: 'Choose a file.', de: 'Wählen Sie eine Datei aus.' },
  fileLookedAt: { en: 'Checking the file', de: 'Die Datei wird geprüft' },
  fileGood: { en: 'Recognised: {what}', de: 'Erkannt: {what}' },
  fileUnsure: {
    en: 'The file is compressed. Its contents are checked after the upload.',
    de: 'Die Datei ist komprimiert. Der Inhalt wird nach dem Hochladen geprüft.',
  },
  fileRefused: { en: 'This file cannot become an image', de: 'Aus dieser Datei kann kein Image werden' },
  uploadHint: {
    en: 'Your computer sends the file straight to the object store; the upload continues while you browse here. For very large files or slow connections, use the command line: bootready upload FILE',
    de: 'Ihr Computer sendet die Datei direkt an den Objektspeicher; der Upload läuft weiter, während Sie hier andere Seiten öffnen. Nutzen Sie für sehr große Dateien oder langsame Verbindungen die Kommandozeile: bootready upload DATEI',
  },
  uploads: { en: 'Uploads', de: 'Uploads' },
  uploadsRunning: { en: 'Uploads ({count} running)', de: 'Uploads ({count} in Arbeit)' },
  uploadSpeed: { en: '{speed}/s, {left} left', de: '{speed}/s, noch {left}' },
  uploadOf: { en: '{done} of {total}', de: '{done} von {total}' },
  uploadBeginning: { en: 'Starting', de: 'Startet' },
  uploadPaused: { en: 'Paused', de: 'Pausiert' },
  uploadWaiting: { en: 'Waiting for the network', de: 'Wartet auf das Netzwerk' },
  uploadCompleting: { en: 'Assembling the parts', de: 'Teile werden zusammengefügt' },
  uploadDone: { en: 'Uploaded. Processing has started.', de: 'Hochgeladen. Die Verarbeitung läuft.' },
  uploadFailed: { en: 'Interrupted', de: 'Unterbrochen' },
  uploadNeedsFile: {
    en: 'Interrupted at {percent}. Choose “{file}” again to continue the upload.',
    de: 'Bei {percent} unterbrochen. Wählen Sie „{file}“ erneut aus, um den Upload fortzusetzen.',
  },
  uploadOtherFile: {
    en: 'This is a different file, or it has changed. Choose “{file}” ({size}), or cancel this upload.',
    de: 'Das ist eine andere Datei, oder sie wurde geändert. Wählen Sie „{file}“ ({size}), oder brechen Sie diesen Upload ab.',
  },
  uploadFileGone: {
    en: 'The file can no longer be read, or it has changed.',
    de: 'Die Datei lässt sich nicht mehr lesen oder hat sich geändert.',
  },
  uploadElsewhere: {
    en: 'Another tab of this browser is already sending this file.',
    de: 'Ein anderer Tab dieses Browsers sendet diese Datei bereits.',
  },
  uploadRefusedByStore: {
    en: 'The object store does not accept the upload ({reason}).',
    de: 'Der Objektspeicher nimmt den Upload nicht an ({reason}).',
  },
  tellOperator: {
    en: 'Contact the operator of this platform.',
    de: 'Wenden Sie sich an den Betreiber dieser Plattform.',
  },
  pause: { en: 'Pause', de: 'Pausieren' },
  resume: { en: 'Resume', de: 'Fortsetzen' },
  pauseUpload: { en: 'Pause the upload of {name}', de: 'Upload von {name} pausieren' },
  resumeUpload: { en: 'Resume the upload of {name}', de: 'Upload von {name} fortsetzen' },
  cancelUpload: { en: 'Cancel the upload of {name}', de: 'Upload von {name} abbrechen' },
  dismiss: { en: 'Remove {name} from this list', de: '{name} aus dieser Liste entfernen' },
  openImage: { en: 'Show image', de: 'Image anzeigen' },
} as const satisfies Words;
