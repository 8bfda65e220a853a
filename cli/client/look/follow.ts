import type { ImageDetail } from '../../../shared/contracts/api.ts';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { isUnderWay } from '../../../shared/status/under-way.ts';
import { backoff, pause } from '../../../shared/transfer/retry.ts';
import { exitCode } from '../../exit.ts';
import { hasStatusLine, showStatus, tellLine } from '../../terminal.ts';
import type { ApiClient } from '../api/api-client.ts';
import type { OutputOptions } from '../output.ts';
import { createRunProgress } from './run-progress.ts';

type Watched = Pick<ApiClient, 'stream' | 'image'>;

/** Streams that broke one after the other before it is only asked again and again. */
const brokenStreams = 3;
const askEveryMs = 2000;
/** How often in a row the server may be away: some minutes, so that an update of the installation ends no watch. */
const absences = 20;

/**
 * Yields the image whenever it changes, forever. The stream is only a convenience: when it breaks or a proxy blocks it, the command asks for the image itself,
 * which is the truth anyway. @throws `not-found` when the image is deleted
 */
export async function* toChanges(
  api: Watched,
  id: string,
  signal: AbortSignal,
  askMs = askEveryMs,
): AsyncGenerator<ImageDetail> {
  let broken = 0;
  let absent = 0;
  let seen = false;
  for (;;) {
    try {
      if (broken < brokenStreams) {
        for await (const image of api.stream(id)) {
          broken = 0;
          absent = 0;
          seen = true;
          yield image;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!isBootreadyError(error) || error.code !== 'unavailable') throw error;
      broken++;
    }
    try {
      yield await api.image(id);
      absent = 0;
      seen = true;
      await pause(askMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isBootreadyError(error) || !error.retryable || !seen || ++absent >= absences) throw error;
      await pause(backoff(absent, { first: askMs / 2, most: askMs * 8 }), signal);
    }
  }
}

/** Before it had a run: what was to make its bytes has ended without any. */
function cameToNothing({ repair, download }: ImageDetail): boolean {
  const { status } = repair ?? download ?? {};
  return status === 'failed' || status === 'cancelled';
}

/** Tells each step's progress on stderr until the newest run has ended. */
export async function followRun(
  api: Watched,
  id: string,
  { json }: OutputOptions,
  signal: AbortSignal,
): Promise<ImageDetail> {
  const canRewrite = hasStatusLine();
  const progress = createRunProgress({ hasStatusLine: canRewrite });
  for await (const image of toChanges(api, id, signal)) {
    const { lines, status } = progress.next(image);
    if (!json) {
      for (const line of lines) tellLine(line);
      if (canRewrite && status) showStatus(status);
    }
    if (image.activity ? !isUnderWay(image.activity.status) : cameToNothing(image)) return image;
  }
  throw new BootreadyError({ code: 'internal', message: 'The event stream of the image ended.' });
}

/** 0 published, 1 rejected, 3 failed or cancelled. */
export function exitCodeOfRun(image: ImageDetail): number {
  switch (image.activity?.status) {
    case 'published':
      return exitCode.done;
    case 'rejected':
      return exitCode.rejected;
    default:
      return exitCode.failure;
  }
}
