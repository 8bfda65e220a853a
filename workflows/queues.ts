import { type ActivityOptions, workflowInfo } from '@temporalio/workflow';
import { type QueueBeside, queueBeside } from '../shared/contracts/workflow.ts';
import type { Lane } from './activities.ts';

/** The task queue of that name beside the one of this workflow. */
export function beside(which: QueueBeside): string {
  return queueBeside(workflowInfo().taskQueue, which);
}

/** Temporal's limit, in bytes. */
const longestKey = 64;

/**
 * Where a run waits for a worker that has room. Small ones have turns of their own beside their project's large ones: they do not wait behind them all.
 * @param lane undefined for runs of before
 */
export function beginsAt(lane: Lane = 'large'): Pick<ActivityOptions, 'taskQueue' | 'priority'> {
  if (lane === 'first') return { taskQueue: beside('begin-first') };
  const project = workflowInfo().priority?.fairnessKey;
  const own = lane === 'small' && project ? { priority: { fairnessKey: `small ${project}`.slice(0, longestKey) } } : {};
  return { taskQueue: beside('begin'), ...own };
}
