import { z } from 'zod';
import { RunStatus, waitsFor } from './run.ts';
import { Step } from './step.ts';

const Time = z.iso.datetime();

/** Why an open run does not get on: shared/operation/stuck.ts decides. */
export const stuckReasons = ['not-started', 'worker-gone', 'store-unreachable', 'retrying', 'not-taken-up'] as const;
export type StuckReason = (typeof stuckReasons)[number];

/** The state that a worker process reports. Only the worker itself writes it. */
export const WorkerState = z.object({
  host: z.string(),
  version: z.string(),
  roles: z.array(z.enum(['steps', 'queues'])),
  /** Absent where no steps are done. Bytes. */
  scratch: z.object({ free: z.number(), size: z.number() }).optional(),
  /** The slots for heavy steps. */
  slots: z.object({ count: z.number(), busy: z.number(), waiting: z.number() }).optional(),
  kvm: z.boolean().optional(),
  tools: z.record(z.string(), z.string()).default({}),
});
export type WorkerState = z.infer<typeof WorkerState>;

export const WorkerView = WorkerState.extend({
  id: z.string(),
  startedAt: Time,
  seenAt: Time,
  /** It has not been heard of for long. */
  isGone: z.boolean(),
});
export type WorkerView = z.infer<typeof WorkerView>;

export const OpenRunView = z.object({
  imageId: z.uuid(),
  imageName: z.string(),
  projectId: z.string(),
  runNumber: z.number().int(),
  workflowId: z.string(),
  status: RunStatus,
  worker: z.string().nullable(),
  createdAt: Time,
  step: z
    .object({
      name: Step,
      status: z.enum(['running', 'waiting', 'done', 'failed', 'cancelled']),
      percent: z.number(),
      attempts: z.number().int(),
      /** The reason why a step waits; absent if it waits only for its slot. */
      waitsFor: z.enum(waitsFor).optional(),
      /** Why the last try failed. */
      message: z.string().nullable(),
      startedAt: Time,
    })
    .nullable(),
  /** Absent while it gets on, or only waits for its turn. */
  stuck: z.enum(stuckReasons).optional(),
});
export type OpenRunView = z.infer<typeof OpenRunView>;

export const QueueView = z.object({
  name: z.string(),
  counts: z.record(z.string(), z.number()),
  oldestWaitingSeconds: z.number(),
});
export type QueueView = z.infer<typeof QueueView>;

const BacklogView = z.object({ count: z.number(), oldestSeconds: z.number() });

export const Operations = z.object({
  /** Stuck ones first, then oldest first. */
  runs: z.array(OpenRunView),
  backlogs: z.object({ events: BacklogView, messages: BacklogView }),
  /** Null when Redis does not answer. */
  queues: z.array(QueueView).nullable(),
  workers: z.array(WorkerView),
  dependencies: z.record(z.string(), z.boolean()),
  /** `temporal`: the page of the namespace's workflows. A workflow's ID behind it, and a slash between, is the page of that workflow. */
  links: z.object({ queueBoard: z.string(), temporal: z.url().nullable() }),
});
export type Operations = z.infer<typeof Operations>;

const EndedRunView = z.object({
  imageId: z.uuid(),
  imageName: z.string(),
  projectId: z.string(),
  runNumber: z.number().int(),
  workflowId: z.string(),
  status: z.enum(['rejected', 'failed', 'cancelled']),
  finishedAt: Time,
  /** Null where it never began. */
  seconds: z.number().nullable(),
  failure: z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }).nullable(),
});

/** Runs that ended in the last 24 hours. */
export const EndedRuns = z.object({
  counts: z.object({
    published: z.number().int(),
    rejected: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
  }),
  /** How long published runs took; null if no run was published. */
  medianSeconds: z.number().nullable(),
  slowestSeconds: z.number().nullable(),
  /** Those that published nothing, newest first; a hundred at most. */
  unpublished: z.array(EndedRunView),
});
export type EndedRuns = z.infer<typeof EndedRuns>;

const auditActions = [
  'image.create',
  'image.rename',
  'image.change',
  'image.delete',
  'image.share',
  'image.unshare',
  'image.deactivate',
  'image.reactivate',
  'image.import',
  'image.upload',
  'image.abandon-upload',
  'image.tag',
  'image.untag',
  'image.answer-share',
  'image.promote',
  'image.deliver',
  'image.undeliver',
  'image.repair',
  'run.retry',
  'run.cancel',
  'event.replay',
  'source.set',
  'source.refresh',
  'source.delete',
  'webhook.create',
  'webhook.delete',
  'project.create',
  'project.quota',
  'project.targets',
  'key.create',
  'key.revoke',
  'key.rotate',
  'session.end',
] as const;
export type AuditAction = (typeof auditActions)[number];

export const AuditEntry = z.object({
  id: z.number().int(),
  at: Time,
  action: z.enum(auditActions),
  /** Name of the key, or the user of the command line. */
  actor: z.string(),
  keyId: z.uuid().nullable(),
  projectId: z.string().nullable(),
  imageId: z.uuid().nullable(),
  address: z.string().nullable(),
  details: z.record(z.string(), z.string()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditFilter = z.object({
  action: z.enum(auditActions).optional(),
  projectId: z.string().max(255).optional(),
  imageId: z.uuid().optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const AuditQuery = AuditFilter.extend({
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditPage = z.object({
  entries: z.array(AuditEntry),
  /** Give it back as `before` for the next page; absent at the end. */
  next: z.number().int().optional(),
});
export type AuditPage = z.infer<typeof AuditPage>;
