import type { UploadNotification } from '../events/notification.ts';
import type { Traceparent } from './traces.ts';

export type EventOutcome = 'received' | 'started' | 'duplicate' | 'no-object' | 'ignored' | 'failed';

export type UploadEvent = UploadNotification & {
  id: number;
  source: string;
  deliveries: number;
  receivedAt: Date;
  outcome: EventOutcome;
  detail: string | null;
  imageId: string | null;
  settledAt: Date | null;
  /** The span that it was first taken in by. */
  traceparent: Traceparent | null;
};

/** The inbox of notifications. */
export interface EventStore {
  /** Stores each notification once (a further delivery is counted); returns the ids of all that are not settled yet. */
  record(source: string, notifications: readonly UploadNotification[]): Promise<number[]>;
  get(id: number): Promise<UploadEvent | undefined>;
  settle(id: number, outcome: EventOutcome, detail: string, imageId?: string): Promise<void>;
  /** Lets it be settled once more. False when there is no such event. */
  reopen(id: number): Promise<boolean>;
  /** Not settled and older than so long: their job was lost. */
  unsettled(olderThanSeconds: number, limit: number): Promise<number[]>;
  /** Forgets those of the `limit` oldest that are settled and came so long ago; returns how many. A notification that comes again after that is a new one. */
  prune(olderThanSeconds: number, limit: number): Promise<number>;
  /**
   * Newest first; `before` is the id of the last row of the page before. With a project, only what lies below its key prefix (and no longer one of
   * another project) or became an image of it; with `isSettled`, only what is, or is not.
   */
  list(filter: { projectId?: string; isSettled?: boolean; before?: number; limit: number }): Promise<UploadEvent[]>;
}
