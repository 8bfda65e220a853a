/** Checks that a system has no identity of its own, because many instances are made from it. Not for a backup, which must keep its identity. */
export function isOfIdentity(code: string): boolean {
  return code.startsWith('clone-') || code === 'windows-generalized';
}
