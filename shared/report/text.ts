import type { Language } from '../checks/define.ts';
import type { FindingView } from '../contracts/api.ts';
import { type ReportDocument, readGroups, toFacts } from './document.ts';
import { reportWords } from './words.ts';

/** Cleans one line: guests write names, and a terminal obeys control characters. */
function line(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** A report as plain text, for mails and tickets. */
export function reportText(
  document: ReportDocument,
  rejects: (finding: FindingView) => boolean,
  language: Language,
): string {
  const say = reportWords[language];
  return `${[
    `${say.report}: ${document.title}`,
    `${say.verdict[document.verdict]}.`,
    '',
    ...toFacts(document, language).map(([label, value]) => `${label.padEnd(13)}${value}`),
    ...readGroups(document.findings, rejects, language)
      .reverse()
      .flatMap(({ title, findings }) => [
        '',
        `${title} (${findings.length})`,
        ...findings.flatMap((finding) => [
          `  ${finding.title}${finding.outcome === 'unknown' ? ` (${say.unknown})` : ''}`,
          ...(finding.problem ? [`      ${finding.problem}`] : []),
          ...(finding.remedy ? [`      ${say.advice}${finding.remedy}`] : []),
          ...(finding.commands ?? []).map(({ on, run }) => `        ${run}${on === 'any' ? '' : `  # ${on}`}`),
        ]),
      ]),
  ]
    .map(line)
    .join('\n')}\n`;
}
