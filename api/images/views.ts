import type { Language } from '../../shared/checks/define.ts';
import { toFindingView } from '../../shared/checks/finding-view.ts';
import { worstFirst } from '../../shared/checks/worst-first.ts';
import type {
  Activity,
  DeliveryView,
  FindingView,
  GuestSummary,
  ImageOrder,
  ImageView,
  RepairView,
  RunView,
  StepView,
  UploadEventView,
} from '../../shared/contracts/api.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { MemberStatus } from '../../shared/contracts/image.ts';
import type { GuestFacts, StepResult } from '../../shared/contracts/run.ts';
import type { Failure } from '../../shared/errors.ts';
import {
  type ImageViewer,
  imageFields,
  reportShownTo,
  runFields,
  showTo,
  stepFields,
  uploadFields,
} from '../../shared/images/image-fields.ts';
import type { Delivery } from '../../shared/ports/deliveries.ts';
import type { UploadEvent } from '../../shared/ports/events.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageOrderState, LatestRun, Run, RunStep } from '../../shared/ports/images.ts';
import type { UsualSeconds } from '../../shared/ports/operations.ts';
import type { Repair } from '../../shared/ports/repairs.ts';
import { translateChange, translateFailure, translateSentence } from '../../shared/problems/translate.ts';
import { findRemedy } from '../../shared/remedies/remedies.ts';
import { readBootResult } from '../../shared/status/boot-result.ts';

/** Records as the API shows them. */
function time(date: Date): string {
  return date.toISOString();
}
function timeOrNull(date: Date | null): string | null {
  return date ? date.toISOString() : null;
}

export function toImageView(
  image: Image,
  latest: LatestRun | undefined,
  {
    viewer,
    language,
    order,
    memberStatus,
  }: {
    viewer: ImageViewer;
    language: Language;
    order?: ImageOrderState | undefined;
    memberStatus?: MemberStatus | undefined;
  },
): ImageView {
  const { id, projectId, name, status, settings, upload, diskFormat, size, virtualSize, sha256, properties } = image;
  const { visibility, family, minRam, minDisk, isProtected, tags } = image;
  const view: ImageView = {
    id,
    projectId,
    name,
    status,
    settings,
    diskFormat,
    size,
    virtualSize,
    sha256,
    properties,
    visibility,
    family,
    minRam,
    minDisk,
    protected: isProtected,
    tags: [...tags],
    ...(memberStatus ? { memberStatus } : {}),
    upload: showTo(viewer, uploadFields, { bucket: upload.bucket, key: upload.key, size: upload.size }),
    activity: latest ? toActivity(latest, language) : null,
    order: order ? toOrderView(order) : null,
    guest: latest?.guest ? describeSummary(latest.guest) : null,
    createdAt: time(image.createdAt),
    updatedAt: time(image.updatedAt),
  };
  return showTo(viewer, imageFields, view, latest?.status === 'published');
}

/** Streams are not cut to their schema, as other answers are. */
function describeSummary({ osName, osDistro, osVersion, architecture }: GuestFacts): GuestSummary {
  return {
    osName,
    osDistro,
    osVersion,
    architecture,
  };
}

function toActivity(latest: LatestRun, language: Language): Activity {
  const { runId, number, status, step, percent, stepStatus, waitsFor, verdict, findings, guest } = latest;
  return {
    runId,
    run: number,
    status,
    step,
    percent,
    waitsFor,
    isRetrying: status === 'running' && stepStatus === 'failed',
    verdict,
    boot: findings && verdict ? readBootResult({ verdict, findings }) : null,
    trouble: describeTrouble(findings ?? [], language, guest),
  };
}

const outcomes: readonly Finding['outcome'][] = worstFirst;
const gravestFirst: readonly FindingView['severity'][] = ['safety', 'required', 'advice'];

