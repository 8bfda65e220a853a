import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';
import type { DeliveryStatus } from '../../shared/contracts/delivery.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type {
  BootPolicy,
  ImageSettings,
  ImageStatus,
  MemberStatus,
  Policy,
  TargetFormat,
  Visibility,
} from '../../shared/contracts/image.ts';
import type { WorkerState } from '../../shared/contracts/operations.ts';
import type { OrderStatus } from '../../shared/contracts/order.ts';
import type { RepairChange } from '../../shared/contracts/repair.ts';
import type { GuestFacts, Report, RunStatus, StepResult, Verdict, WaitsFor } from '../../shared/contracts/run.ts';
import type { Step } from '../../shared/contracts/step.ts';
import type { Failure } from '../../shared/errors.ts';
import type { Shortage } from '../../shared/limits/quota.ts';
import type { ListedBootResult } from '../../shared/status/boot-result.ts';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** bigint columns arrive as numbers: the pool parses int8, and no figure of ours passes 2^53. */
type Bytes = number;

export type ProjectTable = {
  id: string;
  /** Uploads of plain S3 clients below this prefix of the uploads bucket belong to the project; ends with "/". */
  key_prefix: string;
  target_format: TargetFormat | null;
  policy: Policy | null;
  boot_check: BootPolicy | null;
  /** Null follows the installation. */
  quota_bytes: Bytes | null;
  quota_images: number | null;
  quota_uploads: number | null;
  /** Where its images go further; null follows the installation. */
  targets: string[] | null;
  created_at: Timestamp;
};

type ApiKeyTable = {
  id: Generated<string>;
  project_id: string;
  name: string;
  /** SHA-256 of the key; the key itself has 256 random bits, so no slow hash is needed. */
  hash: Buffer;
  /** First characters of the key, to distinguish keys. */
  hint: string;
  role: 'reader' | 'member' | 'admin';
  created_at: Timestamp;
  expires_at: NullableTimestamp;
  last_used_at: NullableTimestamp;
  revoked_at: NullableTimestamp;
};

/** Someone signed in in a browser: with a key, or as a user of the issuer, whose columns are null for a key. */
export type SessionTable = {
  /** SHA-256 of what the cookie holds. */
  hash: Buffer;
  key_id: string | null;
  /** The subject of the issuer's user. */
  subject: string | null;
  name: string | null;
  /** The chosen one of `projects`. */
  project_id: string | null;
  projects: string[] | null;
  role: 'reader' | 'member' | 'admin' | null;
  /** The issuer's tokens; only the cookie opens them. */
  sealed: Buffer | null;
  /** When the issuer must be asked again; null: never. */
  renew_at: NullableTimestamp;
  /** Until then one process is asking. */
  renewing_until: NullableTimestamp;
  id: Generated<string>;
  /** To the minute. */
  last_used_at: Timestamp;
  /** Where it was last used from. */
  address: string | null;
  /** In words of ours. */
  browser: string | null;
  created_at: Timestamp;
  expires_at: Date;
};

type EventOutcome = 'received' | 'started' | 'duplicate' | 'no-object' | 'ignored' | 'failed';

export type UploadEventTable = {
  id: Generated<number>;
  source: string;
  /** Unique: what makes two deliveries the same notification. */
  fingerprint: string;
  event_name: string;
  bucket: string;
  /** The key unchanged, decoded or not. */
  key: string;
  etag: string | null;
  version_id: string | null;
  sequencer: string | null;
  raw: JSONColumnType<object>;
  deliveries: Generated<number>;
  received_at: Timestamp;
  outcome: Generated<EventOutcome>;
  /** One sentence for operators. */
  detail: string | null;
  image_id: string | null;
  /** The project of the upload: by the prefix of its key, later by the image that was made from it. Null: no project. */
  project_id: string | null;
  settled_at: NullableTimestamp;
  /** The span that received it. */
  traceparent: string | null;
};

