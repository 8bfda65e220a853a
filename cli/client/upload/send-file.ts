import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { formatPercent } from '../../../shared/text/quantities.ts';
import { hasArrived } from '../../../shared/transfer/has-arrived.ts';
import { noLimit, type RateLimit } from '../../../shared/transfer/rate-limit.ts';
import { StoreLosesParts, sendFile as sendToStore, type UploadSource } from '../../../shared/transfer/send-file.ts';
import { tellLine } from '../../terminal.ts';
import type { ApiClient } from '../api/api-client.ts';
import { createOutages, storePatience } from '../api/outages.ts';
import { linkRefused, UrlRefused } from '../api/url-refused.ts';
import { createTransferProgress } from '../transfer-progress.ts';
import { isSameFile, type LocalFile, makeChangedWhileSentError } from './local-file.ts';
import { createMd5Proof } from './md5-proof.ts';
import { putPart } from './put-part.ts';
import type { UploadState, UploadStateFile } from './upload-state.ts';

type Options = {
  fileName: string;
  signal: AbortSignal;
  parallel: number;
  limit?: RateLimit;
  stillMs: number;
  json?: boolean | undefined;
};

type Sending = [api: ApiClient, file: LocalFile, states: UploadStateFile, state: UploadState, options: Options];

/** Brings what the store does not have of a file there and makes an object of it. The state that is left says that all is sent, until it is forgotten. */
export async function sendFile(...sending: Sending): Promise<void> {
  try {
    await sendWhole(...sending);
  } catch (failure) {
    const error = toOurError(failure);
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
  const { imageId } = state;
  const { signal, parallel: lanes, limit = noLimit, stillMs, json } = options;
  const wasCompleting = state.phase === 'completing';
  if (!wasCompleting && (await hasItsBytes(api, imageId))) return;
  const outages = createOutages({ json });
  const display = createDisplay(state.size, json ?? false);
  let phase = state.phase;
  const keep = async (changed: UploadState['phase']): Promise<void> => {
    if (phase !== changed) await states.write({ ...state, phase: changed });
    phase = changed;
  };
  try {
    await sendToStore({
      api: {
        ...api,
        openUpload: async (id, size) => {
          await keep('sending');
          return api.openUpload(id, size);
        },
      },
      imageId,
      source: toSource(file),
      put: (url, body, on) => putPart(url, body, { ...on, limit, stillMs }),
      proof: createMd5Proof(),
      lanes,
      // The API client waits for the API by itself.
      patience: { part: storePatience, api: { attempts: 6, first: 500, most: 10_000 } },
      passes: (error) => isBootreadyError(error) && error.retryable,
      isLinkRefused: (error) => error instanceof UrlRefused,
      hasBytes: () => hasItsBytes(api, imageId),
      wasCompleting,
      signal,
      on: {
        planned: display.begin,
        moved: display.reached,
        answered: outages.over,
        waiting: outages.waiting,
        completing: async () => {
          if (!isSameFile(file.identity, await file.look())) throw makeChangedWhileSentError(options.fileName);
          await keep('completing');
        },
      },
    });
  } finally {
    display.end();
  }
}

/** One buffer for each lane. */
function toSource(file: LocalFile): UploadSource<Buffer> {
  return {
    size: file.identity.size,
    openLane: (longest) => {
      const buffer = Buffer.allocUnsafe(longest);
      return async ({ offset, length }) => {
        const body = buffer.subarray(0, length);
        await file.fill(body, offset);
        return body;
      };
    },
  };
}

/** The progress of one round of parts at a time. */
function createDisplay(total: number, quiet: boolean) {
  let progress: ReturnType<typeof createTransferProgress> | undefined;
  const end = (): void => {
    progress?.end();
    progress = undefined;
  };
  return {
    begin: (done: number): void => {
      end();
      if (done === total) return;
      if (done > 0 && !quiet) tellLine(`Continuing at ${formatPercent(done, total)}.`);
      progress = createTransferProgress({ total, done, quiet });
    },
    reached: (bytes: number): void => progress?.reached(bytes),
    end,
  };
}

async function hasItsBytes(api: ApiClient, imageId: string): Promise<boolean> {
  return hasArrived(await api.image(imageId));
}

function toOurError(error: unknown): unknown {
  if (error instanceof UrlRefused) return linkRefused(error);
  if (!(error instanceof StoreLosesParts)) return error;
  return new BootreadyError({
    code: 'unavailable',
    message: 'The object store keeps losing parts of the upload.',
    remedy: 'Contact the operator. The same command tries again.',
    cause: error,
  });
}
