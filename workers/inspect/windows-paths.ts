import type { Guestfish } from '../tools/guestfish-answers.ts';

/**
 * Linux tells names apart by case where Windows does not: the path as it is written on the volume, or undefined when nothing is
 * there. guestfish(1), case-sensitive-path: it does not say whether the last part exists.
 */
export async function exactPath(about: Guestfish['about'], path: string): Promise<string | undefined> {
  const written = (await about('case-sensitive-path', path))?.[0];
  return written !== undefined && (await about('exists', written))?.[0] === 'true' ? written : undefined;
}