export type ImageTable = {
  id: Generated<string>;
  project_id: string;
  name: string;
  status: Generated<ImageStatus>;
  settings: JSONColumnType<ImageSettings>;
  properties: JSONColumnType<Record<string, string>>;
  upload_bucket: string;
  upload_key: string;
  /** The bytes this image is pinned to; null while the upload is only announced. */
  upload_etag: string | null;
  upload_version_id: string | null;
  upload_size: Bytes | null;
  /** Multipart upload that the API began for this image and that is not completed yet. */
  multipart_id: string | null;
  disk_format: string | null;
  size: Bytes | null;
  virtual_size: Bytes | null;
  sha256: string | null;
  visibility: Generated<Visibility>;
  protected: Generated<boolean>;
  os_hidden: Generated<boolean>;
  tags: Generated<string[]>;
  /** GiB and MiB that an instance needs. */
  min_disk: Generated<number>;
  min_ram: Generated<number>;
  container_format: string | null;
  md5: string | null;
  sha512: string | null;
  /** Served unchanged; the run only inspects it. */
  verbatim: Generated<boolean>;
  /** When a run found that these bytes are safe to serve unchanged. Without it none of them is served. */
  admitted_at: NullableTimestamp;
  /** The bytes that it takes of its project's quota: first those reserved for its upload, then those of the upload, then those of the published image. */
  held_bytes: Generated<Bytes>;
  /** The quota that had no room when bytes arrived without an announcement. */
  over_quota: JSONColumnType<Shortage> | null;
  /** Bytes in the open multipart upload, which wait for an import. */
  staged_size: Bytes | null;
  receiving_session: string | null;
  receiving_at: NullableTimestamp;
  import_request_id: string | null;
  /** The family of a platform image. */
  family: string | null;
  /** The system that the newest run found; a trigger of runs writes it. */
  os_type: ColumnType<string | null, never, never>;
  os_distro: ColumnType<string | null, never, never>;
  /** How its boot test went; the same trigger writes it. */
  boot_result: ColumnType<ListedBootResult, never, never>;
  created_at: Timestamp;
  updated_at: Timestamp;
  deleted_at: NullableTimestamp;
};

