/**
 * How much comes out of a compressed file, by its own word. A decompressor that finds another size calls the file damaged, so a sound file does not say more than it is.
 * `exact` where all of it was seen, else it is at least so much. Nothing that may be relied on: who wrote the file may lie.
 */
export type DeclaredSize = { bytes: number; exact: boolean };

/** It says nothing, or is not sound. */
export const nothingDeclared: DeclaredSize = { bytes: 0, exact: false };
