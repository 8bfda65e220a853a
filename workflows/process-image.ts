import {
  CancellationScope,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Report, Verdict } from '../shared/contracts/run.ts';
import type { ProcessImageInput } from '../shared/contracts/workflow.ts';
import type {
  Admission,
  AdmitActivities,
  Admitted,
  Attempt,
  BootCheck,
  Conversion,
  Inspection,
  ScratchActivities,
  SharedActivities,
} from './activities.ts';
import { startDeliveries } from './deliveries.ts';
import { canMove, failureOf, workerIsLost } from './outcome.ts';
import { beginsAt, beside } from './queues.ts';
import { appliance, bulk, ledger, ledgerHere, maximumAttempts, scan, scanAnywhere, tidy, turn } from './timing.ts';
import { enter } from './visibility.ts';

/** One run: from an upload to a published image, or to a report that says why not. */
export async function processImage(input: ProcessImageInput): Promise<Verdict> {
  const run = { imageId: input.imageId, runId: input.runId };
  // Runs of before have all of it on one worker.
  const admitsFirst = patched('admit-first');
  const { judge, finishRun } = admitsFirst
    ? proxyLocalActivities<SharedActivities>(ledgerHere())
    : proxyActivities<SharedActivities>(ledger());
  try {
    const admitted = admitsFirst ? await admitAnywhere() : undefined;
    if (admitted && isRefused(admitted.admission)) {
      const { attempt, admission } = admitted;
      return await reject((await judge(attempt, { admission })).report);
    }
    const { beginAttempt } = proxyActivities<SharedActivities>({ ...turn(), ...beginsAt(admitted?.lane) });
    for (let number = 1; ; number++) {
      const attempt = await beginAttempt(run);
      try {
        return await processOnOneWorker(attempt, admitted?.admission);
      } catch (error) {
        if (!canMove(error) || number === maximumAttempts) throw error;
      }
    }
  } catch (error) {
    const end = isCancellation(error) ? { status: 'cancelled' as const } : failureOf(error);
    await CancellationScope.nonCancellable(() => finishRun({ ...run, ...end }));
    throw error;
  }

  /** Any worker looks, at once: only what it admits waits for one that has room. */
  async function admitAnywhere(): Promise<Admitted> {
    const { admitFirst } = proxyActivities<AdmitActivities>({ ...scanAnywhere(input), taskQueue: beside('admit') });
    enter('admit');
    return await admitFirst(run);
  }

  async function reject(report: Report): Promise<Verdict> {
    await finishRun({ ...run, status: 'rejected', report });
    return 'reject';
  }

  /** All that shares a scratch folder; when its worker dies the whole of it begins again elsewhere. */
  async function processOnOneWorker(attempt: Attempt, admitted: Admission | undefined): Promise<Verdict> {
    const here = { taskQueue: attempt.taskQueue };
    const { admit } = proxyActivities<ScratchActivities>({ ...scan(input), ...here });
    const { convert, publish, sendAhead } = proxyActivities<ScratchActivities>({ ...bulk(input), ...here });
    const { inspect, bootCheck } = proxyActivities<ScratchActivities>({ ...appliance(input), ...here });
    const { discardScratch } = proxyActivities<ScratchActivities>({ ...tidy(input), ...here });

    const ahead = new CancellationScope();
    let sending: Promise<void> | undefined;
    let lost = false;
    try {
      if (!admitted) enter('admit');
      const admission = admitted ?? (await admit(attempt));

      let conversion: Conversion | undefined;
      if (!isRefused(admission)) {
        enter('convert', admission.disk?.format);
        conversion = await convert(attempt, admission);
      }

      let inspection: Inspection | undefined;
      let boot: BootCheck | undefined;
      const converted = conversion?.converted;
      if (conversion && converted) {
        // Most are published: the parts go out while the image is looked at. There is no object before the verdict; what fails here, publish does.
        if (patched('send-ahead')) {
          sending = ahead.run(() => sendAhead(attempt, converted)).catch(() => undefined);
        }
        enter('inspect', conversion.disk?.format);
        inspection = await inspect(attempt, converted);
        enter('boot-check', conversion.disk?.format);
        boot = await bootCheck(attempt, { admission, conversion, inspection });
      }

      const { verdict, report } = await judge(attempt, { admission, conversion, inspection, bootCheck: boot });
      if (verdict === 'reject' || !converted) return await reject(report);

      enter('publish', conversion?.disk?.format);
      await sending;
      await startDeliveries(input, await publish(attempt, converted, report));
      return verdict;
    } catch (error) {
      lost = workerIsLost(error);
      throw error;
    } finally {
      ahead.cancel();
      if (!lost) await CancellationScope.nonCancellable(async () => sending);
      // What this cannot clear away, the worker sweeps when it starts; no run fails for it.
      if (!lost) await CancellationScope.nonCancellable(() => discardScratch(attempt)).catch(() => undefined);
    }
  }
}

const isRefused = ({ findings }: Admission): boolean => findings.some(({ outcome }) => outcome === 'fail');