/** The finding to show where there is room for one. */
function describeTrouble(
  findings: readonly Finding[],
  language: Language,
  guest: GuestFacts | null,
): Activity['trouble'] {
  const troubles = findings.filter(({ outcome }) => outcome !== 'pass');
  const [worst] = troubles
    .map((finding) => toFindingView(finding, language, guest ?? undefined))
    .toSorted(
      (a, b) =>
        outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome) ||
        gravestFirst.indexOf(a.severity) - gravestFirst.indexOf(b.severity),
    );
  if (!worst) return null;
  const { outcome, title, problem } = worst;
  return { outcome, title, ...(problem ? { problem } : {}), count: troubles.length };
}

function toOrderView({ kind, status, received, total }: ImageOrderState): ImageOrder {
  const percent = total && received !== null ? Math.min(100, (received / total) * 100) : null;
  return { kind, status, percent };
}

export function toRunView(
  run: Run,
  steps: readonly RunStep[],
  { language, viewer, usual = {} }: { language: Language; viewer: ImageViewer; usual?: UsualSeconds },
): RunView {
  const { findings, disk, guest } = readFound(run, steps);
  return showTo(viewer, runFields, {
    id: run.id,
    number: run.number,
    status: run.status,
    workflowId: run.workflowId,
    worker: run.worker,
    createdAt: time(run.createdAt),
    startedAt: timeOrNull(run.startedAt),
    finishedAt: timeOrNull(run.finishedAt),
    steps: steps.map((step) => showTo(viewer, stepFields, toStepView(step, language, usual))),
    disk: disk ?? null,
    failure: explainFailure(run.failure, language),
    report: run.report && reportShownTo(viewer, run.report),
    findings: findings.map((finding) => toFindingView(finding, language, guest)),
  });
}

/** The report says all; until there is one, what each step has found says as much as is known. */
function readFound({ report }: Run, steps: readonly RunStep[]): StepResult {
  if (report) return report;
  const results = steps.flatMap(({ found }) => found ?? []);
  return {
    findings: results.flatMap(({ findings }) => findings),
    disk: results.findLast(({ disk }) => disk)?.disk,
    guest: results.findLast(({ guest }) => guest)?.guest,
  };
}

/** A stored failure, which is in English. */
export function explainFailure(failure: Failure | null, language: Language): Failure | null {
  return failure && translateFailure(failure, language);
}

/** A message of a step, which is the message of a failure. */
export function explainMessage(message: string | null, language: Language): string | null {
  return message && (translateSentence(message, language) ?? message);
}

function toStepView({ found: _, ...step }: RunStep, language: Language, usual: UsualSeconds): StepView {
  const usualSeconds = step.status === 'running' ? usual[step.step] : undefined;
  return {
    ...step,
    message: explainMessage(step.message, language),
    startedAt: time(step.startedAt),
    finishedAt: timeOrNull(step.finishedAt),
    usualSeconds: usualSeconds ?? null,
  };
}

export function toDeliveryView(delivery: Delivery, language: Language): DeliveryView {
  const { target, status, attempts, percent, worker, location, failure } = delivery;
  return {
    target,
    status,
    attempts,
    percent,
    worker,
    location,
    failure: explainFailure(failure, language),
    createdAt: time(delivery.createdAt),
    startedAt: timeOrNull(delivery.startedAt),
    finishedAt: timeOrNull(delivery.finishedAt),
  };
}

export function toRepairView(repair: Repair, language: Language): RepairView {
  const { parentId, status, remedies, before, guest, changes, failure } = repair;
  return {
    parentId,
    status,
    remedies,
    failure: explainFailure(failure, language),
    changes: changes.map((each) => ({
      remedy: each.remedy,
      title: findRemedy(each.remedy)?.title[language] ?? each.remedy,
      changes: each.changes.map((line) => translateChange(line, language)),
    })),
    before: before
      .filter(({ outcome }) => outcome !== 'pass')
      .map((finding) => toFindingView(finding, language, guest)),
  };
}

export function toEventView(event: UploadEvent, language: Language): UploadEventView {
  return {
    id: event.id,
    source: event.source,
    eventName: event.eventName,
    bucket: event.bucket,
    key: event.key,
    receipts: event.receipts,
    receivedAt: time(event.receivedAt),
    outcome: event.outcome,
    detail: explainMessage(event.detail, language),
    imageId: event.imageId,
    settledAt: timeOrNull(event.settledAt),
  };
}
