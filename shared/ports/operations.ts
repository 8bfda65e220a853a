import type { Step } from '../contracts/step.ts';
import type { Failure } from '../errors.ts';
import type { RunStep } from './images.ts';

/** A run that has not ended, with the step that it is at. */
export type OpenRun = {
  imageId: string;
  imageName: string;
  projectId: string;
  runId: string;
  number: number;
  workflowId: string;
  status: 'queued' | 'running';
  worker: string | null;
  createdAt: Date;
  startedAt: Date | null;
  /** The newest one, with the kind of failure that its last try ended in (shared/errors.ts); null before the first. */
  step: (RunStep & { hasSlot: boolean; failureCode: string | null }) | null;
  /** When its worker was last heard of; null where no worker of that name is known. */
  workerSeenAt: Date | null;
};

/** A run that ended without an image. */
export type EndedRun = {
  imageId: string;
  imageName: string;
  projectId: string;
  number: number;
  workflowId: string;
  status: 'rejected' | 'failed' | 'cancelled';
  finishedAt: Date;
  /** From the begin of its work to its end; null where it never began. */
  seconds: number | null;
  failure: Failure | null;
};

/** How runs ended since a time, and how long those took that published an image. */
type EndedRuns = {
  counts: Record<'published' | EndedRun['status'], number>;
  /** Durations of published runs; null if no run was published. */
  medianSeconds: number | null;
  slowestSeconds: number | null;
  /** Newest first, at most `limit`. */
  unpublished: EndedRun[];
};

/** The span in which most steps of a kind stay, in seconds; without the kinds of which too few are known. */
export type UsualSeconds = Partial<Record<Step, { from: number; to: number }>>;

/** How much waits, and for how long the oldest has; 0 seconds when nothing does. */
type Backlog = { count: number; oldestSeconds: number };

/** Queries of operators about the whole installation. */
export interface OperationsStore {
  /** Oldest first, at most `limit`. */
  openRuns(limit: number): Promise<OpenRun[]>;
  endedRuns(since: Date, limit: number): Promise<EndedRuns>;
  /** From the tenth to the ninetieth percentile of the last hundred steps of each kind that were done, of all projects. */
  usualSeconds(): Promise<UsualSeconds>;
  /** Notifications that are not settled, and messages to webhooks that are neither accepted nor given up. */
  backlogs(): Promise<{ events: Backlog; messages: Backlog }>;
}
