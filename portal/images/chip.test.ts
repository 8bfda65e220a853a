import { expect, test } from 'vitest';
import type { ImageView } from '../../shared/contracts/api.ts';
import { toChip } from './chip.ts';

function activity(more: object): NonNullable<ImageView['activity']> {
  return {
    ...{ runId: 'r', run: 1, status: 'running', step: 'admit', percent: 0, verdict: null },
    ...more,
  };
}
const seen = { bucket: 'b', key: 'k', size: 1 };
const unseen = { ...seen, size: null };

test.each([
  [
    'an announced image',
    { status: 'queued', activity: null, upload: unseen },
    { word: 'chipAnnounced', tone: 'quiet' },
  ],
  [
    'bytes that nobody works on yet',
    { status: 'queued', activity: null, upload: seen },
    { word: 'chipQueued', tone: 'quiet' },
  ],
  ['an open upload', { status: 'uploading', activity: null, upload: unseen }, { word: 'chipUploading', tone: 'busy' }],
  [
    'a conversion',
    { status: 'importing', activity: activity({ step: 'convert', percent: 62.4 }), upload: seen },
    { word: 'chipConverting', tone: 'busy', percent: 62.4 },
  ],
  [
    'a boot check, whose percent means nothing',
    { status: 'importing', activity: activity({ step: 'boot-check', percent: 40 }), upload: seen },
    { word: 'chipBootTest', tone: 'busy' },
  ],
  [
    'a rejection',
    { status: 'killed', activity: activity({ status: 'rejected', verdict: 'reject' }), upload: seen },
    { word: 'chipActionNeeded', tone: 'bad' },
  ],
  [
    'our own failure',
    { status: 'killed', activity: activity({ status: 'failed' }), upload: seen },
    { word: 'chipFailed', tone: 'bad' },
  ],
  [
    'a cancelled run',
    { status: 'queued', activity: activity({ status: 'cancelled' }), upload: seen },
    { word: 'chipCancelled', tone: 'quiet' },
  ],
  [
    'a sound image',
    { status: 'active', activity: activity({ status: 'published', verdict: 'publish' }), upload: seen },
    { word: 'chipActive', tone: 'good' },
  ],
  [
    'one with warnings',
    { status: 'active', activity: activity({ status: 'published', verdict: 'publish-with-warnings' }), upload: seen },
    { word: 'chipActiveWithWarnings', tone: 'careful' },
  ],
  [
    'one that is going',
    { status: 'pending_delete', activity: activity({ status: 'published' }), upload: seen },
    { word: 'chipDeleting', tone: 'quiet' },
  ],
] as const)('%s', (_what, image, chip) => {
  expect(toChip(image)).toEqual(chip);
});
