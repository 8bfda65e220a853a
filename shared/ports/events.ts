import type { UploadNotification } from '../events/notification.ts';
import type { Traceparent } from './traces.ts';

type EventOutcome = 'received' | 'started' | 'duplicate' | 'no-object' | 'ignored' | 'failed';

export type UploadEvent = UploadNotification & {
  id: number;
  source: string;
  receipts: number;
  receivedAt: Date;
  outcome: EventOutcome;
  detail: string | null;
  imageId: string | null;
  settledAt: Date | null;
  /** The span that first received it. */
  traceparent: Traceparent | null;
};

/** The inbox of notifications. */
export interface EventStore {
  /** Stores each notification once (a further receipt is counted); returns the ids of all that are not settled yet. */
  record(source: string, notifications: readonly UploadNotification[]): Promise<number[]>;
  get(id: number): Promise<UploadEvent | undefined>;
  settle(id: number, outcome: EventOutcome, detail: string, imageId?: string): Promise<void>;
  /** Lets it be settled once more. False when there is no such event. */
  reopen(id: number): Promise<boolean>;
  /** Not settled and older than so long: their job was lost. */
  unsettled(olderThanSeconds: number, limit: number): Promise<number[]>;
  /**
   * Deletes those of the `limit` oldest notifications that are settled and at least this old; returns their number. If such a notification arrives again later,
   * it counts as new.
   */
  prune(olderThanSeconds: number, limit: number): Promise<number>;
  /**
   * Newest first; `before` is the id of the last row of the previous page. With a project: only notifications whose key is below the project's prefix (and that
   * no longer belong to another project), or that became an image of it. With `isSettled`: only settled ones, or only open ones.
   */
  list(filter: { projectId?: string; isSettled?: boolean; before?: number; limit: number }): Promise<UploadEvent[]>;
}
