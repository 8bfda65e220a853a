import type { ImageView } from '../contracts/api.ts';

/** Whether the installation has all bytes of the image: it knows the size of the stored object, or has started to work on it. */
export function hasArrived({ upload, activity }: Pick<ImageView, 'upload' | 'activity'>): boolean {
  return upload.size !== null || activity !== null;
}
