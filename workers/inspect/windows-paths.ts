import type { Guestfish } from '../tools/guestfish-answers.ts';

/**
 * Names on Linux depend on case, names on Windows do not. Returns the path as it is written on the volume, or undefined if it does not exist. guestfish(1),
 * case-sensitive-path: it does not say whether the last part exists.
 */
export async function exactPath(about: Guestfish['about'], path: string): Promise<string | undefined> {
  const written = (await about('case-sensitive-path', path))?.[0];
  return written !== undefined && (await about('exists', written))?.[0] === 'true' ? written : undefined;
}
