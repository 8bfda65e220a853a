import type { HousekeepingJob, IntakeJob, NotifyJob } from '../contracts/jobs.ts';

/** The queue for many small, independent jobs. Adding a job that exists already does nothing. */
export interface JobQueue {
  /** @throws BootreadyError `unavailable` within a few seconds when Redis does not answer. */
  addIntake(eventIds: readonly number[]): Promise<void>;
  addNotify(deliveryIds: readonly string[]): Promise<void>;
  /** @throws BootreadyError `unavailable` within a few seconds when Redis does not answer. */
  states(): Promise<QueueState[]>;
}

export type QueueState = {
  name: string;
  counts: Readonly<Record<'waiting' | 'active' | 'delayed' | 'failed', number>>;
  /** How long the next job has waited; 0 without any. */
  oldestWaitingSeconds: number;
};

/** Informs listeners that an image, or one of its runs or steps, has changed. A listener may miss changes. */
export interface ImageFeed {
  subscribe(imageId: string, listener: () => void): () => void;
  /** Listens to every image; undefined when anything may have changed. */
  subscribeAll(listener: (imageId: string | undefined) => void): () => void;
}

/** The handlers of the queues' jobs. They throw BootreadyError, whose `retryable` decides whether the job is tried again, and return Postponed for later. */
export type QueueHandlers = {
  intake(job: IntakeJob, attempt: number): Promise<unknown>;
  notify(job: NotifyJob, isLastTry: boolean): Promise<unknown>;
  housekeeping: Record<HousekeepingJob, () => Promise<unknown>>;
};

/** The work that the sweep found and no event had announced: uploads, runs and repairs without a workflow, notifications without a job. */
export type Swept = { started: number; restarted: number; resent: number };
/** The work that nobody would have finished, and objects that were due for deletion. */
export type Reaped = { multiparts: number; abandoned: number; deleted: number; events: number };
