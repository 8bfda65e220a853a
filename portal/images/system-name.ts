import type { GuestSummary } from '../../shared/contracts/api.ts';

/** The system's own name, short enough for a column: "Debian GNU/Linux 12 (bookworm)" becomes "Debian 12". */
export function systemName(guest: GuestSummary | null): string | undefined {
  const name = guest?.osName
    ?.replace(/\s*\([^)]*\)\s*$/, '')
    .replace(' GNU/Linux', '')
    .trim();
  if (name) return name;
  const parts = [guest?.osDistro, guest?.osVersion].filter(Boolean);
  return parts.length > 0 ? parts.join(' ') : undefined;
}
