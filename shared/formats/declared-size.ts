/**
 * The size of a compressed file's contents, as the file declares it. A decompressor that finds another size calls the file damaged, so a sound file never
 * declares too much. `exact` if all of it was read; otherwise the contents have at least this many bytes. Do not rely on it: the author of the file may lie.
 */
export type DeclaredSize = { bytes: number; exact: boolean };

/** It says nothing, or is not sound. */
export const nothingDeclared: DeclaredSize = { bytes: 0, exact: false };
