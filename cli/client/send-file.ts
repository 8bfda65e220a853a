import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { formatPercent } from '../../shared/text/quantities.ts';
import { type Part, planParts } from '../../shared/transfer/part-plan.ts';
import { createPartUrls } from '../../shared/transfer/part-urls.ts';
import { noLimit, type RateLimit } from '../../shared/transfer/rate-limit.ts';
import { pause, withRetries } from '../../shared/transfer/retry.ts';
import { tellLine } from '../terminal.ts';
import type { ApiClient } from './api-client.ts';
import { changedWhileSent, isSameFile, type LocalFile } from './local-file.ts';
import { createOutages } from './outages.ts';
import { sendParts, verifyParts } from './send-parts.ts';
import { createTransferProgress } from './transfer-progress.ts';
import type { UploadState, UploadStateFile } from './upload-state.ts';

type Options = {
  fileName: string;
  signal: AbortSignal;
  parallel: number;
  limit?: RateLimit;
  stillMs: number;
  json?: boolean | undefined;
};

/** More often is no accident. */
const rounds = 3;

type Sending = [api: ApiClient, file: LocalFile, states: UploadStateFile, state: UploadState, options: Options];

/** Brings what the store does not have of a file there and makes an object of it. The state that is left says that all is sent, until it is forgotten. */
export async function sendFile(...sending: Sending): Promise<void> {
  try {
    await sendWhole(...sending);
  } catch (error) {
    if (!isBootreadyError(error) || error.code !== 'unavailable') throw error;
    const { code, message, remedy, retryable, context, cause } = error;
    throw new BootreadyError({
      code,
      message,
      retryable,
      context,
      cause,
      remedy: `${remedy ? `${remedy} ` : ''}The same command continues the upload.`,
    });
  }
}

async function sendWhole(...[api, file, states, state, options]: Sending): Promise<void> {
  const { imageId, size } = state;
  const isDone =
    (state.phase === 'completing' && (await completed(api, imageId, size, true, options.signal))) ||
    (await hasItsBytes(api, imageId));
  if (!isDone) {
    if (state.phase === 'completing') await states.write({ ...state, phase: 'sending' });
    const known = new Map<number, string>();
    // A part may be lost between the check and the completion of the upload.
    for (let round = 1; ; round++) {
      await sendAll(api, file, state, known, options);
      if (!isSameFile(file.identity, await file.look())) throw changedWhileSent(options.fileName);
      await states.write({ ...state, phase: 'completing' });
      if (await completed(api, imageId, size, false, options.signal)) break;
      if (round >= rounds) throw neverWhole();
    }
  }
}

async function hasItsBytes(api: ApiClient, imageId: string): Promise<boolean> {
  const { upload, activity } = await api.image(imageId);
  return upload.size !== null || activity !== null;
}

/**
 * Sends the parts that the store lacks, and checks again. The remains of an interrupted attempt may replace a complete part, even long afterwards (versitygw
 * fills such a part up with zeros). @param known MD5 of the parts that were sent or read already, by number
 */
async function sendAll(
  api: ApiClient,
  file: LocalFile,
  { imageId, size }: UploadState,
  known: Map<number, string>,
  options: Options,
): Promise<void> {
  for (let round = 1; ; round++) {
    const { stored, missing } = planParts(await api.openUpload(imageId, size));
    const { parallel: lanes, signal } = options;
    const good = await verifyParts(file, stored, { lanes, signal, known });
    const toSend = [...missing, ...stored.filter(({ partNumber }) => !good.has(partNumber))].sort(
      (one, other) => one.partNumber - other.partNumber,
    );
    if (toSend.length === 0) return;
    if (round > rounds) throw neverWhole();
    await sendMissing(api, file, { imageId, size, toSend, known }, options);
  }
}

async function sendMissing(
  api: ApiClient,
  file: LocalFile,
  { imageId, size, toSend, known }: { imageId: string; size: number; toSend: Part[]; known: Map<number, string> },
  { signal, parallel: lanes, limit = noLimit, stillMs, json }: Options,
): Promise<void> {
  const done = size - toSend.reduce((sum, { length }) => sum + length, 0);
  if (done > 0 && !json) tellLine(`Continuing at ${formatPercent(done, size)}.`);
  const progress = createTransferProgress({ total: size, done, quiet: json ?? false });
  try {
    const urls = createPartUrls(
      api,
      imageId,
      toSend.map(({ partNumber }) => partNumber),
    );
    await sendParts(file, toSend, {
      urls,
      lanes,
      signal,
      limit,
      stillMs,
      outages: createOutages({ json }),
      onThere: (partNumber, md5) => known.set(partNumber, md5),
      onProgress: (bytes) => progress.reached(done + bytes),
    });
  } finally {
    progress.end();
  }
}

/** How long the installation may take to see an object that the store has made. */
const seenWithin = { times: 30, everyMs: 2000 };

/**
 * False when something is missing. The answer may get lost while the store has made the object: then it knows of no open
 * upload the next time, and the image will have its bytes soon. If not, sending the same bytes again does no harm.
 */
async function completed(
  api: ApiClient,
  imageId: string,
  size: number,
  wasAsked: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  let mayBeDone = wasAsked;
  try {
    await withRetries(() => api.completeUpload(imageId, size), {
      attempts: 6,
      first: 500,
      most: 10_000,
      signal,
      mayPass: (error) => {
        const passes = isBootreadyError(error) && error.retryable;
        mayBeDone ||= passes;
        return passes;
      },
    });
    return true;
  } catch (error) {
    if (!isBootreadyError(error)) throw error;
    if (error.code !== 'conflict' && !(error.code === 'object-missing' && mayBeDone)) throw error;
    const isLost = error.code === 'object-missing';
    for (let time = 1; ; time++) {
      if (await hasItsBytes(api, imageId)) return true;
      if (!isLost || time >= seenWithin.times) return false;
      await pause(seenWithin.everyMs, signal);
    }
  }
}

function neverWhole(): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: 'The object store keeps losing parts of the upload.',
    remedy: 'Contact the operator. The same command tries again.',
  });
}
