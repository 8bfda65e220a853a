import type { Language } from '../../shared/checks/define.ts';
import { rejects } from '../../shared/checks/verdict.ts';
import type { CheckReport } from '../../shared/contracts/check.ts';
import type { Verdict } from '../../shared/contracts/run.ts';
import { type FindingGroup, readGroups, toFacts } from '../../shared/report/document.ts';
import { type ReportWords, reportWords } from '../../shared/report/words.ts';
import { formatBytes } from '../../shared/text/quantities.ts';
import { commandLines } from '../command-lines.ts';
import { type Line, type Style, withStyle } from '../terminal.ts';

const verdictStyles = {
  publish: 'good',
  'publish-with-warnings': 'careful',
  reject: 'bad',
} as const satisfies Record<Verdict, Style>;

const groupStyles = { passed: 'good', warnings: 'careful', failures: 'bad' } as const satisfies Record<
  FindingGroup['kind'],
  Style
>;

/** The facts about the disk, the findings in the order of their weight for the verdict, and the verdict. */
export function checkLines(report: CheckReport, language: Language): Line[] {
  const say = reportWords[language];
  const { file, findings, verdict, policy } = report;
  return [
    [withStyle('strong', file.name), `  ${formatBytes(file.size)}`],
    ...toFacts({ ...report, title: file.name }, language).map(([label, value]): Line => `${label.padEnd(13)}${value}`),
    ...readGroups(findings, (finding) => rejects(finding, policy), language).flatMap((group) => groupLines(group, say)),
    '',
    [withStyle(verdictStyles[verdict], say.wouldBe[verdict]), ` (policy ${policy}).`],
  ];
}

function groupLines({ kind, title, findings }: FindingGroup, say: ReportWords): Line[] {
  return [
    '',
    withStyle(groupStyles[kind], `${title} (${findings.length})`),
    ...findings.flatMap((finding): Line[] => [
      `  ${finding.title}${finding.outcome === 'unknown' ? ` (${say.unknown})` : ''}`,
      ...(finding.problem ? [`      ${finding.problem}`] : []),
      ...(finding.remedy ? [[withStyle('strong', `      ${say.advice}`), finding.remedy]] : []),
      ...commandLines(finding),
    ]),
  ];
}
