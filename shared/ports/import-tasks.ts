import type { Report } from '../contracts/run.ts';
import type { Failure } from '../errors.ts';

/** Imports that the Image API started; it shows them as tasks. While bytes are being fetched a task is a download, from then on a run. */
export const taskStatuses = ['pending', 'processing', 'success', 'failure'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export type ImportTask = {
  /** Stays the same when a download has become a run. */
  id: string;
  imageId: string;
  /** The project that owns the image. */
  projectId: string;
  requestId: string;
  status: TaskStatus;
  createdAt: Date;
  updatedAt: Date;
};

/** Includes the request, and the reason if it failed. */
export type ImportTaskDetail = ImportTask & {
  /** Null when the data was staged. Its query may be a secret: `toShownUrl` says what is shown of it. */
  url: string | null;
  isCancelled: boolean;
  failure: Failure | null;
  report: Report | null;
};

export const taskSortKeys = ['created_at', 'updated_at', 'id', 'status', 'owner', 'image_id', 'request_id'] as const;
export type TaskSortKey = (typeof taskSortKeys)[number];

export type TaskQuery = {
  status?: TaskStatus;
  /** Those of these columns that are named have exactly this value. */
  equal: Partial<Record<'id' | 'owner' | 'image_id' | 'request_id', string>>;
  sort: { key: TaskSortKey; direction: 'asc' | 'desc' };
  /** The id of the last task of the page before. */
  marker?: string;
  limit: number;
};

/** Tasks outlive their images. Tasks that the caller may not see are undefined or missing. */
export interface ImportTaskStore {
  /** @throws BootreadyError `invalid-input` when there is no task at the marker */
  list(query: TaskQuery): Promise<ImportTask[]>;
  get(id: string): Promise<ImportTaskDetail | undefined>;
  /** Newest first. */
  ofImage(imageId: string): Promise<ImportTaskDetail[]>;
}
