/** Checks that a system has no identity of its own, for many are to be made of it: not for a backup, which must keep it. */
export function isOfIdentity(code: string): boolean {
  return code.startsWith('clone-') || code === 'windows-generalized';
}
