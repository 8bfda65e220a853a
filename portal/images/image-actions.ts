import type { ImageView, Self } from '../../shared/contracts/api.ts';
import { isUnderWay } from '../../shared/status/under-way.ts';
import type { WordKey } from '../words/words.ts';

/** Why an action is not possible now. */
type WhyNot = Extract<WordKey, `whyNot${string}`>;

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
  true | WhyNot
>;

/** Whether a run, a repair or a download works on it. */
export function isGoing({ activity, order }: Pick<ImageView, 'activity' | 'order'>): boolean {
  return isUnderWay(activity?.status) || isUnderWay(order?.status);
}

/** Whether the reader's project may change it at all: all that others own is only to be used. */
export function isOwn(
  { projectId, visibility }: Pick<ImageView, 'projectId' | 'visibility'>,
  self: Pick<Self, 'role' | 'projectId'>,
): boolean {
  return self.role === 'admin' || (projectId === self.projectId && visibility !== 'public');
}

/** The actions that the API would allow this user on an image in its current state, and why not the others. */
export function listActions(image: ImageView, self: Pick<Self, 'role' | 'projectId'>): ImageActions {
  const { status, activity, order, guest, visibility, memberStatus } = image;
  const isReader = self.role === 'reader';
  const going = isGoing(image);
  /** The first reason that holds. */
  const unless = (...reasons: (false | WhyNot)[]): true | WhyNot => reasons.find((reason) => reason !== false) ?? true;
  const mayChange: (false | WhyNot)[] = [
    isReader && 'whyNotReader',
    !isOwn(image, self) && 'whyNotOwn',
    (status === 'pending_delete' || status === 'deleted') && 'whyNotDeleting',
  ];
  const cameToNothing = activity !== null || order?.status === 'failed' || order?.status === 'cancelled';
  return {
    rename: unless(...mayChange),
    properties: unless(...mayChange),
    download: unless(status !== 'active' && 'whyNotPublished'),
    retry: unless(
      ...mayChange,
      going && 'whyNotGoing',
      status !== 'killed' && status !== 'queued' && 'whyNotAgain',
      (!cameToNothing || (order?.kind === 'repair' && !activity)) && 'whyNotAgain',
    ),
    // Remedies need a system that was inspected.
    repair: unless(...mayChange, going && 'whyNotGoing', guest === null && 'whyNotInspected'),
    stop: unless(...mayChange, !going && 'whyNotIdle'),
    share: unless(...mayChange, visibility === 'public' && 'whyNotPublic'),
    accept: unless(isReader && 'whyNotReader', memberStatus === 'accepted' && 'whyNotAnswered'),
    decline: unless(isReader && 'whyNotReader', memberStatus === 'rejected' && 'whyNotAnswered'),
    promote: unless(status !== 'active' && 'whyNotPublished'),
    remove: unless(...mayChange, image.protected && 'whyNotProtected'),
  };
}
