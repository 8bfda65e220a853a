import { foreignTask } from '../../shared/ports/foreign.ts';

/** A neighbour of what is hostile: it must go on, whatever that does. */
export const echo = foreignTask<typeof import('./tasks.ts').echo<number>>(import.meta.url, './tasks.ts', 'echo', {
  partSeconds: 5,
  totalSeconds: 5,
  answerBytes: 1024,
});
