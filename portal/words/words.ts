import { actionsWords } from './actions.ts';
import { detailWords } from './detail.ts';
import { listWords } from './list.ts';
import { settingsWords } from './settings.ts';
import { shellWords } from './shell.ts';
import { stepsWords } from './steps.ts';
import type { Words } from './text.ts';
import { uploadingWords } from './uploading.ts';

/**
 * The texts of the portal itself. Pages that are loaded on demand bring more of their own (`useSpeechWith`); no key is in two files. The API sends the words of findings. Texts may mention params as `{name}`.
 */
export const words = {
  ...shellWords,
  ...listWords,
  ...actionsWords,
  ...uploadingWords,
  ...detailWords,
  ...stepsWords,
  ...settingsWords,
} as const satisfies Words;

export type WordKey = keyof typeof words;