export type ImageMemberTable = {
  image_id: string;
  /** A project. */
  member_id: string;
  status: Generated<MemberStatus>;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type RunTable = {
  id: Generated<string>;
  image_id: string;
  /** 1, 2, ...: unique within the image. */
  number: number;
  workflow_id: string;
  status: Generated<RunStatus>;
  /** Fencing token: only the holder of the newest may publish. */
  fence: Bytes | null;
  worker: string | null;
  report: JSONColumnType<Report> | null;
  /** The verdict of the report, for lists. */
  verdict: GeneratedAlways<Verdict | null>;
  guest: GeneratedAlways<GuestFacts | null>;
  failure: JSONColumnType<Failure> | null;
  /** The id of the import that requested it. */
  request_id: string | null;
  created_at: Timestamp;
  started_at: NullableTimestamp;
  finished_at: NullableTimestamp;
};

type RepairTable = {
  /** The image that is made. */
  image_id: string;
  parent_id: string;
  remedies: string[];
  before: JSONColumnType<Finding[]>;
  guest: JSONColumnType<GuestFacts>;
  changes: ColumnType<RepairChange[], string | undefined, string>;
  status: Generated<OrderStatus>;
  /** Only the holder of the newest may hand over. */
  fence: Generated<number>;
  failure: JSONColumnType<Failure> | null;
  created_at: Timestamp;
  finished_at: NullableTimestamp;
};

type DownloadTable = {
  /** The image whose bytes are fetched. */
  image_id: string;
  url: string;
  checksum: string | null;
  status: Generated<OrderStatus>;
  /** Only the holder of the newest may hand over. */
  fence: Generated<number>;
  received: Generated<Bytes>;
  total: Bytes | null;
  failure: JSONColumnType<Failure> | null;
  /** The id of the import that requested it. */
  request_id: string | null;
  /** The family of the source that ordered it. */
  source_family: string | null;
  created_at: Timestamp;
  finished_at: NullableTimestamp;
};

/** Where the images of a family are fetched from, again and again. */
export type ImageSourceTable = {
  family: string;
  /** The project that owns its images. */
  project_id: string;
  name: string;
  url: string;
  fixed_checksum: string | null;
  checksum_url: string | null;
  signing_keys: string | null;
  signature_url: string | null;
  signed_at: NullableTimestamp;
  settings: JSONColumnType<ImageSettings>;
  every_seconds: number;
  /** Earlier images of the family that stay; null is all. */
  keep: number | null;
  /** The checksum of the newest ordered image. */
  checksum: string | null;
  image_id: string | null;
  looked_at: NullableTimestamp;
  /** Why the last check failed. */
  failure: JSONColumnType<Failure> | null;
  created_at: Timestamp;
};

type RunStepTable = {
  run_id: string;
  step: Step;
  status: 'running' | 'done' | 'failed' | 'cancelled';
  attempts: number;
  percent: number;
  worker: string | null;
  /** The message of the last failed attempt, as long as the step is not done. */
  message: string | null;
  failure_code: Generated<string | null>;
  started_at: Timestamp;
  finished_at: NullableTimestamp;
  /** It has its slot. */
  working: Generated<boolean>;
  /** The reason why it waits to start, if that is not a slot. */
  waits_for: WaitsFor | null;
  /** The result of a finished step. */
  found: JSONColumnType<StepResult> | null;
};

type WorkerTable = {
  id: string;
  state: JSONColumnType<WorkerState>;
  started_at: Timestamp;
  seen_at: Timestamp;
};

/** Only ever added to: a trigger refuses the rest. */
type AuditLogTable = {
  id: Generated<number>;
  at: Timestamp;
  action: string;
  actor: string;
  /** No foreign keys: what was done outlives what it was done to. */
  key_id: string | null;
  project_id: string | null;
  image_id: string | null;
  address: string | null;
  details: JSONColumnType<Record<string, string>>;
  /** Hash of the entry before, and of this one: the database makes both. */
  previous: Generated<Buffer>;
  hash: Generated<Buffer>;
};

type PublicationTable = {
  image_id: string;
  /** Null while the image is served unchanged, before the verdict of its run. */
  run_id: string | null;
  fence: Bytes | null;
  bucket: string;
  key: string;
  format: string;
  size: Bytes;
  sha256: string;
  published_at: Timestamp;
};

export type DeliveryTable = {
  id: Generated<string>;
  image_id: string;
  target: string;
  /** How often it was requested. */
  number: Generated<number>;
  status: Generated<DeliveryStatus>;
  /** Only the holder of the newest may report the result. */
  fence: Generated<number>;
  attempts: Generated<number>;
  percent: Generated<number>;
  worker: string | null;
  location: string | null;
  failure: JSONColumnType<Failure> | null;
  created_at: Timestamp;
  started_at: NullableTimestamp;
  /** `finished_at` is set when no partial copy is left at the target. */
  cancelled_at: NullableTimestamp;
  /** A delivery before this one was done. */
  was_there: Generated<boolean>;
  finished_at: NullableTimestamp;
};

type OutboxTable = {
  id: Generated<string>;
  project_id: string;
  image_id: string;
  /** e.g. `image.published`, `image.rejected`, `image.failed`. */
  type: string;
  payload: JSONColumnType<object>;
  created_at: Timestamp;
  /** When a message was made of it for each webhook. */
  relayed_at: NullableTimestamp;
  /** The span that caused it. */
  traceparent: string | null;
};

type WebhookTable = {
  id: Generated<string>;
  project_id: string;
  url: string;
  /** `whsec_` and base64, as Standard Webhooks has it. */
  secret: string;
  created_at: Timestamp;
  disabled_at: NullableTimestamp;
};

type WebhookDeliveryTable = {
  id: Generated<string>;
  outbox_id: string;
  webhook_id: string;
  status: Generated<'pending' | 'delivered' | 'failed'>;
  attempts: Generated<number>;
  last_status: number | null;
  last_error: string | null;
  created_at: Timestamp;
  settled_at: NullableTimestamp;
};

export type Database = {
  projects: ProjectTable;
  api_keys: ApiKeyTable;
  sessions: SessionTable;
  upload_events: UploadEventTable;
  images: ImageTable;
  image_members: ImageMemberTable;
  repairs: RepairTable;
  downloads: DownloadTable;
  image_sources: ImageSourceTable;
  runs: RunTable;
  run_steps: RunStepTable;
  publications: PublicationTable;
  deliveries: DeliveryTable;
  outbox: OutboxTable;
  webhooks: WebhookTable;
  webhook_deliveries: WebhookDeliveryTable;
  workers: WorkerTable;
  audit_log: AuditLogTable;
};
