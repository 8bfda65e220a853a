import type { Visibility } from '../../shared/contracts/image.ts';
import type { WordKey } from '../words/words.ts';

/** One word each, for lists; the image's facts explain it. */
export const visibilityNames = {
  private: 'private',
  shared: 'shareable',
  community: 'community',
  public: 'public',
} as const satisfies Record<Visibility, WordKey>;
