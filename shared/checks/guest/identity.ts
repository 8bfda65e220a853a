/** Checks that a system has no identity of its own, for many are to be made of it: not for a backup, which must keep it. */
export const isOfIdentity = (code: string): boolean => code.startsWith('clone-') || code === 'windows-generalized';
