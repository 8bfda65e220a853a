import { proxyActivities } from '@temporalio/workflow';
import type { ProcessImageInput } from '../../shared/contracts/workflow.ts';
import type { ScratchActivities, SharedActivities } from '../../workflows/activities.ts';
import { appliance, bulk, ledger, scan, tidy } from '../../workflows/timing.ts';
import { enter } from '../../workflows/visibility.ts';

/**
 * The sound way of workflows/process-image.ts, word for word, but for one thing: it judges before it inspects. A change like
 * this one would break the runs that are under way; the replay test must see it.
 */
export async function processImage(input: ProcessImageInput): Promise<string> {
  const { beginAttempt, judge } = proxyActivities<SharedActivities>(ledger());
  const attempt = await beginAttempt({ imageId: input.imageId, runId: input.runId });
  const here = { taskQueue: attempt.taskQueue };
  const { admit } = proxyActivities<ScratchActivities>({ ...scan(input), ...here });
  const { convert, publish } = proxyActivities<ScratchActivities>({ ...bulk(input), ...here });
  const { inspect, bootCheck } = proxyActivities<ScratchActivities>({ ...appliance(input), ...here });
  const { discardScratch } = proxyActivities<ScratchActivities>({ ...tidy(input), ...here });

  enter('admit');
  const admission = await admit(attempt);
  enter('convert', admission.disk?.format);
  const conversion = await convert(attempt, admission);
  if (!conversion.converted) return 'reject';
  enter('inspect', conversion.disk?.format);
  const { verdict, report } = await judge(attempt, { admission, conversion, inspection: undefined });
  const inspection = await inspect(attempt, conversion.converted);
  enter('boot-check', conversion.disk?.format);
  await bootCheck(attempt, { admission, conversion, inspection });
  enter('publish', conversion.disk?.format);
  await publish(attempt, conversion.converted, report);
  await discardScratch(attempt);
  return verdict;
}
