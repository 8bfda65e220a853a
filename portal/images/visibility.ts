import type { Visibility } from '../../shared/contracts/image.ts';
import type { WordKey } from '../words/words.ts';

/** One word each, for lists; the image's facts explain it. */
export const visibilityNames = {
  private: 'private',
  shared: 'shareable',
  community: 'community',
  public: 'public',
} as const satisfies Record<Visibility, WordKey>;

/** The meaning of each, for a form. */
export const visibilityHelp = {
  private: 'visibilityPrivateHelp',
  shared: 'visibilitySharedHelp',
  community: 'visibilityCommunityHelp',
} as const satisfies Record<Exclude<Visibility, 'public'>, WordKey>;
