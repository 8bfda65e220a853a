import type { ErrorCode } from '../../shared/errors.ts';

/** The event, and what the reader can do. `advice` is set only where it is always the same. */
type FailureWords = { readonly title: string; readonly advice?: string };

/**
 * The API explains failures in English, with all details. In other languages these words come first, chosen by the error code: the detailed
 * sentences of the API cannot be translated here.
 */
export const failureWords: Readonly<Record<'de', Readonly<Record<ErrorCode, FailureWords>>>> = {
  de: {
    'invalid-input': {
      title: 'Diese Angaben können nicht verwendet werden.',
      advice: 'Berichtigen Sie sie, und versuchen Sie es erneut.',
    },
    unauthenticated: {
      title: 'Sie sind nicht angemeldet, oder Ihr Schlüssel gilt nicht.',
      advice: 'Melden Sie sich mit einem gültigen API-Schlüssel an.',
    },
    forbidden: {
      title: 'Dazu haben Sie keine Berechtigung.',
      advice: 'Wenden Sie sich an die Person, die Ihr Projekt verwaltet.',
    },
    'not-found': {
      title: 'Das gibt es nicht oder nicht mehr.',
      advice: 'Vielleicht wurde es inzwischen gelöscht. Laden Sie die Seite neu.',
    },
    conflict: { title: 'Das ist im jetzigen Zustand nicht möglich.' },
    'quota-exceeded': {
      title: 'Das überschreitet Ihr Kontingent.',
      advice: 'Löschen Sie nicht mehr benötigte Images, oder bitten Sie den Betreiber um ein größeres Kontingent.',
    },
    'too-many-requests': {
      title: 'Das waren zu viele Anfragen auf einmal.',
      advice: 'Warten Sie kurz, und versuchen Sie es erneut.',
    },
    'too-slow': {
      title: 'Die Übertragung war zu langsam oder ist stehen geblieben.',
      advice: 'Versuchen Sie es erneut.',
    },
    'unsupported-media': { title: 'Diese Art von Inhalt wird hier nicht angenommen.' },
    'range-unsatisfiable': { title: 'Diesen Teil der Datei gibt es nicht.' },
    gone: { title: 'Das ist nicht mehr gültig.', advice: 'Beginnen Sie von vorn.' },
    'object-missing': {
      title: 'Die Datei dieses Images gibt es nicht mehr.',
      advice: 'Laden Sie das Image erneut hoch.',
    },
    'object-changed': {
      title: 'Die Datei wurde während der Verarbeitung ersetzt.',
      advice: 'Versuchen Sie es erneut. Dann wird die neue Datei verarbeitet.',
    },
    'tool-failed': {
      title: 'Ein Werkzeug ist an diesem Image gescheitert.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
    'tool-killed': {
      title: 'Ein Werkzeug hat für dieses Image zu viel Zeit oder Speicher gebraucht, oder es wurde abgebrochen.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
    'tool-missing': {
      title: 'Auf unserer Seite fehlt ein Werkzeug.',
      advice: 'Melden Sie es dem Betreiber, und versuchen Sie es danach erneut.',
    },
    'scratch-full': {
      title: 'Auf unserer Seite reichte der Platz für die Verarbeitung nicht.',
      advice: 'Versuchen Sie es später erneut, oder melden Sie es dem Betreiber.',
    },
    'scratch-too-small': {
      title: 'Die Disk des Images ist größer als der Platz für die Verarbeitung auf unserer Seite.',
      advice: 'Verkleinern Sie die Disk, oder melden Sie es dem Betreiber.',
    },
    superseded: { title: 'Ein neuerer Vorgang hat diesen ersetzt.', advice: 'Laden Sie die Seite neu.' },
    unavailable: { title: 'Ein benötigter Dienst antwortet gerade nicht.', advice: 'Versuchen Sie es später erneut.' },
    internal: {
      title: 'Ein unerwarteter Fehler ist aufgetreten.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
  },
};
