import { CancellationScope, patched, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { examine, isRefused } from '../shared/checks/examine.ts';
import type { Admission, ConvertedDisk, Report, Verdict } from '../shared/contracts/run.ts';
import type { ProcessImageInput } from '../shared/contracts/workflow.ts';
import type { AdmitActivities, Admitted, Attempt, ScratchActivities, SharedActivities } from './activities.ts';
import { startDeliveries } from './deliveries.ts';
import { inAttempts, orFail, withScratch } from './in-attempts.ts';
import { beginsAt, beside } from './queues.ts';
import { appliance, bulk, ledger, ledgerHere, scan, scanAnywhere, tidy, turn } from './timing.ts';
import { enter } from './visibility.ts';

/** One run: from an upload to a published image, or to a report that says why not. */
export async function processImage(input: ProcessImageInput): Promise<Verdict> {
  const run = { imageId: input.imageId, runId: input.runId };
  // Runs of before have all of it on one worker.
  const admitsFirst = patched('admit-first');
  const { judge, finishRun } = admitsFirst
    ? proxyLocalActivities<SharedActivities>(ledgerHere())
    : proxyActivities<SharedActivities>(ledger());
  return await orFail(admitThenProcess, (how) => finishRun({ ...run, ...how }));

  async function admitThenProcess(): Promise<Verdict> {
    const admitted = admitsFirst ? await admitAnywhere() : undefined;
    if (admitted && isRefused(admitted.admission)) {
      const { attempt, admission } = admitted;
      return await reject((await judge(attempt, { admission })).report);
    }
    const { beginAttempt } = proxyActivities<SharedActivities>({ ...turn(), ...beginsAt(admitted?.lane) });
    return await inAttempts(
      () => beginAttempt(run),
      (attempt) => processOnOneWorker(attempt, admitted?.admission),
    );
  }

  /** Any worker admits the upload, at once. Only an admitted upload waits for a worker with room. */
  async function admitAnywhere(): Promise<Admitted> {
    const { admitFirst } = proxyActivities<AdmitActivities>({ ...scanAnywhere(input), taskQueue: beside('admit') });
    enter('admit');
    return await admitFirst(run);
  }

  async function reject(report: Report): Promise<Verdict> {
    await finishRun({ ...run, status: 'rejected', report });
    return 'reject';
  }

  /** Runs all steps that share a scratch folder. If the worker dies, all of them start again on another worker. */
  async function processOnOneWorker(attempt: Attempt, admitted: Admission | undefined): Promise<Verdict> {
    const here = { taskQueue: attempt.taskQueue };
    const { admit } = proxyActivities<ScratchActivities>({ ...scan(input), ...here });
    const { convert, publish, sendAhead } = proxyActivities<ScratchActivities>({ ...bulk(input), ...here });
    const { inspect, bootCheck } = proxyActivities<ScratchActivities>({ ...appliance(input), ...here });
    const { discardScratch } = proxyActivities<ScratchActivities>({ ...tidy(input), ...here });

    const ahead = new CancellationScope();
    let sending: Promise<void> | undefined;
    return await withScratch(
      () => examineAndPublish().finally(() => ahead.cancel()),
      async () => {
        await sending;
        await discardScratch(attempt);
      },
    );

    async function examineAndPublish(): Promise<Verdict> {
      const parts = await examine({
        admit: async () => {
          if (admitted) return admitted;
          enter('admit');
          return await admit(attempt);
        },
        convert: async (admission) => {
          enter('convert', admission.disk?.format);
          return await convert(attempt, admission);
        },
        inspect: async (converted, { disk }) => {
          startSending(converted);
          enter('inspect', disk?.format);
          return await inspect(attempt, converted);
        },
        bootCheck: async (seen) => {
          enter('boot-check', seen.conversion.disk?.format);
          return await bootCheck(attempt, seen);
        },
      });
      const { verdict, report } = await judge(attempt, parts);
      const { conversion } = parts;
      if (verdict === 'reject' || !conversion?.converted) return await reject(report);

      enter('publish', conversion.disk?.format);
      await sending;
      await startDeliveries(input, await publish(attempt, conversion.converted, report));
      return verdict;
    }

    /** Most are published: the parts go out while the image is checked. There is no object before the verdict; what fails here, publish does. */
    function startSending(converted: ConvertedDisk): void {
      if (patched('send-ahead')) sending = ahead.run(() => sendAhead(attempt, converted)).catch(() => undefined);
    }
  }
}
