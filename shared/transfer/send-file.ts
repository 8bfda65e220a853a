import type { SignedParts, UploadSession } from '../contracts/api.ts';
import { inLanes } from './lanes.ts';
import { type Part, planParts, type StoredPart } from './part-plan.ts';
import { createPartUrls } from './part-urls.ts';
import { type Patience, pause, withRetries } from './retry.ts';

/** The calls that an upload needs. Errors carry the API's code as `code`. */
export type UploadApi = {
  openUpload(id: string, size: number): Promise<UploadSession>;
  signParts(id: string, partNumbers: number[]): Promise<SignedParts>;
  completeUpload(id: string, size: number): Promise<unknown>;
};

/** Where the bytes come from. */
export type UploadSource<Body> = {
  size: number;
  /** For one lane, which reads one part at a time: it may use the same buffer again. @param longest bytes of the longest part */
  openLane(longest: number): (part: Part) => Promise<Body> | Body;
};

/** Where the bytes go. @returns the ETag of the store, if it can be seen */
export type PutPart<Body> = (
  url: string,
  body: Body,
  options: { signal: AbortSignal; onSent: (bytes: number) => void },
) => Promise<string | undefined>;

/** How a client knows that the store has a part as it is in the file. */
export type Proof<Body> = {
  /** After the store accepted a part. @throws an error that `passes` when the part must be sent again */
  sent(part: Part, body: Body, etag: string | undefined): void;
  /** `read` gets the part from the file. */
  holds(stored: StoredPart, read: () => Promise<Body> | Body): Promise<boolean> | boolean;
};

export type SendInput<Body> = {
  api: UploadApi;
  imageId: string;
  source: UploadSource<Body>;
  put: PutPart<Body>;
  proof: Proof<Body>;
  /** Connections at once. */
  lanes: number;
  patience: { part: Patience; api: Patience };
  /** Whether an error may pass by itself. */
  passes: (error: unknown) => boolean;
  /** Whether the store refused the signed link. Another link may help. */
  isLinkRefused: (error: unknown) => boolean;
  /** Whether the installation has seen the whole object. */
  hasBytes: () => Promise<boolean>;
  /** True when an earlier process asked for the completion and may have missed the answer. */
  wasCompleting?: boolean;
  signal: AbortSignal;
  /** Ends pauses early, see `hurryEvent`. */
  hurry?: EventTarget | undefined;
  on: {
    /** After each listing of the store: the bytes that it has. */
    planned(there: number): void;
    /** Bytes that are there or on their way. */
    moved(bytes: number): void;
    waiting(error: unknown): void;
    /** The store took a part, or the API answered: a wait is over. */
    answered?(): void;
    /** All parts are there. */
    completing(): Promise<void> | void;
  };
};

/** The store does not keep what it accepted. */
export class StoreLosesParts extends Error {}

/** More often is no accident. */
const rounds = 3;
/** In a row: an old link is one refusal. A new one that is refused too will not be accepted later. */
const mostRefusals = 2;
/** How long the installation may take to see an object that the store has made. */
const seenWithin = { times: 30, everyMs: 2000 };

/**
 * Sends the parts that the store lacks and makes an object of them. CLI and portal both use it. The remains of an interrupted attempt may replace a complete
 * part, even long afterwards (versitygw fills such a part up with zeros). So each part needs a proof, and the store is asked again after the last part.
 * @throws StoreLosesParts, and errors of the ports
 */
export async function sendFile<Body>(input: SendInput<Body>): Promise<void> {
  if (input.wasCompleting && (await complete(input, true))) return;
  // A part may be lost between the check and the completion of the upload.
  for (let round = 1; ; round++) {
    await sendAll(input);
    await input.on.completing();
    if (await complete(input, false)) return;
    if (round >= rounds) throw new StoreLosesParts('parts are missing at the completion');
  }
}

