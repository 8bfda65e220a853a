import type { GuestSummary } from '../../shared/contracts/api.ts';

/** The system's own name without the text in brackets: "Debian GNU/Linux 12 (bookworm)" is long enough without it. */
export function systemName(guest: GuestSummary | null): string | undefined {
  const name = guest?.osName?.replace(/\s*\([^)]*\)\s*$/, '').trim();
  if (name) return name;
  const parts = [guest?.osDistro, guest?.osVersion].filter(Boolean);
  return parts.length > 0 ? parts.join(' ') : undefined;
}
