import type { WordKey } from '../words/words.ts';

/** What is wrong with a name; the same rules as `ImageName` of shared/contracts, without its library in the page. */
export function nameProblem(name: string): WordKey | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'nameEmpty';
  if (trimmed.length > 255) return 'nameTooLong';
  return /^\P{Cc}+$/u.test(trimmed) ? undefined : 'nameControl';
}
