import type { Language } from '../checks/define.ts';
import type { FindingView } from '../contracts/api.ts';
import type { Examination } from '../contracts/run.ts';
import { type BootResult, bootResultWords } from '../status/boot-result.ts';
import { formatBytes } from '../text/quantities.ts';

import { type ReportWords, reportWords } from './words.ts';

/** A report for people, for an image from any source. It contains texts of the guest, so every renderer must escape them. */
export type ReportDocument = Omit<Examination, 'findings'> & {
  /** Name of the image or file. */
  title: string;
  /** Bytes that were uploaded, or of the file. */
  size?: number | undefined;
  uploadSha256?: string | undefined;
  /** Where the converted disk is. */
  output?: string | undefined;
  /** Only in the report of a run; a check of a local file starts nothing. */
  bootResult?: BootResult | undefined;
  /** Where the report is from: not known of a local file. */
  origin?: ReportOrigin | undefined;
  /** The screen at the end of the boot check, as base64 of a PNG. */
  screen?: string | undefined;
  findings: readonly FindingView[];
};

type ReportOrigin = {
  readonly imageId: string;
  readonly run: number;
  /** When the run ended. */
  readonly at: Date;
  /** Address of the installation. */
  readonly installation: string;
};

/** Label and value, in the order of the report; facts that are not known are left out. */
export function toFacts(document: ReportDocument, language: Language): [label: string, value: string][] {
  const say: ReportWords = reportWords[language];
  const { layers, disk, guest, boot, bootResult, output, uploadSha256, origin, verdict } = document;
  // A rejected disk is not published, whatever it was converted to; only a local check may keep it.
  const converted = verdict === 'reject' && output === undefined ? undefined : document.converted;
  const bytes = (count: number): string => formatBytes(count, language);
  const around = layers
    .filter(({ kind }) => kind !== 'disk' && kind !== 'pieces')
    .map(({ kind, member }) => member ?? kind);
  // Shown only if the file's own header has not shown it already.
  const table =
    guest?.partitionTable === 'none' || guest?.partitionTable === disk?.variant ? undefined : guest?.partitionTable;
  const rows: [string, (string | undefined)[]][] = [
    [say.image, origin ? [origin.imageId] : []],
    [say.checked, origin ? [formatDate(origin.at, language), `${say.run} ${origin.run}`] : []],
    [say.installation, origin ? [origin.installation] : []],
    [
      say.disk,
      disk
        ? [`${disk.format} (${disk.variant})`, bytes(disk.virtualSize), table, ...around.reverse()]
        : [...around.reverse(), table],
    ],
    [
      say.system,
      [
        guest?.osName,
        guest?.architecture,
        guest?.firmware?.length ? `${say.boots} ${guest.firmware.join(', ')}` : undefined,
      ],
    ],
    [say.kernel, guest?.kernels ?? []],
    ['cloud-init', [guest?.cloudInit]],
    [
      say.boot,
      [
        bootResult && bootResultWords[bootResult][language],
        ...(boot ? [`${boot.seconds} s`, boot.firmware, boot.accelerator] : []),
      ],
    ],
    [
      say.result,
      converted ? [converted.format, bytes(converted.size), `${bytes(converted.allocatedSize)} ${say.data}`] : [],
    ],
    ['sha256', [converted?.sha256]],
    [say.upload, [uploadSha256]],
    [say.kept, [output]],
  ];
  return rows
    .map(([label, parts]): [string, string] => [label, parts.filter(Boolean).join(', ')])
    .filter(([, value]) => value !== '');
}

/** In UTC, because nobody knows where a report is read. */
function formatDate(date: Date, language: Language): string {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(date)} UTC`;
}

export type FindingGroup = { kind: 'passed' | 'warnings' | 'failures'; title: string; findings: FindingView[] };

/** Failures are what `rejects` says of them; groups without findings are left out, the worst group is the last. */
export function readGroups(
  findings: readonly FindingView[],
  rejects: (finding: FindingView) => boolean,
  language: Language,
): FindingGroup[] {
  const say = reportWords[language];
  const failures = findings.filter(rejects);
  const passed = findings.filter(({ outcome }) => outcome === 'pass');
  const warnings = findings.filter((finding) => !failures.includes(finding) && !passed.includes(finding));
  const groups: FindingGroup[] = [
    { kind: 'passed', title: say.passed, findings: passed },
    { kind: 'warnings', title: say.warnings, findings: warnings },
    { kind: 'failures', title: say.failures, findings: failures },
  ];
  return groups.filter((group) => group.findings.length > 0);
}
