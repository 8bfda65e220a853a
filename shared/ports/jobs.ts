import type { HousekeepingJob, IntakeJob, NotifyJob } from '../contracts/jobs.ts';

/** What is many, small and independent. Adding a job that exists already does nothing. */
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

/** Tells anyone who listens that an image, one of its runs or steps has changed. Nothing is promised about what was missed. */
export interface ImageFeed {
  subscribe(imageId: string, listener: () => void): () => void;
  /** Of every image; undefined when anything may have changed. */
  subscribeAll(listener: (imageId: string | undefined) => void): () => void;
}

/** What the queues' jobs do; throws BootreadyError, whose `retryable` decides whether the job is tried again, and gives Postponed for later. */
export type QueueHandlers = {
  intake(job: IntakeJob, attempt: number): Promise<unknown>;
  notify(job: NotifyJob, isLastTry: boolean): Promise<unknown>;
  housekeeping: Record<HousekeepingJob, () => Promise<unknown>>;
};

/** What the sweep found that no event had brought on: uploads, runs and repairs without a workflow, notifications without a job. */
export type Swept = { started: number; restarted: number; resent: number };
/** What nobody would have finished, and what was to be deleted. */
export type Reaped = { multiparts: number; abandoned: number; deleted: number; events: number };
