import { Finding } from '../contracts/finding.ts';
import { Report } from '../contracts/run.ts';

/**
 * Reads a stored report, which another version of bootready may have made: older, or newer before it was replaced again. Leaves out fields that do not have our
 * shape, so the rest can be shown. Null if a field that every report has is missing.
 */
export function readKeptReport(kept: unknown): Report | null {
  const whole = Report.safeParse(kept);
  if (whole.success) return whole.data;
  if (typeof kept !== 'object' || kept === null) return null;
  const parts = Object.entries(Report.shape).flatMap(([name, part]) => {
    const value: unknown = (kept as Record<string, unknown>)[name];
    if (name === 'findings' && Array.isArray(value)) {
      return [[name, value.filter((finding) => Finding.safeParse(finding).success)]];
    }
    return part.safeParse(value).success ? [[name, value]] : [];
  });
  return Report.safeParse(Object.fromEntries(parts)).data ?? null;
}
