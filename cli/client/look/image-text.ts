import { formatMessage } from '../../../shared/checks/message.ts';
import type { DownloadView, FindingView, ImageDetail, RunView, StepView } from '../../../shared/contracts/api.ts';
import type { Outcome } from '../../../shared/contracts/finding.ts';
import type { RunStatus } from '../../../shared/contracts/run.ts';
import { stepTicks, toStepTick } from '../../../shared/status/step-tick.ts';
import { isUnderWay } from '../../../shared/status/under-way.ts';
import { formatBytes, formatDuration, formatTime } from '../../../shared/text/quantities.ts';

import { commandLines } from '../../command-lines.ts';
import { type Line, type Style, withStyle } from '../../terminal.ts';
import { describeReceived, describeWork, tones, toState } from './state-text.ts';

/** Images in words. */

const runStyles = {
  queued: 'dim',
  running: 'strong',
  published: 'good',
  rejected: 'bad',
  failed: 'bad',
  cancelled: 'careful',
} as const satisfies Record<RunStatus, Style>;

function label(text: string): string {
  return `${text.padEnd(11)}`;
}

const outcomes = [
  { outcome: 'fail', title: 'Failed', style: 'bad' },
  { outcome: 'warn', title: 'Warnings', style: 'careful' },
  { outcome: 'unknown', title: 'Not known', style: 'careful' },
  { outcome: 'pass', title: 'Passed', style: 'good' },
] as const satisfies readonly { outcome: Outcome; title: string; style: Style }[];

/** Checks by outcome, the worst first, each with its advice; passed ones only as a number, unless all are wanted. */
export function describeFindings(findings: readonly FindingView[], { all }: { all: boolean }): Line[] {
  const passed = findings.filter(({ outcome }) => outcome === 'pass').length;
  const folded = all || passed === 0 ? [] : ['', foldPassed(passed)];
  return [...groupLines(all ? findings : findings.filter(({ outcome }) => outcome !== 'pass')), ...folded];
}

function foldPassed(passed: number): Line {
  return [
    withStyle('good', `${passed} ${passed === 1 ? 'check' : 'checks'} passed`),
    withStyle('dim', '  (--all shows them)'),
  ];
}

function groupLines(findings: readonly FindingView[]): Line[] {
  return outcomes.flatMap(({ outcome, title, style }) => {
    const group = findings.filter((finding) => finding.outcome === outcome);
    if (group.length === 0) return [];
    return [
      '',
      withStyle(style, `${title} (${group.length})`),
      ...group.flatMap((finding): Line[] => [
        [`  ${finding.title}`, withStyle('dim', `  ${finding.step}`)],
        ...(finding.problem ? [`      ${finding.problem}`] : []),
        ...(finding.remedy ? [[withStyle('strong', '      To do: '), finding.remedy]] : []),
        ...commandLines(finding),
      ]),
    ];
  });
}

function seconds(from: string | null, to: string | null, now: Date): number {
  return from ? ((to ? new Date(to) : now).getTime() - new Date(from).getTime()) / 1000 : 0;
}

/** A step that has started. The worst of its findings counts more than the fact that it is done. */
function stepLine(step: StepView, run: RunView, now: Date, all: boolean): Line {
  const { key, count } = toStepTick({
    step: step.step,
    row: step,
    run: run.status,
    findings: run.findings,
    bootCheck: null,
  });
  const { tone, label: words } = stepTicks[key];
  const told = step.status === 'running' ? describeWork(step) : formatMessage(words.en, 'en', { count }).toLowerCase();
  return [
    `  ${step.step.padEnd(11)}`,
    withStyle(tones[tone], told.padEnd(11)),
    formatDuration(seconds(step.startedAt, step.finishedAt, now)).padEnd(13),
    all || step.attempts > 1 ? `${step.attempts} ${step.attempts === 1 ? 'attempt' : 'attempts'}` : '',
    all && step.worker ? withStyle('dim', `  on ${step.worker}`) : '',
    step.message ? withStyle('dim', `  ${step.message}`) : '',
  ];
}

/** A boot test that was left out must be named: otherwise the image looks like one that was started. */
function bootLeftOut({ status, steps, findings }: RunView): Line[] {
  const row = steps.find(({ step }) => step === 'boot-check');
  const { key } = toStepTick({ step: 'boot-check', row, run: status, findings, bootCheck: null });
  return key === 'off' ? [[`  ${'boot-check'.padEnd(11)}`, withStyle('careful', 'switched off')]] : [];
}

const deliveryStyles = { queued: 'dim', running: 'strong', done: 'good', failed: 'bad', cancelled: 'dim' } as const;

/** Shows each delivery as a step, because it follows the publication. */
function deliveryLines({ id, deliveries }: ImageDetail, now: Date): Line[] {
  return deliveries.flatMap(
    ({ target, status, attempts, percent, startedAt, finishedAt, location, failure }): Line[] => [
      [
        `  ${'deliver'.padEnd(11)}`,
        withStyle(deliveryStyles[status], (status === 'running' ? `${Math.floor(percent)} %` : status).padEnd(11)),
        formatDuration(seconds(startedAt, finishedAt, now)).padEnd(13),
        attempts === 1 ? '1 attempt' : `${attempts} attempts`,
        `  to ${target}`,
        location ? withStyle('dim', `  ${location}`) : '',
      ],
      ...(failure ? [`      ${failure.message}`] : []),
      ...(failure?.remedy ? [[withStyle('strong', '      To do: '), failure.remedy]] : []),
      ...(status === 'cancelled' && finishedAt === null ? ['      Removing the partial copy.'] : []),
      ...(status === 'failed' || (status === 'cancelled' && finishedAt !== null)
        ? [`      Then: bootready deliver ${id} --target ${target}`]
        : []),
    ],
  );
}

