import { proxyActivities } from '@temporalio/workflow';
import type { DownloadImageInput } from '../shared/contracts/workflow.ts';
import type { DownloadActivities, DownloadLedger, OrderAttempt } from './activities.ts';
import { inAttempts, orFail } from './in-attempts.ts';
import { beside } from './queues.ts';
import { bulk, ledger, turn } from './timing.ts';

/** From an address in the internet to the upload of an image; from there it goes the way of every upload. */
export async function downloadImage(input: DownloadImageInput): Promise<void> {
  const image = { imageId: input.imageId };
  const { beginDownload } = proxyActivities<DownloadLedger>({ ...turn(), taskQueue: beside('fetch') });
  const { endDownload } = proxyActivities<DownloadLedger>(ledger());
  await orFail(
    () => inAttempts(() => beginDownload(image), fetchOnOneWorker),
    (how) => endDownload({ ...image, ...(how.status === 'failed' && { failure: how.failure }) }),
  );

  async function fetchOnOneWorker(attempt: OrderAttempt): Promise<void> {
    const { fetchUpload } = proxyActivities<DownloadActivities>({ ...bulk(input), taskQueue: attempt.taskQueue });
    await fetchUpload(attempt);
  }
}
