import type { Activity, ImageView } from '../contracts/api.ts';
import type { Step } from '../contracts/step.ts';
import type { ImageStateKey } from './states.ts';
import { isUnderWay } from './under-way.ts';

/** An upload of the reader's own browser; the server knows only that one is open. */
export const uploadsHere = ['sending', 'waiting', 'paused', 'completing', 'interrupted'] as const;
export type UploadHere = { phase: (typeof uploadsHere)[number]; percent: number };

export type StateFacts = Pick<ImageView, 'status' | 'activity' | 'order'> & { upload: { size: number | null } };

/** `percent` is always a share of the work. It is absent where only a time limit is known. */
export type ImageState = { key: ImageStateKey; percent?: number };

/** The state of an image for its readers (states.ts): from Glance's status, its newest run, and how its bytes come. */
export function toImageState(image: StateFacts, here?: UploadHere): ImageState {
  const { status, activity, order } = image;
  switch (status) {
    case 'deleted':
    case 'pending_delete':
      return { key: 'deleting' };
    case 'deactivated':
      return { key: 'deactivated' };
    case 'active':
      return { key: activity ? activeStates(activity) : 'active-unknown' };
    case 'uploading':
      return here ? uploadState(here) : { key: 'upload-open' };
    default:
      if (activity) return runState(activity);
      if (order && order.status !== 'handed-over') return orderState(order);
      if (status === 'killed') return { key: 'failed' };
      if (status === 'saving') return { key: 'upload-open' };
      if (status !== 'queued' || order || image.upload.size !== null) return { key: 'queued' };
      return here ? uploadState(here) : { key: 'awaits-file' };
  }
}

/** Whether a published image was never started here, whatever else was found. */
export function isUnstarted({ status, activity }: Pick<StateFacts, 'status' | 'activity'>): boolean {
  return status === 'active' && activity?.status === 'published' && activity.boot === 'off';
}

function activeStates({ status, verdict, boot }: Activity): ImageStateKey {
  if (isUnderWay(status)) return 'active-checking';
  if (status === 'rejected') return 'active-rejected';
  if (status === 'failed' || status === 'cancelled') return 'active-unchecked';
  if (verdict === 'publish-with-warnings') return 'active-warned';
  if (verdict !== 'publish') return 'active-unknown';
  return boot === 'passed' ? 'active' : boot === 'failed' || boot === 'warned' ? 'active-warned' : 'active-unstarted';
}

/** `hasPercent`: the step's percent is a share of its work. The others know only their time limit. */
export const stepStates = {
  admit: { key: 'checking', hasPercent: false },
  convert: { key: 'converting', hasPercent: true },
  inspect: { key: 'checking', hasPercent: false },
  'boot-check': { key: 'booting', hasPercent: false },
  publish: { key: 'publishing', hasPercent: true },
} as const satisfies Readonly<Record<Step, { key: ImageStateKey; hasPercent: boolean }>>;

function runState({ status, step, percent, waitsFor, isRetrying }: Activity): ImageState {
  if (status === 'running') {
    if (isRetrying) return { key: 'retrying' };
    if (waitsFor) return { key: waitsFor === 'worker' ? 'awaits-worker' : 'awaits-scratch' };
    const { key, hasPercent } = step ? stepStates[step] : { key: 'checking' as const, hasPercent: false };
    return hasPercent ? { key, percent } : { key };
  }
  // A published image is `active` in the same transaction; a client that reads between two queries sees the rest soon.
  return { key: status === 'published' ? 'publishing' : status };
}

function orderState({ kind, status, percent }: NonNullable<StateFacts['order']>): ImageState {
  switch (status) {
    case 'queued':
      return { key: `${kind}-queued` };
    case 'failed':
      return { key: `${kind}-failed` };
    case 'cancelled':
      return { key: 'cancelled' };
    default:
      if (kind === 'repair') return { key: 'repairing' };
      return percent === null ? { key: 'downloading' } : { key: 'downloading', percent };
  }
}

function uploadState({ phase, percent }: UploadHere): ImageState {
  switch (phase) {
    case 'paused':
      return { key: 'upload-paused', percent };
    case 'interrupted':
      return { key: 'upload-interrupted', percent };
    case 'waiting':
      return { key: 'upload-waits', percent };
    default:
      return { key: 'uploading', percent };
  }
}
