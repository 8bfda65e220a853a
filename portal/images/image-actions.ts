import type { ImageView, Self } from '../../shared/contracts/api.ts';

export type ImageActions = Record<'rename' | 'download' | 'retry' | 'repair' | 'stop' | 'remove', boolean>;

/** What the API would let this reader do with an image as it is now. */
export const actionsOf = (
  { status, activity, guest }: Pick<ImageView, 'status' | 'activity' | 'guest'>,
  role: Self['role'],
): ImageActions => {
  const mayChange = role !== 'reader' && status !== 'pending_delete' && status !== 'deleted';
  const isGoing = activity?.status === 'running' || activity?.status === 'queued';
  return {
    rename: mayChange,
    download: status === 'active',
    retry: mayChange && activity !== null && !isGoing && (status === 'killed' || status === 'queued'),
    // Remedies are for systems that were looked into.
    repair: mayChange && !isGoing && guest !== null,
    stop: mayChange && isGoing,
    remove: mayChange,
  };
};