function runHead(run: RunView, now: Date): Line {
  return [
    withStyle('strong', `Run ${run.number}: `),
    withStyle(runStyles[run.status], run.status),
    run.report?.verdict === 'publish-with-warnings' ? ' with warnings' : '',
    run.startedAt ? `, ${formatDuration(seconds(run.startedAt, run.finishedAt, now))}` : '',
  ];
}

function failureLines({ failure }: Pick<RunView, 'failure'>): Line[] {
  return failure
    ? [
        '',
        [withStyle('bad', 'Failed: '), failure.message],
        ...(failure.remedy ? [[withStyle('strong', 'To do: '), failure.remedy]] : []),
      ]
    : [];
}

function describePublished({ published, sha256, virtualSize }: ImageDetail): Line[] {
  return published
    ? [
        [label('published'), `${published.bucket}/${published.key}`],
        [
          label(''),
          `${published.format}, ${formatBytes(published.size)}`,
          virtualSize === null ? '' : `, a disk of ${formatBytes(virtualSize)}`,
        ],
        [label('sha256'), sha256 ?? published.sha256],
      ]
    : [];
}

function bootLines({ report }: Pick<RunView, 'report'>, id: string): Line[] {
  return report?.boot
    ? [
        '',
        `Started for ${formatDuration(report.boot.seconds)} (${report.boot.firmware}, ${report.boot.accelerator}); "bootready console ${id}" shows the console output.`,
      ]
    : [];
}

const orderStyles = {
  queued: 'dim',
  running: 'strong',
  'handed-over': 'good',
  failed: 'bad',
  cancelled: 'careful',
} as const satisfies Record<DownloadView['status'], Style>;

/** The findings before the repair, and its changes. The checks of the run show the result. */
function repairLines({ repair }: ImageDetail): Line[] {
  return repair
    ? [
        '',
        [withStyle('strong', `Repair of ${repair.parentId}: `), withStyle(orderStyles[repair.status], repair.status)],
        ...failureLines(repair),
        ...repair.before.map((finding): Line => [`  before: ${finding.outcome.padEnd(8)}`, finding.title]),
        ...repair.changes.flatMap(({ remedy, changes }): Line[] => [
          withStyle('strong', `  ${remedy}`),
          ...(changes.length > 0 ? changes : ['no change was needed']).map((change) => `      ${change}`),
        ]),
      ]
    : [];
}

function downloadLines({ download }: ImageDetail): Line[] {
  return download
    ? [
        [
          label('from'),
          download.url,
          ', ',
          withStyle(orderStyles[download.status], download.status),
          download.status === 'running' ? `, ${describeReceived(download)}` : '',
        ],
        ...failureLines(download),
      ]
    : [];
}

/** For other projects' images, even the place of the upload is hidden. */
function uploadLines({ upload: { bucket, key, size } }: ImageDetail): Line[] {
  const where = key === null ? [] : [`${bucket}/${key}`];
  const told = [...where, ...(size === null ? [] : [formatBytes(size)])];
  return told.length > 0 ? [[label('upload'), told.join(', ')]] : [];
}

/** Everything about an image. */
export function imageLines(image: ImageDetail, { all = false, now = new Date() } = {}): Line[] {
  const [newest, ...older] = image.runs;
  const settings = Object.entries(image.settings).map(([name, value]) => `${name} ${value}`);
  return [
    [withStyle('strong', image.name), '  ', toState(image)],
    [label('id'), image.id],
    [label('project'), image.projectId],
    ...uploadLines(image),
    [label('created'), formatTime(image.createdAt)],
    ...(settings.length > 0 ? [[label('settings'), settings.join(', ')]] : []),
    ...downloadLines(image),
    ...describePublished(image),
    ...repairLines(image),
    ...(newest
      ? [
          '',
          runHead(newest, now),
          ...newest.steps.map((step) => stepLine(step, newest, now, all)),
          ...bootLeftOut(newest),
          ...deliveryLines(image, now),
          ...failureLines(newest),
          ...describeFindings(newest.findings, { all }),
          ...bootLines(newest, image.id),
          ...(!isUnderWay(newest.status) && newest.status !== 'published' ? ['', ...nextLines(image, newest)] : []),
        ]
      : []),
    ...(older.length > 0 ? ['', ...older.map((run) => runHead(run, now))] : []),
  ];
}

/** The end of a run, for a user who has already seen its steps. */
export function endLines(image: ImageDetail): Line[] {
  const [run] = image.runs;
  if (!run) {
    const order = image.repair ?? image.download;
    const again = image.download?.failure ? ['', `"bootready retry ${image.id}" downloads it again.`] : [];
    return [[image.name, ' ', toState(image)], ...(order ? failureLines(order) : []), ...again];
  }
  const notPassed = run.findings.filter(({ outcome }) => outcome !== 'pass');
  return [
    [withStyle('strong', image.name), ' is ', withStyle(runStyles[run.status], run.status), '.'],
    [label('id'), image.id],
    ...describePublished(image),
    ...failureLines(run),
    ...describeFindings(notPassed, { all: true }),
    ...(run.status === 'published'
      ? []
      : ['', `"bootready show ${image.id}" shows the details.`, ...nextLines(image, run)]),
  ];
}

/** How a run that published nothing can go on. Trying a refused image again changes nothing, a repair may. */
function nextLines({ id }: ImageDetail, { status, findings }: RunView): Line[] {
  const isInspected = findings.some(({ step }) => step === 'inspect');
  if (status === 'rejected' && isInspected)
    return [
      `"bootready repair ${id} --list" shows what bootready can fix in a new image.`,
      `"bootready retry ${id}" tries it again once the cause is fixed.`,
    ];
  return [`"bootready retry ${id}" tries it again.`];
}
