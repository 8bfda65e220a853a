import type { Language } from '../../shared/checks/define.ts';
import type { FindingView } from '../../shared/contracts/api.ts';
import type { CheckReport } from '../../shared/contracts/check.ts';
import type { Verdict } from '../../shared/contracts/run.ts';
import { rejects } from '../../shared/verdict.ts';
import { formatBytes } from '../client/quantities.ts';
import { commandLines } from '../command-lines.ts';
import { type Line, type Style, styled } from '../terminal.ts';

type Words = {
  disk: string;
  system: string;
  boots: string;
  kernel: string;
  result: string;
  data: string;
  kept: string;
  failures: string;
  warnings: string;
  passed: string;
  unknown: string;
  advice: string;
  verdict: Record<Verdict, string>;
};

const words: Record<Language, Words> = {
  en: {
    disk: 'disk',
    system: 'system',
    boots: 'boots with',
    kernel: 'kernel',
    result: 'result',
    data: 'of data',
    kept: 'kept as',
    failures: 'Failures',
    warnings: 'Warnings',
    passed: 'Passed',
    unknown: 'not known',
    advice: 'To do: ',
    verdict: {
      publish: 'It would be published',
      'publish-with-warnings': 'It would be published, with warnings',
      reject: 'It would be rejected',
    },
  },
  de: {
    disk: 'Disk',
    system: 'System',
    boots: 'startet mit',
    kernel: 'Kernel',
    result: 'Ergebnis',
    data: 'Daten',
    kept: 'behalten als',
    failures: 'Fehler',
    warnings: 'Warnungen',
    passed: 'Bestanden',
    unknown: 'nicht bekannt',
    advice: 'Zu tun: ',
    verdict: {
      publish: 'Es würde veröffentlicht',
      'publish-with-warnings': 'Es würde mit Warnungen veröffentlicht',
      reject: 'Es würde abgelehnt',
    },
  },
};

const verdictStyles = {
  publish: 'good',
  'publish-with-warnings': 'careful',
  reject: 'bad',
} as const satisfies Record<Verdict, Style>;

/** What was found, the findings by what they mean for the verdict, the verdict. */
export const checkLines = (report: CheckReport, language: Language): Line[] => {
  const say = words[language];
  const { findings, verdict, policy } = report;
  const failures = findings.filter((finding) => rejects(finding, policy));
  const passed = findings.filter(({ outcome }) => outcome === 'pass');
  const warnings = findings.filter((finding) => !failures.includes(finding) && !passed.includes(finding));
  return [
    ...factLines(report, say),
    ...groupLines('good', say.passed, passed, say),
    ...groupLines('careful', say.warnings, warnings, say),
    ...groupLines('bad', say.failures, failures, say),
    '',
    [styled(verdictStyles[verdict], say.verdict[verdict]), ` (policy ${policy}).`],
  ];
};

const groupLines = (style: Style, title: string, findings: readonly FindingView[], say: Words): Line[] =>
  findings.length === 0
    ? []
    : [
        '',
        styled(style, `${title} (${findings.length})`),
        ...findings.flatMap((finding): Line[] => [
          `  ${finding.title}${finding.outcome === 'unknown' ? ` (${say.unknown})` : ''}`,
          ...(finding.problem ? [`      ${finding.problem}`] : []),
          ...(finding.remedy ? [[styled('strong', `      ${say.advice}`), finding.remedy]] : []),
          ...commandLines(finding),
        ]),
      ];

const factLines = ({ file, layers, disk, guest, converted, output }: CheckReport, say: Words): Line[] => {
  const around = layers.filter(({ kind }) => kind !== 'disk').map(({ kind, member }) => member ?? kind);
  const rows: [string, (string | undefined)[]][] = [
    [
      say.disk,
      disk ? [`${disk.format} (${disk.variant})`, formatBytes(disk.virtualSize), ...around.reverse()] : around,
    ],
    [
      say.system,
      [
        guest?.osName,
        guest?.architecture,
        guest?.partitionTable === 'none' ? undefined : guest?.partitionTable,
        guest?.firmware?.length ? `${say.boots} ${guest.firmware.join(', ')}` : undefined,
      ],
    ],
    [say.kernel, guest?.kernels ?? []],
    ['cloud-init', [guest?.cloudInit]],
    [
      say.result,
      converted
        ? [converted.format, formatBytes(converted.size), `${formatBytes(converted.allocatedSize)} ${say.data}`]
        : [],
    ],
    ['sha256', [converted?.sha256]],
    [say.kept, [output]],
  ];
  const told = rows.map(([name, parts]) => [name, parts.filter(Boolean).join(', ')] as const);
  return [
    [styled('strong', file.name), `  ${formatBytes(file.size)}`],
    ...told.filter(([, text]) => text !== '').map(([name, text]): Line => `${name.padEnd(13)}${text}`),
  ];
};