/** Until the store has proven to hold every part. */
async function sendAll<Body>(input: SendInput<Body>): Promise<void> {
  const { api, imageId, source, on } = input;
  for (let round = 1; ; round++) {
    const plan = planParts(await callApi(input, () => api.openUpload(imageId, source.size)));
    const good = await findGood(input, plan.stored);
    const toSend = [...plan.missing, ...plan.stored.filter(({ partNumber }) => !good.has(partNumber))].toSorted(
      (one, other) => one.partNumber - other.partNumber,
    );
    const there = source.size - toSend.reduce((sum, { length }) => sum + length, 0);
    on.planned(there);
    if (toSend.length === 0) return;
    if (round > rounds) throw new StoreLosesParts('the store replaced parts');
    await sendParts(input, toSend, there);
  }
}

async function findGood<Body>(
  { source, proof, lanes, signal }: SendInput<Body>,
  stored: readonly StoredPart[],
): Promise<Set<number>> {
  const good = new Set<number>();
  await inLanes(stored, { lanes, signal, open: source.openLane }, async (part, read) => {
    if (await proof.holds(part, () => read(part))) good.add(part.partNumber);
  });
  return good;
}

async function sendParts<Body>(input: SendInput<Body>, parts: readonly Part[], there: number): Promise<void> {
  const { api, imageId, source, put, proof, lanes, patience, passes, isLinkRefused, hurry, on } = input;
  const urls = createPartUrls(
    api,
    imageId,
    parts.map(({ partNumber }) => partNumber),
  );
  let arrived = there;
  const onTheWay = new Map<number, number>();
  const tell = (): void => on.moved([...onTheWay.values()].reduce((sum, bytes) => sum + bytes, arrived));

  await inLanes(parts, { lanes, signal: input.signal, open: source.openLane }, async (part, read, signal) => {
    const { partNumber, length } = part;
    const body = await read(part);
    let refusals = 0;
    const attempt = async (): Promise<void> => {
      const url = await urls.of(partNumber);
      try {
        const etag = await put(url, body, {
          signal,
          onSent: (bytes) => {
            onTheWay.set(partNumber, Math.min(bytes, length));
            tell();
          },
        });
        proof.sent(part, body, etag);
      } finally {
        onTheWay.delete(partNumber);
      }
    };
    await withRetries(attempt, {
      ...patience.part,
      signal,
      hurry,
      onPause: on.waiting,
      mayPass: (error) => (isLinkRefused(error) ? ++refusals <= mostRefusals : passes(error)),
    });
    arrived += length;
    on.answered?.();
    tell();
  });
}

/**
 * False when something is missing. The answer may get lost although the store has made the object: then it knows of no open upload the next time, and the
 * image will have its bytes soon. If not, sending the same bytes again does no harm.
 */
async function complete<Body>(input: SendInput<Body>, wasAsked: boolean): Promise<boolean> {
  const { api, imageId, source, passes, hasBytes, signal } = input;
  let mayBeDone = wasAsked;
  try {
    await callApi(
      input,
      () => api.completeUpload(imageId, source.size),
      (error) => {
        mayBeDone ||= passes(error);
      },
    );
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    const isLost = code === 'object-missing' && mayBeDone;
    if (code !== 'conflict' && !isLost) throw error;
    for (let time = 1; ; time++) {
      if (await hasBytes()) return true;
      if (!isLost || time >= seenWithin.times) return false;
      await pause(seenWithin.everyMs, signal);
    }
  }
}

async function callApi<Body, T>(
  { patience, passes, signal, hurry, on }: SendInput<Body>,
  work: () => Promise<T>,
  onError?: (error: unknown) => void,
): Promise<T> {
  const answer = await withRetries(work, {
    ...patience.api,
    signal,
    hurry,
    onPause: on.waiting,
    mayPass: (error) => {
      onError?.(error);
      return passes(error);
    },
  });
  on.answered?.();
  return answer;
}
