import type { Text } from '../checks/text.ts';

/** How a state is coloured everywhere. `unproven`: usable, but nobody has started it. */
export type Tone = 'good' | 'unproven' | 'careful' | 'bad' | 'busy' | 'quiet';

type State = {
  tone: Tone;
  /** On a chip. */
  label: Text;
  /** On the command line. */
  word: string;
  /** The meaning for the reader, and what follows. */
  sentence: Text;
};

/**
 * Every state that an image can have for its readers: colour and words. Lists, pages, the dock and the command line have no others; image-state.ts says which
 * one an image is in.
 */
export const imageStates = {
  'awaits-file': {
    tone: 'quiet',
    word: 'waiting for upload',
    label: { en: 'Waiting for its file', de: 'Wartet auf die Datei' },
    sentence: { en: 'No data has been uploaded yet.', de: 'Es wurden noch keine Daten hochgeladen.' },
  },
  uploading: {
    tone: 'busy',
    word: 'uploading',
    label: { en: 'Uploading', de: 'Wird hochgeladen' },
    sentence: { en: 'This browser is sending the file.', de: 'Dieser Browser sendet die Datei.' },
  },
  'upload-waits': {
    tone: 'careful',
    word: 'upload waiting',
    label: { en: 'Upload waiting', de: 'Upload wartet' },
    sentence: {
      en: 'The object store or the server does not answer. The upload continues automatically.',
      de: 'Der Objektspeicher oder der Server antwortet nicht. Der Upload läuft automatisch weiter.',
    },
  },
  'upload-paused': {
    tone: 'quiet',
    word: 'upload paused',
    label: { en: 'Paused', de: 'Pausiert' },
    sentence: { en: 'The upload is paused in this browser.', de: 'Der Upload ist in diesem Browser pausiert.' },
  },
  'upload-interrupted': {
    tone: 'careful',
    word: 'upload interrupted',
    label: { en: 'Interrupted', de: 'Unterbrochen' },
    sentence: {
      en: 'The upload was interrupted. Continue it in the list of uploads.',
      de: 'Der Upload wurde unterbrochen. Setzen Sie ihn in der Liste der Uploads fort.',
    },
  },
  'upload-open': {
    tone: 'quiet',
    word: 'upload open',
    label: { en: 'Upload open', de: 'Upload offen' },
    sentence: {
      en: 'Another browser or program has started the upload and has not finished it.',
      de: 'Ein anderer Browser oder ein Programm hat den Upload begonnen und noch nicht beendet.',
    },
  },
  queued: {
    tone: 'quiet',
    word: 'queued',
    label: { en: 'Queued', de: 'In Warteschlange' },
    sentence: { en: 'Processing starts automatically.', de: 'Die Verarbeitung startet automatisch.' },
  },
  'awaits-worker': {
    tone: 'quiet',
    word: 'waiting for a worker',
    label: { en: 'Waiting for a worker', de: 'Wartet auf einen Worker' },
    sentence: {
      en: 'All workers are busy. The next free one continues.',
      de: 'Alle Worker sind beschäftigt. Der nächste freie macht weiter.',
    },
  },
  'awaits-scratch': {
    tone: 'quiet',
    word: 'waiting for disk space',
    label: { en: 'Waiting for disk space', de: 'Wartet auf Speicherplatz' },
    sentence: {
      en: 'The worker waits until enough disk space is free.',
      de: 'Der Worker wartet, bis genug Speicherplatz frei ist.',
    },
  },
  checking: {
    tone: 'busy',
    word: 'checking',
    label: { en: 'Checking', de: 'Wird geprüft' },
    sentence: { en: 'The image is being checked.', de: 'Das Image wird geprüft.' },
  },
  converting: {
    tone: 'busy',
    word: 'converting',
    label: { en: 'Converting', de: 'Wird konvertiert' },
    sentence: { en: 'The image is being converted.', de: 'Das Image wird konvertiert.' },
  },
  booting: {
    tone: 'busy',
    word: 'boot test',
    label: { en: 'Boot test', de: 'Starttest' },
    sentence: { en: 'The image is being started once.', de: 'Das Image wird einmal gestartet.' },
  },
  publishing: {
    tone: 'busy',
    word: 'publishing',
    label: { en: 'Publishing', de: 'Wird veröffentlicht' },
    sentence: { en: 'The image is being published.', de: 'Das Image wird veröffentlicht.' },
  },
  retrying: {
    tone: 'quiet',
    word: 'trying again',
    label: { en: 'Trying again', de: 'Wird erneut versucht' },
    sentence: {
      en: 'The last try failed. The next one starts automatically.',
      de: 'Der letzte Versuch ist fehlgeschlagen. Der nächste startet automatisch.',
    },
  },
  'repair-queued': {
    tone: 'quiet',
    word: 'repair queued',
    label: { en: 'Repair queued', de: 'Reparatur wartet' },
    sentence: { en: 'The repair starts automatically.', de: 'Die Reparatur startet automatisch.' },
  },
  repairing: {
    tone: 'busy',
    word: 'repairing',
    label: { en: 'Repairing', de: 'Wird repariert' },
    sentence: {
      en: 'A copy of the original is being repaired. It is then checked like every upload.',
      de: 'Eine Kopie des Originals wird repariert. Danach wird sie wie jeder Upload geprüft.',
    },
  },
  'repair-failed': {
    tone: 'bad',
    word: 'repair failed',
    label: { en: 'Repair failed', de: 'Reparatur fehlgeschlagen' },
    sentence: {
      en: 'The repair failed. The original is unchanged.',
      de: 'Die Reparatur ist fehlgeschlagen. Das Original ist unverändert.',
    },
  },
  'download-queued': {
    tone: 'quiet',
    word: 'download queued',
    label: { en: 'Download queued', de: 'Download wartet' },
    sentence: { en: 'The download starts automatically.', de: 'Der Download startet automatisch.' },
  },
  downloading: {
    tone: 'busy',
    word: 'downloading',
    label: { en: 'Downloading', de: 'Wird heruntergeladen' },
    sentence: { en: 'The file is being downloaded.', de: 'Die Datei wird heruntergeladen.' },
  },
  'download-failed': {
    tone: 'bad',
    word: 'download failed',
    label: { en: 'Download failed', de: 'Download fehlgeschlagen' },
    sentence: { en: 'The file could not be downloaded.', de: 'Die Datei konnte nicht heruntergeladen werden.' },
  },
  cancelled: {
    tone: 'quiet',
    word: 'cancelled',
    label: { en: 'Cancelled', de: 'Abgebrochen' },
    sentence: { en: 'Processing was cancelled.', de: 'Die Verarbeitung wurde abgebrochen.' },
  },
  rejected: {
    tone: 'bad',
    word: 'rejected',
    label: { en: 'Action needed', de: 'Aktion nötig' },
    sentence: {
      en: 'This image was not published. The upload is kept.',
      de: 'Dieses Image wurde nicht veröffentlicht. Der Upload bleibt erhalten.',
    },
  },
  failed: {
    tone: 'bad',
    word: 'failed',
    label: { en: 'Failed', de: 'Fehlgeschlagen' },
    sentence: { en: 'Something went wrong on our side.', de: 'Auf unserer Seite ist etwas schiefgegangen.' },
  },
  active: {
    tone: 'good',
    word: 'active',
    label: { en: 'Active', de: 'Aktiv' },
    sentence: {
      en: 'The image was started once, and all checks passed.',
      de: 'Das Image wurde einmal gestartet, und alle Prüfungen sind bestanden.',
    },
  },
  'active-unstarted': {
    tone: 'unproven',
    word: 'active, not started',
    label: { en: 'Active, not started', de: 'Aktiv, nicht gestartet' },
    sentence: {
      en: 'All checks passed, but the boot test was switched off. Nobody has started this image here.',
      de: 'Alle Prüfungen sind bestanden, aber der Starttest war ausgeschaltet. Das Image wurde hier nie gestartet.',
    },
  },
  'active-warned': {
    tone: 'careful',
    word: 'active, with warnings',
    label: { en: 'Active, with warnings', de: 'Aktiv, mit Warnungen' },
    sentence: {
      en: 'The image can be used. Read the warnings before you rely on it.',
      de: 'Das Image ist nutzbar. Lesen Sie die Warnungen, bevor Sie sich darauf verlassen.',
    },
  },
  'active-checking': {
    tone: 'busy',
    word: 'active, being checked',
    label: { en: 'Active, being checked', de: 'Aktiv, wird geprüft' },
    sentence: {
      en: 'The image can be used. Its checks are not finished yet.',
      de: 'Das Image ist nutzbar. Die Prüfungen laufen noch.',
    },
  },
  'active-rejected': {
    tone: 'bad',
    word: 'active, with problems',
    label: { en: 'Active, with problems', de: 'Aktiv, mit Problemen' },
    sentence: {
      en: 'The image is served as it was uploaded, but it did not pass the checks.',
      de: 'Das Image wird so bereitgestellt, wie es hochgeladen wurde, hat die Prüfungen aber nicht bestanden.',
    },
  },
  'active-unchecked': {
    tone: 'careful',
    word: 'active, not checked',
    label: { en: 'Active, not checked', de: 'Aktiv, nicht geprüft' },
    sentence: {
      en: 'The image is served as it was uploaded. Its checks did not finish.',
      de: 'Das Image wird so bereitgestellt, wie es hochgeladen wurde. Die Prüfungen wurden nicht beendet.',
    },
  },
  'active-unknown': {
    tone: 'unproven',
    word: 'active',
    label: { en: 'Active', de: 'Aktiv' },
    sentence: {
      en: 'The image can be used. Its checks are visible only to its project.',
      de: 'Das Image ist nutzbar. Seine Prüfungen sieht nur sein Projekt.',
    },
  },
  deactivated: {
    tone: 'quiet',
    word: 'deactivated',
    label: { en: 'Deactivated', de: 'Deaktiviert' },
    sentence: {
      en: 'An administrator or a failed safety check has deactivated the image. Nobody can use it.',
      de: 'Ein Administrator oder eine nicht bestandene Sicherheitsprüfung hat das Image deaktiviert. Niemand kann es nutzen.',
    },
  },
  deleting: {
    tone: 'quiet',
    word: 'deleting',
    label: { en: 'Deleting', de: 'Wird gelöscht' },
    sentence: { en: 'The image and its data are being deleted.', de: 'Das Image und seine Daten werden gelöscht.' },
  },
} as const satisfies Readonly<Record<string, State>>;

export type ImageStateKey = keyof typeof imageStates;
