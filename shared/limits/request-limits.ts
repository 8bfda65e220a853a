import type { ErrorCode } from '../error-codes.ts';
import { BootreadyError } from '../errors.ts';
import { formatBytes } from '../text/quantities.ts';

type RequestLimit = {
  most: number;
  unit: 'items' | 'bytes' | 'levels' | 'seconds';
  /** Where it is counted, as the subject of a sentence: "A list". */
  per: string;
  /** The counted thing, as the end of that sentence: "has at most 8 sort keys". */
  of: string;
  /** How a request beyond it is refused; or what happens instead. */
  code:
    | 'header-overflow'
    | 'next-page'
    | 'end-of-connection'
    | 'waits'
    | 'oldest-ends'
    | Extract<ErrorCode, 'invalid-input' | 'quota-exceeded' | 'too-slow' | 'too-many-requests' | 'unavailable'>;
  remedy: string;
};

const MiB = 1024 ** 2;
const KiB = 1024;

/**
 * Limits of one request, one record and one client of the API. Every limit is here and nowhere else: the routes enforce this table, and docs/api-limits.md and
 * the OpenAPI document are made from it. ASVS 5.0, 2.4 and 15.2.
 */
export const requestLimits = {
  connections: {
    most: 5000,
    unit: 'items',
    of: 'open connections',
    per: 'An API process',
    code: 'end-of-connection',
    remedy: 'Close unused connections.',
  },
  connectionsOfAddress: {
    most: 2000,
    unit: 'items',
    of: 'open connections to an API process',
    per: 'An address',
    code: 'end-of-connection',
    remedy: 'Close unused connections.',
  },
  urlAndHeaderBytes: {
    most: 16 * KiB,
    unit: 'bytes',
    of: 'of URL and headers',
    per: 'A request',
    code: 'header-overflow',
    remedy: 'Send fewer or shorter filters.',
  },
  bodyBytes: {
    most: MiB,
    unit: 'bytes',
    of: 'of body, image data aside',
    per: 'A request',
    code: 'quota-exceeded',
    remedy: 'Send it in several requests.',
  },
  bodySeconds: {
    most: 30,
    unit: 'seconds',
    of: 'to send its body, image data aside',
    per: 'A request',
    code: 'too-slow',
    remedy: 'Send the request again.',
  },
  silentSeconds: {
    most: 60,
    unit: 'seconds',
    of: 'without a byte of image data',
    per: 'An upload through the API',
    code: 'too-slow',
    remedy: 'Send the data again; "bootready upload" continues where it stopped.',
  },
  bodiesBytes: {
    most: 24 * MiB,
    unit: 'bytes',
    of: 'of bodies at once, half of it for one project',
    per: 'An API process',
    code: 'unavailable',
    remedy: 'Try again later, and send fewer large requests at the same time.',
  },
  strangersBodiesBytes: {
    most: 8 * MiB,
    unit: 'bytes',
    of: 'of bodies at once of requests without a key, half of it for one address',
    per: 'An API process',
    code: 'unavailable',
    remedy: 'Try again later, and send fewer large requests at the same time.',
  },
  answersBytes: {
    most: 24 * MiB,
    unit: 'bytes',
    of: 'of answers that nobody has read yet, half of it for one project',
    per: 'An API process',
    code: 'unavailable',
    remedy: 'Read the responses you requested. Then try again.',
  },
  strangersAnswersBytes: {
    most: 8 * MiB,
    unit: 'bytes',
    of: 'of unread answers to requests without a key, half of it for one address',
    per: 'An API process',
    code: 'unavailable',
    remedy: 'Read the responses you requested. Then try again.',
  },
  unreadSeconds: {
    most: 30,
    unit: 'seconds',
    of: 'without a byte that its client takes',
    per: 'An answer',
    code: 'end-of-connection',
    remedy: 'Read the response as it arrives.',
  },
  jsonLevels: {
    most: 32,
    unit: 'levels',
    of: 'of nested JSON',
    per: 'A body',
    code: 'invalid-input',
    remedy: 'Send flatter JSON, as described in GET /openapi.json.',
  },
  sortKeys: {
    most: 8,
    unit: 'items',
    of: 'sort keys',
    per: 'A list',
    code: 'invalid-input',
    remedy: 'Sort by fewer keys.',
  },
  tagFilters: {
    most: 32,
    unit: 'items',
    of: 'tags to filter by',
    per: 'A list',
    code: 'invalid-input',
    remedy: 'Filter by fewer tags.',
  },
  propertyFilters: {
    most: 32,
    unit: 'items',
    of: 'properties to filter by',
    per: 'A list',
    code: 'invalid-input',
    remedy: 'Filter by fewer properties.',
  },
  filterValues: {
    most: 200,
    unit: 'items',
    of: 'values of one filter',
    per: 'A list',
    code: 'invalid-input',
    remedy: 'Use several requests.',
  },
  pageItems: {
    most: 1000,
    unit: 'items',
    of: 'images on one page',
    per: 'A list',
    code: 'next-page',
    remedy: 'Follow the link to the next page.',
  },
  pageBytes: {
    most: 2 * MiB,
    unit: 'bytes',
    of: 'of properties and tags on one page',
    per: 'A list',
    code: 'next-page',
    remedy: 'Follow the link to the next page.',
  },
  tags: { most: 128, unit: 'items', of: 'tags', per: 'An image', code: 'quota-exceeded', remedy: 'Remove some first.' },
  properties: {
    most: 128,
    unit: 'items',
    of: 'properties',
    per: 'An image',
    code: 'quota-exceeded',
    remedy: 'Remove some first.',
  },
  propertyBytes: {
    most: 128 * KiB,
    unit: 'bytes',
    of: 'of properties, names and values together',
    per: 'An image',
    code: 'quota-exceeded',
    remedy: 'Remove some properties, or shorten their values.',
  },
  members: {
    most: 128,
    unit: 'items',
    of: 'members',
    per: 'An image',
    code: 'quota-exceeded',
    remedy: 'Remove some first.',
  },
  runs: {
    most: 50,
    unit: 'items',
    of: 'runs',
    per: 'An image',
    code: 'quota-exceeded',
    remedy: 'Upload the file as a new image.',
  },
  partLinks: {
    most: 1000,
    unit: 'items',
    of: 'links to parts',
    per: 'A request',
    code: 'invalid-input',
    remedy: 'Use several requests.',
  },
  streamsPerKey: {
    most: 20,
    unit: 'items',
    of: 'open event streams',
    per: 'A key, session or user',
    code: 'too-many-requests',
    remedy: 'Close one first. One stream of /v1/images/stream is enough for a whole list.',
  },
  streams: {
    most: 500,
    unit: 'items',
    of: 'open event streams',
    per: 'An API process',
    code: 'unavailable',
    remedy: 'Try again later.',
  },
  unreadStreamBytes: {
    most: MiB,
    unit: 'bytes',
    of: 'that its reader has not taken, or a single larger event',
    per: 'An event stream',
    code: 'unavailable',
    remedy: 'Connect again. Each event contains the whole image.',
  },
  unreadStreamsBytes: {
    most: 32 * MiB,
    unit: 'bytes',
    of: 'that readers of event streams have not taken',
    per: 'An API process',
    code: 'end-of-connection',
    remedy: 'Read the events. The stream with the most unread events ends first. Then connect again.',
  },
  sessions: {
    most: 50,
    unit: 'items',
    of: 'browsers that are signed in',
    per: 'A key or user',
    code: 'oldest-ends',
    remedy: 'Sign in again where you were signed out.',
  },
  listsAtOnce: {
    most: 2,
    unit: 'items',
    of: 'lists, full records and reports of images that are read at once; projects take turns',
    per: 'An API process',
    code: 'waits',
    remedy: 'Request one page after another.',
  },
  requestsAtOnce: {
    most: 64,
    unit: 'items',
    of: 'requests with a key that are worked on at once, image data and event streams aside; projects take turns',
    per: 'An API process',
    code: 'waits',
    remedy: 'Send fewer requests at the same time.',
  },
  judgedAtOnce: {
    most: 4,
    unit: 'items',
    of: 'images sent unchanged that are checked at once; projects take turns',
    per: 'An API process',
    code: 'waits',
    remedy: 'Send one image after another.',
  },
  webhookUrlBytes: {
    most: 2 * KiB,
    unit: 'bytes',
    of: 'of URL',
    per: 'A webhook',
    code: 'invalid-input',
    remedy: 'Use a shorter URL.',
  },
  eventSecrets: {
    most: 8,
    unit: 'items',
    of: 'secrets that its records show',
    per: 'A storage notification',
    code: 'invalid-input',
    remedy: 'Send the secret in a header.',
  },
} as const satisfies Readonly<Record<string, RequestLimit>>;

