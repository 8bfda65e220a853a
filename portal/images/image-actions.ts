import type { ImageDetail, ImageView, Self } from '../../shared/contracts/api.ts';

export type ImageActions = Record<
  | 'rename'
  | 'properties'
  | 'download'
  | 'retry'
  | 'repair'
  | 'stop'
  | 'share'
  | 'accept'
  | 'decline'
  | 'promote'
  | 'remove',
  boolean
>;

/** Only a single image has `repair` and `download`, which show how its bytes are made. */
export type Subject = ImageView & Partial<Pick<ImageDetail, 'repair' | 'download'>>;

function isUnderWay(order: { status: string } | null | undefined): boolean {
  return order?.status === 'queued' || order?.status === 'running';
}

/** Whether a run, a repair or a download works on it. */
export function isGoing({ activity, repair, download }: Subject): boolean {
  return isUnderWay(activity) || isUnderWay(repair) || isUnderWay(download);
}

/** The actions that the API would allow this user on an image in its current state. */
export function listActions(image: Subject, { role, projectId }: Pick<Self, 'role' | 'projectId'>): ImageActions {
  const { status, activity, guest, visibility, download, memberStatus } = image;
  const isAdmin = role === 'admin';
  const isOwn = isAdmin || (image.projectId === projectId && visibility !== 'public');
  const mayChange = isOwn && role !== 'reader' && status !== 'pending_delete' && status !== 'deleted';
  const mayAnswer = memberStatus !== undefined && role !== 'reader';
  const going = isGoing(image);
  const cameToNothing = activity !== null || download?.status === 'failed' || download?.status === 'cancelled';
  return {
    rename: mayChange,
    properties: mayChange,
    download: status === 'active',
    retry: mayChange && cameToNothing && !going && (status === 'killed' || status === 'queued'),
    // Remedies need a system that was inspected.
    repair: mayChange && !going && guest !== null,
    stop: mayChange && going,
    share: mayChange && visibility !== 'public',
    accept: mayAnswer && memberStatus !== 'accepted',
    decline: mayAnswer && memberStatus !== 'rejected',
    promote: isAdmin && status === 'active',
    remove: mayChange,
  };
}
