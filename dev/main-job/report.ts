import type { FindingView, ImageDetail } from '../../shared/contracts/api.ts';
import { formatBytes } from '../../shared/text/quantities.ts';

const groups = [
  { outcome: 'warn', heading: 'Warnings' },
  { outcome: 'fail', heading: 'Failed' },
  { outcome: 'unknown', heading: 'Not known' },
] as const;

/** The findings on an image and the place where it is now, for people. */
export function describeImage(image: ImageDetail): string {
  const run = image.runs[0];
  const lines: string[] = [];
  const passed = run?.findings.filter(({ outcome }) => outcome === 'pass').length ?? 0;
  if (passed > 0) lines.push(`  ${passed} ${passed === 1 ? 'check' : 'checks'} passed`);
  for (const { outcome, heading } of groups) {
    const findings = (run?.findings ?? []).filter((finding) => finding.outcome === outcome);
    if (findings.length === 0) continue;
    lines.push(`  ${heading}:`, ...findings.flatMap(describeFinding));
  }
  if (image.published) {
    const { bucket, key, format, size: bytes, sha256 } = image.published;
    lines.push(
      `  Published: ${bucket}/${key}`,
      `  Format:    ${format}, ${formatBytes(bytes)}`,
      `  SHA-256:   ${sha256}`,
    );
  } else if (run?.failure) {
    const { message, remedy } = run.failure;
    lines.push(`  Not published: ${message}`, ...(remedy ? [`    ${remedy}`] : []));
  } else {
    lines.push(`  Not published: the run was ${run?.status ?? 'never started'}.`);
  }
  return lines.join('\n');
}

function describeFinding({ title, problem, remedy, commands = [] }: FindingView): string[] {
  return [
    `    ${title}${problem ? `: ${problem}` : ''}`,
    ...(remedy ? [`      ${remedy}`] : []),
    ...commands.map(({ on, run }) => `        ${run}${on === 'any' ? '' : `  # ${on}`}`),
  ];
}
