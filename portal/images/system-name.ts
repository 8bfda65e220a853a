import type { GuestSummary } from '../../shared/contracts/api.ts';

/** As the system calls itself, without what stands in brackets: "Debian GNU/Linux 12 (bookworm)" is long enough before them. */
export function systemName(guest: GuestSummary | null): string | undefined {
  const name = guest?.osName?.replace(/\s*\([^)]*\)\s*$/, '').trim();
  if (name) return name;
  const parts = [guest?.osDistro, guest?.osVersion].filter(Boolean);
  return parts.length > 0 ? parts.join(' ') : undefined;
}
