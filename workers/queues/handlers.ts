import { createSlots } from '../../shared/limits/fair-slots.ts';
import type { JobQueue, QueueHandlers } from '../../shared/ports/jobs.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import type { WebhookStore } from '../../shared/ports/webhooks.ts';
import { settleEvent } from './intake.ts';
import { limitJobsPerProject } from './jobs-per-project.ts';
import { sendMessage } from './notify.ts';
import type { Post } from './post.ts';
import { type ReapDeps, reap } from './reap.ts';
import { type RefreshDeps, refresh } from './refresh.ts';
import { type SweepDeps, sweep } from './sweep.ts';

export type HandlerDeps = SweepDeps &
  ReapDeps &
  RefreshDeps & { jobs: JobQueue; webhooks: WebhookStore; post: Post; traces: Traces };

/** Webhooks of one project at once; there are eight places (adapters/queues/workers.ts). */
const messagesOfOne = 2;
/** Notifications that are settled at once; adapters/queues/workers.ts picks up more, for these to go round by project. */
const settledAtOnce = 8;

/** The handlers of the queues' jobs. A job never starts another stage of an image: only the workflow does. */
export function queueHandlers(deps: HandlerDeps) {
  const leftAt = new Map<string, string>();
  const inShare = limitJobsPerProject(messagesOfOne);
  const turns = createSlots(settledAtOnce);
  return {
    intake: ({ eventId }, attempt) => settleEvent({ ...deps, turns }, eventId, attempt),
    notify: ({ deliveryId }, isLastTry) => sendMessage({ ...deps, inShare }, deliveryId, isLastTry),
    housekeeping: {
      sweep: () => sweep(deps, leftAt),
      relay: async () => {
        const pending = await deps.webhooks.relay();
        if (pending.length > 0) await deps.jobs.addNotify(pending);
      },
      reap: async () => {
        // Processes of an older version may still write them, so once is not enough.
        await deps.webhooks.encryptAgain('clear');
        return reap(deps);
      },
      refresh: () => refresh(deps),
    },
  } satisfies QueueHandlers;
}

/** The handlers with the result of each job. */
export type WorkingHandlers = ReturnType<typeof queueHandlers>;
