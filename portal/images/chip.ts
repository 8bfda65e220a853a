import type { ImageView } from '../../shared/contracts/api.ts';
import { stepWords } from '../words/steps.ts';
import type { WordKey } from '../words/words.ts';

export type Tone = 'good' | 'careful' | 'bad' | 'busy' | 'quiet';
export type Chip = { word: WordKey; tone: Tone; percent?: number };

/** The state of an image in two words: Glance's status, with details from its newest run. */
export function toChip({ status, activity, upload }: Pick<ImageView, 'status' | 'activity' | 'upload'>): Chip {
  if (status === 'pending_delete' || status === 'deleted') return { word: 'chipDeleting', tone: 'quiet' };
  if (status === 'deactivated') return { word: 'chipDeactivated', tone: 'quiet' };
  if (status === 'uploading') return { word: 'chipUploading', tone: 'busy' };
  if (status === 'active') {
    return activity?.verdict === 'publish-with-warnings'
      ? { word: 'chipActiveWithWarnings', tone: 'careful' }
      : { word: 'chipActive', tone: 'good' };
  }
  if (!activity) {
    return upload.size === null ? { word: 'chipAnnounced', tone: 'quiet' } : { word: 'chipQueued', tone: 'quiet' };
  }
  switch (activity.status) {
    case 'running':
      return {
        word: activity.step ? stepWords[activity.step].doing : 'chipChecking',
        tone: 'busy',
        ...(activity.step && stepWords[activity.step].hasPercent ? { percent: activity.percent } : {}),
      };
    case 'rejected':
      return { word: 'chipActionNeeded', tone: 'bad' };
    case 'failed':
      return { word: 'chipFailed', tone: 'bad' };
    case 'cancelled':
      return { word: 'chipCancelled', tone: 'quiet' };
    default:
      return { word: 'chipQueued', tone: 'quiet' };
  }
}
