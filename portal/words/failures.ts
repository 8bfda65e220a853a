import type { ErrorCode } from '../../shared/errors.ts';

/** What happened, and what the reader can do; `advice` only where it is the same each time. */
type FailureWords = { readonly title: string; readonly advice?: string };

/**
 * The API explains failures in English, with all particulars. In other languages this heads what it says: it is chosen by the code, for
 * sentences with particulars of each failure cannot be translated here.
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
      advice: 'Fragen Sie, wer Ihr Projekt verwaltet.',
    },
    'not-found': {
      title: 'Das gibt es nicht, oder nicht mehr.',
      advice: 'Vielleicht wurde es inzwischen gelöscht. Laden Sie die Seite neu.',
    },
    conflict: { title: 'Das ist im jetzigen Zustand nicht möglich.' },
    'quota-exceeded': {
      title: 'Das ist mehr, als erlaubt ist.',
      advice: 'Löschen Sie, was Sie nicht mehr brauchen, oder bitten Sie den Betreiber um mehr Platz.',
    },
    'too-many-requests': {
      title: 'Das waren zu viele Anfragen auf einmal.',
      advice: 'Warten Sie kurz, und versuchen Sie es erneut.',
    },
    'too-slow': { title: 'Die Übertragung war zu langsam oder stand still.', advice: 'Versuchen Sie es erneut.' },
    'unsupported-media': { title: 'Diese Art von Inhalt wird hier nicht angenommen.' },
    'range-unsatisfiable': { title: 'Diesen Teil der Datei gibt es nicht.' },
    gone: { title: 'Das gilt nicht mehr.', advice: 'Beginnen Sie von vorn.' },
    'object-missing': {
      title: 'Die Datei dieses Images ist nicht mehr da.',
      advice: 'Laden Sie das Image erneut hoch.',
    },
    'object-changed': {
      title: 'Die Datei wurde währenddessen durch eine andere ersetzt.',
      advice: 'Versuchen Sie es erneut; dann wird die neue Datei verarbeitet.',
    },
    'tool-failed': {
      title: 'Ein Werkzeug ist an diesem Image gescheitert.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
    'tool-killed': {
      title: 'Ein Werkzeug brauchte für dieses Image mehr Zeit oder Speicher, als erlaubt ist, oder wurde abgebrochen.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
    'tool-missing': {
      title: 'Auf unserer Seite fehlt ein Werkzeug.',
      advice: 'Melden Sie es dem Betreiber, und versuchen Sie es danach erneut.',
    },
    'scratch-full': {
      title: 'Auf unserer Seite reichte der Platz zum Verarbeiten nicht.',
      advice: 'Versuchen Sie es später erneut, oder melden Sie es dem Betreiber.',
    },
    'scratch-too-small': {
      title: 'Die Disk des Images ist größer als der Platz zum Verarbeiten auf unserer Seite.',
      advice: 'Verkleinern Sie die Disk, oder melden Sie es dem Betreiber.',
    },
    superseded: { title: 'Etwas Neueres ist an die Stelle davon getreten.', advice: 'Laden Sie die Seite neu.' },
    unavailable: { title: 'Ein benötigter Dienst antwortet gerade nicht.', advice: 'Versuchen Sie es später erneut.' },
    internal: {
      title: 'Ein unerwarteter Fehler ist aufgetreten.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
  },
};
