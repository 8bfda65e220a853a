import type { WordKey } from '../words/words.ts';

/** The problem with a name. The rules are those of `ImageName` in shared/contracts, but the page does not load its library. */
export function nameProblem(name: string): WordKey | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'nameEmpty';
  if (trimmed.length > 255) return 'nameTooLong';
  return /^\P{Cc}+$/u.test(trimmed) ? undefined : 'nameControl';
}
