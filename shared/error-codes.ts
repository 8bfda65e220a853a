/** The facts that follow from an error's code alone. docs/adding/error-code.md says how to add one. */
type ErrorCodeFacts = {
  /** HTTP status of an answer. 500: it is our fault. */
  readonly status: number;
  /** How a command ends; the numbers are in cli/exit.ts. */
  readonly exit: 'usage' | 'failure' | 'notFound' | 'notAllowed' | 'conflict';
  /** In the OpenAPI document. */
  readonly description?: string;
  /**
   * Failures are translated sentence by sentence (shared/problems). These words stand before a sentence that has no translation there.
   * `advice` only where it is always the same.
   */
  readonly de: { readonly title: string; readonly advice?: string };
};

export const errorCodes = {
  'invalid-input': {
    status: 400,
    exit: 'usage',
    description: 'The request is not valid',
    de: {
      title: 'Diese Angaben können nicht verwendet werden.',
      advice: 'Berichtigen Sie sie, und versuchen Sie es erneut.',
    },
  },
  unauthenticated: {
    status: 401,
    exit: 'notAllowed',
    description: 'The key, token or session is missing or invalid',
    de: {
      title: 'Sie sind nicht angemeldet, oder Ihr Schlüssel gilt nicht.',
      advice: 'Melden Sie sich mit einem gültigen API-Schlüssel an.',
    },
  },
  forbidden: {
    status: 403,
    exit: 'notAllowed',
    description: 'The key or user lacks the required role or project, or the session is used from another site',
    de: {
      title: 'Dazu haben Sie keine Berechtigung.',
      advice: 'Wenden Sie sich an die Person, die Ihr Projekt verwaltet.',
    },
  },
  'not-found': {
    status: 404,
    exit: 'notFound',
    description: 'Not found, or not visible to this key or user',
    de: {
      title: 'Das gibt es nicht oder nicht mehr.',
      advice: 'Vielleicht wurde es inzwischen gelöscht. Laden Sie die Seite neu.',
    },
  },
  conflict: {
    status: 409,
    exit: 'conflict',
    description: 'Conflict with the current state',
    de: { title: 'Das ist im jetzigen Zustand nicht möglich.' },
  },
  'quota-exceeded': {
    status: 413,
    exit: 'conflict',
    description: 'Larger than the limit or the quota',
    de: {
      title: 'Das überschreitet Ihr Kontingent.',
      advice: 'Löschen Sie nicht mehr benötigte Images, oder bitten Sie den Betreiber um ein größeres Kontingent.',
    },
  },
  'too-many-requests': {
    status: 429,
    exit: 'failure',
    description: 'Too many requests; Retry-After says when to try again',
    de: { title: 'Das waren zu viele Anfragen auf einmal.', advice: 'Warten Sie kurz, und versuchen Sie es erneut.' },
  },
  'too-slow': {
    status: 408,
    exit: 'failure',
    description: 'The body arrived too slowly',
    de: { title: 'Die Übertragung war zu langsam oder ist stehen geblieben.', advice: 'Versuchen Sie es erneut.' },
  },
  'unsupported-media': {
    status: 415,
    exit: 'failure',
    description: 'The media type of the body is not supported',
    de: { title: 'Diese Art von Inhalt wird hier nicht angenommen.' },
  },
  'range-unsatisfiable': {
    status: 416,
    exit: 'failure',
    de: { title: 'Diesen Teil der Datei gibt es nicht.' },
  },
  gone: {
    status: 410,
    exit: 'failure',
    description: 'No longer available',
    de: { title: 'Das ist nicht mehr gültig.', advice: 'Beginnen Sie von vorn.' },
  },
  'object-missing': {
    status: 404,
    exit: 'failure',
    de: { title: 'Die Datei dieses Images gibt es nicht mehr.', advice: 'Laden Sie das Image erneut hoch.' },
  },
  'object-changed': {
    status: 409,
    exit: 'failure',
    de: {
      title: 'Die Datei wurde während der Verarbeitung ersetzt.',
      advice: 'Versuchen Sie es erneut. Dann wird die neue Datei verarbeitet.',
    },
  },
  'tool-failed': {
    status: 500,
    exit: 'failure',
    de: {
      title: 'Ein Werkzeug ist an diesem Image gescheitert.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
  },
  'tool-killed': {
    status: 500,
    exit: 'failure',
    de: {
      title: 'Ein Werkzeug hat für dieses Image zu viel Zeit oder Speicher gebraucht, oder es wurde abgebrochen.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
  },
  'tool-missing': {
    status: 500,
    exit: 'failure',
    de: {
      title: 'Auf unserer Seite fehlt ein Werkzeug.',
      advice: 'Melden Sie es dem Betreiber, und versuchen Sie es danach erneut.',
    },
  },
  'scratch-full': {
    status: 500,
    exit: 'failure',
    de: {
      title: 'Auf unserer Seite reichte der Platz für die Verarbeitung nicht.',
      advice: 'Versuchen Sie es später erneut, oder melden Sie es dem Betreiber.',
    },
  },
  'scratch-too-small': {
    status: 500,
    exit: 'failure',
    de: {
      title: 'Die Disk des Images ist größer als der Platz für die Verarbeitung auf unserer Seite.',
      advice: 'Verkleinern Sie die Disk, oder melden Sie es dem Betreiber.',
    },
  },
  superseded: {
    status: 409,
    exit: 'failure',
    de: { title: 'Ein neuerer Vorgang hat diesen ersetzt.', advice: 'Laden Sie die Seite neu.' },
  },
  unavailable: {
    status: 503,
    exit: 'failure',
    description: 'A required service does not answer; try again',
    de: { title: 'Ein benötigter Dienst antwortet gerade nicht.', advice: 'Versuchen Sie es später erneut.' },
  },
  internal: {
    status: 500,
    exit: 'failure',
    de: {
      title: 'Ein unerwarteter Fehler ist aufgetreten.',
      advice: 'Versuchen Sie es erneut. Scheitert es wieder, melden Sie es dem Betreiber.',
    },
  },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

/** The row of a code, with the fields that only some rows have. */
export function describeErrorCode(code: ErrorCode): ErrorCodeFacts {
  return errorCodes[code];
}
