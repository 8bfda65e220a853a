import type { ImageView, Self } from '../../shared/contracts/api.ts';
import type { WordKey } from '../words/words.ts';

/** The lists of images, in the order of the menu. */
export const imageLists = [
  { path: '/images/platform', word: 'platformImages' },
  { path: '/images', word: 'myImages' },
  { path: '/images/shared', word: 'sharedImages' },
] as const satisfies readonly { path: string; word: WordKey }[];
export type ImageList = (typeof imageLists)[number]['path'];

/** The list that an image is in for its reader; undefined for one of another project that is in none of them. */
export function findHome(
  { visibility, projectId, memberStatus }: Pick<ImageView, 'visibility' | 'projectId' | 'memberStatus'>,
  self: Pick<Self, 'projectId'>,
): ImageList | undefined {
  if (visibility === 'public') return '/images/platform';
  if (projectId === self.projectId) return '/images';
  return memberStatus ? '/images/shared' : undefined;
}