type RequestLimitName = keyof typeof requestLimits;

/** Limits that our own code enforces. Node's HTTP server, or a shorter page, enforces the others. */
type Refused = {
  [Name in RequestLimitName]: (typeof requestLimits)[Name]['code'] extends ErrorCode ? Name : never;
}[RequestLimitName];

/** "8", "16.0 KiB", "30 seconds": the number as sentences and tables have it. */
export function readAmount({ most, unit }: RequestLimit): string {
  if (unit === 'bytes') return formatBytes(most);
  return unit === 'items' ? String(most) : `${most} ${unit}`;
}

/** The refusal of what goes beyond a limit; its message names the limit. */
export function beyondLimit(name: Refused): BootreadyError {
  const limit = requestLimits[name];
  const { code, remedy } = limit;
  return new BootreadyError({
    code,
    message: `${limit.per} has at most ${readAmount(limit)} ${limit.of}.`,
    remedy,
    retryable: code === 'unavailable' || code === 'too-many-requests',
    context: { limit: name },
  });
}

/** @throws BootreadyError that names the limit */
export function assertWithin(name: Refused, count: number): void {
  if (count > requestLimits[name].most) throw beyondLimit(name);
}

/** Bytes of an image's properties as the limit counts them. */
export function bytesOfProperties(properties: Readonly<Record<string, string>>): number {
  return Object.entries(properties).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}
