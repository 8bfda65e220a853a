import { z } from 'zod';

import { blockedPorts } from '../limits/blocked-ports.ts';
import { beyondLimit, requestLimits } from '../limits/request-limits.ts';
import { bootResults, listedBootResults } from '../status/boot-result.ts';

import { DeliveryStatus, TargetName } from './delivery.ts';
import { Checksum, SourceUrl } from './download.ts';
import { Finding, Outcome } from './finding.ts';
import {
  BootPolicy,
  Family,
  ImageName,
  ImageSettings,
  ImageStatus,
  imageSorts,
  ListedSystem,
  MemberStatus,
  memberStatuses,
  Policy,
  ProjectId,
  TargetFormat,
  Visibility,
} from './image.ts';
import { OrderStatus } from './order.ts';
import { RepairChange } from './repair.ts';
import { DetectedDisk, GuestFacts, Report, RunStatus, Verdict, waitsFor } from './run.ts';
import { Snapshot } from './snapshot.ts';
import { Step } from './step.ts';

/** The requests and answers of the HTTP API; the OpenAPI document is made from these. Times are RFC 3339, sizes bytes, percents 0 to 100. */
const Time = z.iso.datetime();
const Bytes = z.number().int().nonnegative();
const Percent = z.number().min(0).max(100);

const FailureView = z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() });

export const ApiError = z.object({
  error: z.object({
    code: z.string(),
    /** One sentence: what is wrong. */
    message: z.string(),
    /** How the reader can fix it. */
    remedy: z.string().optional(),
    /** To be found in the logs. */
    requestId: z.string(),
  }),
});
export type ApiError = z.infer<typeof ApiError>;

/** The current work of an image's newest run, or how the run ended. */
export const Activity = z.object({
  runId: z.uuid(),
  run: z.number().int(),
  status: RunStatus,
  step: Step.nullable(),
  percent: Percent,
  /** The step has not begun: it waits for a worker with room, or for scratch space. */
  waitsFor: z.enum(waitsFor).nullable().default(null),
  /** The last try of the step failed, and the next one starts by itself. */
  isRetrying: z.boolean().default(false),
  verdict: Verdict.nullable(),
  /** How the boot test went; null until the run has a report. */
  boot: z.enum(bootResults).nullable().default(null),
  /** The worst finding, in the language of `Accept-Language`, and how many did not pass. Null if all passed, or before the report. */
  trouble: z
    .object({ outcome: Outcome, title: z.string(), problem: z.string().optional(), count: z.number().int().min(1) })
    .nullable()
    .default(null),
});
export type Activity = z.infer<typeof Activity>;

/** Where an image's bytes come from, if not from an upload. */
export const ImageOrder = z.object({
  kind: z.enum(['repair', 'download']),
  status: OrderStatus,
  /** The part of the bytes of a download whose size is known. */
  percent: Percent.nullable(),
});
export type ImageOrder = z.infer<typeof ImageOrder>;

export const GuestSummary = GuestFacts.pick({ osName: true, osDistro: true, osVersion: true, architecture: true });
export type GuestSummary = z.infer<typeof GuestSummary>;

export const ImageView = z.object({
  id: z.uuid(),
  projectId: z.string(),
  name: z.string(),
  status: ImageStatus,
  settings: ImageSettings,
  /** Where its bytes were put: null for other projects (shared/images/image-fields.ts). */
  upload: z.object({ bucket: z.string().nullable(), key: z.string().nullable(), size: Bytes.nullable() }),
  /** The family of a platform image. */
  family: z.string().nullish(),
  /** The format of the published image; null before. */
  diskFormat: z.string().nullable(),
  size: Bytes.nullable(),
  virtualSize: Bytes.nullable(),
  sha256: z.string().nullable(),
  visibility: Visibility,
  /** The answer of the own project, if another project shares the image with it; absent for all other images. */
  memberStatus: MemberStatus.optional(),
  /** The least that an instance needs: MiB of memory, GiB of disk; 0 for no requirement. */
  minRam: z.number().int(),
  minDisk: z.number().int(),
  /** Nobody can delete it before the protection is removed. */
  protected: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
  /** Image properties in Glance's vocabulary, e.g. os_distro, hw_firmware_type: what was found, and what the owner has set. */
  properties: z.record(z.string(), z.string()),
  /** Null until its upload is finished, and for other projects unless it has published the image. */
  activity: Activity.nullable(),
  /** The repair or download that makes its bytes; null for an upload, and for other projects. */
  order: ImageOrder.nullable().default(null),
  /** The system that the newest run found inside; null before its inspection. Guest-controlled text. */
  guest: GuestSummary.nullable(),
  createdAt: Time,
  updatedAt: Time,
});
export type ImageView = z.infer<typeof ImageView>;

export const ImagePage = z.object({
  images: z.array(ImageView),
  /** All that the filters match, however many are on this page; only where `offset` is given. */
  total: z.number().int().optional(),
  /** Give it back as `after` for the next page; absent at the end. */
  next: z.uuid().optional(),
});
export type ImagePage = z.infer<typeof ImagePage>;

export const StepView = z.object({
  step: Step,
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  attempts: z.number().int(),
  percent: Percent,
  worker: z.string().nullable(),
  message: z.string().nullable(),
  /** Before it begins, it waits until a worker has room for the image, or scratch space. */
  waitsFor: z.enum(waitsFor).optional(),
  startedAt: Time,
  finishedAt: Time.nullable(),
  /** While it runs: the span of seconds in which such steps usually stay, if enough are known. */
  usualSeconds: z.object({ from: z.number(), to: z.number() }).nullish(),
});
export type StepView = z.infer<typeof StepView>;

/** A finding in words, in the language of `Accept-Language` (en, de). */
export const FindingView = Finding.extend({
  severity: z.enum(['safety', 'required', 'advice']),
  title: z.string(),
  problem: z.string().optional(),
  remedy: z.string().optional(),
  /** Shell commands that repair it, for the system that was found, or for every one while none is known. */
  commands: z
    .array(z.object({ on: z.enum(['any', 'debian', 'rhel', 'suse', 'alpine', 'windows']), run: z.string() }))
    .optional(),
});
export type FindingView = z.infer<typeof FindingView>;

export const RunView = z.object({
  id: z.uuid(),
  number: z.number().int(),
  status: RunStatus,
  workflowId: z.string(),
  worker: z.string().nullable(),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  steps: z.array(StepView),
  /** Why it `failed`. */
  failure: FailureView.nullable(),
  /** Null until judge has spoken. */
  report: Report.nullable(),
  /** The disk, as soon as a step has found it. */
  disk: DetectedDisk.nullable(),
  /** The findings of the report. Until there is a report, those of the finished steps. */
  findings: z.array(FindingView),
});
export type RunView = z.infer<typeof RunView>;

export const ProvenanceKeys = z.object({
  keys: z.array(z.object({ keyId: z.string(), pem: z.string() })),
});
export type ProvenanceKeys = z.infer<typeof ProvenanceKeys>;

export const PublishedView = z.object({
  bucket: z.string(),
  key: z.string(),
  /** raw or qcow2; another one where the bytes are served unchanged. */
  format: z.string(),
  size: Bytes,
  sha256: z.string(),
});
export type PublishedView = z.infer<typeof PublishedView>;

/** How an image was made from another one. Its own report shows the effect of the remedies. */
export const RepairView = z.object({
  parentId: z.uuid(),
  status: OrderStatus,
  remedies: z.array(z.string()),
  /** Findings about the original that did not pass. */
  before: z.array(FindingView),
  /** The changes of each remedy, in the language of `Accept-Language`. */
  changes: z.array(RepairChange.extend({ title: z.string() })),
  /** Why it `failed`. */
  failure: FailureView.nullable(),
});
export type RepairView = z.infer<typeof RepairView>;

/** How an image's bytes come from a URL. */
export const DownloadView = z.object({
  /** Without its query, which may be a secret. */
  url: z.string(),
  checksum: z.string().nullable(),
  status: OrderStatus,
  received: Bytes,
  /** Null while the server has not said it. */
  total: Bytes.nullable(),
  /** Why it `failed`. */
  failure: FailureView.nullable(),
});
export type DownloadView = z.infer<typeof DownloadView>;

export const RemedyView = z.object({
  code: z.string(),
  title: z.string(),
  /** The changes that it makes. */
  plan: z.string(),
  /** Codes of the findings of this image that it repairs; empty when nothing asks for it. */
  answers: z.array(z.string()),
  /** Why this installation cannot do it. */
  unavailable: z.string().optional(),
});
export type RemedyView = z.infer<typeof RemedyView>;

/** The remedies that apply to the system in the image. */
export const RemedyList = z.object({ remedies: z.array(RemedyView) });
export type RemedyList = z.infer<typeof RemedyList>;

export const CreateRepair = z.strictObject({
  /** Those that the report asks for, when it is absent. */
  remedies: z.array(z.string()).min(1).max(50).optional(),
  /** The name of the new image; "NAME (repaired)" by default. */
  name: ImageName.optional(),
  /** Replace those of the original one by one. */
  settings: ImageSettings.default({}),
});
export type CreateRepair = z.input<typeof CreateRepair>;

/** A published image on its way to one target. */
export const DeliveryView = z.object({
  target: z.string(),
  status: DeliveryStatus,
  attempts: z.number().int(),
  percent: Percent,
  worker: z.string().nullable(),
  /** Where it is there: an object, a path, the id of an image. */
  location: z.string().nullable(),
  /** Why the last attempt failed. While the status is `running`, another attempt follows. */
  failure: FailureView.nullable(),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

/** Asks for a delivery that is not running: the first, or another one. */
export const CreateDelivery = z.strictObject({ target: TargetName });
export type CreateDelivery = z.infer<typeof CreateDelivery>;

/** The settings that hold for an image now: its own, else its project's, else the installation's. */
export const AppliedSettings = z.object({ targetFormat: TargetFormat, policy: Policy, bootCheck: BootPolicy });
export type AppliedSettings = z.infer<typeof AppliedSettings>;

export const ImageDetail = ImageView.extend({
  /** Null for other projects. */
  applied: AppliedSettings.nullable().default(null),
  /** Null unless it was made from another image. */
  repair: RepairView.nullish(),
  /** Null unless its bytes were fetched from a URL. */
  download: DownloadView.nullish(),
  published: PublishedView.nullable(),
  /** Newest first. */
  runs: z.array(RunView),
  /** Where it went once it was published. */
  deliveries: z.array(DeliveryView).default([]),
});
export type ImageDetail = z.infer<typeof ImageDetail>;

export const ImageQuery = z.object({
  status: ImageStatus.optional(),
  name: z.string().optional(),
  /** Part of the name, in whatever case. */
  text: z.string().trim().min(1).max(255).optional(),
  /** The format of the published image. */
  format: z.enum(['raw', 'qcow2']).optional(),
  /** Snapshots of instances, or all others. */
  imageType: z.enum(['snapshot', 'image']).optional(),
  /** The system that the newest run found: type or distribution. */
  system: ListedSystem.optional(),
  /** How the boot test of the newest run went. Not for images of other projects. */
  boot: z.enum(listedBootResults).optional(),
  visibility: Visibility.optional(),
  /** `platform`: images that the provider offers to everyone. */
  owner: z.enum(['project', 'platform']).default('project'),
  /** Those of other projects that are shared with the own one, by what it has said to them. Goes before `owner`. */
  shared: z.enum([...memberStatuses, 'all']).optional(),
  /** Name, or the beginning of an id; at most ten images come. Excludes the filters but `shared`. */
  search: z.string().min(1).max(255).optional(),
  /** For administrators: only images of this project. */
  project: ProjectId.optional(),
  sort: z.enum(imageSorts).default('created'),
  direction: z.enum(['asc', 'desc']).default('desc'),
  /** How many are left out at the beginning, for pages with numbers. Not together with `after`. */
  offset: z.coerce.number().int().min(0).max(100_000).optional(),
  /** Only in the order of creation, newest first. */
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type ImageQuery = z.infer<typeof ImageQuery>;

export const CreateImage = z.strictObject({
  name: ImageName,
  settings: ImageSettings.default({}),
  /** The size of the file for the upload, if it is known. A file over the limit is refused at once. */
  size: Bytes.optional(),
  /** Present if the image was made from an instance. */
  snapshot: Snapshot.optional(),
  /** Where its bytes are fetched from; without it they are uploaded. The file must be there for everyone who knows the address. */
  source: z.strictObject({ url: SourceUrl, checksum: Checksum.optional() }).optional(),
  /** For administrators: the project that must own it. */
  projectId: z.string().optional(),
});
export type CreateImage = z.input<typeof CreateImage>;

const Amount = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
/** An absent field keeps its value. */
export const ChangeImage = z
  .strictObject({
    name: ImageName.optional(),
    /** MiB. */
    minRam: Amount.optional(),
    /** GiB. */
    minDisk: Amount.optional(),
    /** Platform images are made by POST /v1/images/{id}/promote. */
    visibility: Visibility.exclude(['public']).optional(),
    protected: z.boolean().optional(),
    tags: z.array(z.string().min(1).max(255)).max(128).optional(),
    /** Merged with the existing properties; null removes one. */
    properties: z.record(z.string().min(1).max(255), z.string().max(65_535).nullable()).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'Give at least one change.');
export type ChangeImage = z.infer<typeof ChangeImage>;

/** A project that an image is shared with; it is in that project's lists once it is `accepted`. */
export const MemberView = z.object({
  projectId: z.string(),
  status: MemberStatus,
  createdAt: Time,
  updatedAt: Time,
});
export type MemberView = z.infer<typeof MemberView>;

export const MemberList = z.object({ members: z.array(MemberView) });
export type MemberList = z.infer<typeof MemberList>;

export const ChangeMember = z.strictObject({ status: MemberStatus });
export type ChangeMember = z.infer<typeof ChangeMember>;

/** A further run of an image that was not published; settings replace those of the image one by one. */
export const CreateRun = z.strictObject({ settings: ImageSettings.default({}) });
export type CreateRun = z.input<typeof CreateRun>;

/** Makes a published image a platform image; the one before of its family is hidden. */
export const PromoteImage = z.strictObject({ family: Family });
export type PromoteImage = z.infer<typeof PromoteImage>;

/** The newest platform image of each family. */
export const FamilyList = z.object({ families: z.array(z.object({ family: z.string(), latest: ImageView })) });
export type FamilyList = z.infer<typeof FamilyList>;

const signedFile = 'A signing key needs a checksum file ("checksumUrl"), and "signatureUrl" needs a signing key.';
const oneChecksum = 'Give either "checksum" or "checksumUrl".';
/** Where the images of a family are fetched from, again and again: a new checksum makes a new image. */
export const SetImageSource = z
  .strictObject({
    url: SourceUrl,
    /** The checksum of the file: another checksum means another image. */
    checksum: Checksum.optional(),
    /** The place of the checksum file: SHA256SUMS, SHA512SUMS and the like. */
    checksumUrl: SourceUrl.optional(),
    /** OpenPGP public keys, armoured: with one of them that file must be signed. */
    signingKeys: z
      .string()
      .max(256 * 1024)
      .includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')
      .optional(),
    /** The place of the signature, if it is a file beside the checksum file: SHA256SUMS.gpg, SHA256SUMS.sign and the like. */
    signatureUrl: SourceUrl.optional(),
    /** How often it is checked. */
    everySeconds: z
      .number()
      .int()
      .min(60)
      .max(366 * 86_400)
      .default(86_400),
    /** The name of the images; by default the family. */
    name: ImageName.optional(),
    /** How many earlier images of the source are kept; without it all. */
    keep: z.number().int().min(0).max(1000).optional(),
    settings: ImageSettings.default({}),
  })
  .refine(({ checksum, checksumUrl }) => (checksum === undefined) !== (checksumUrl === undefined), oneChecksum)
  .refine(
    ({ checksumUrl, signingKeys, signatureUrl }) =>
      signingKeys === undefined ? signatureUrl === undefined : checksumUrl !== undefined,
    signedFile,
  );
export type SetImageSource = z.input<typeof SetImageSource>;

export const ImageSourceView = z.object({
  family: z.string(),
  projectId: z.string(),
  name: z.string(),
  /** All without their queries. */
  url: z.string(),
  checksumUrl: z.string().nullable(),
  signatureUrl: z.string().nullable(),
  /** Whether the file of checksums must be signed. */
  mustBeSigned: z.boolean(),
  settings: ImageSettings,
  everySeconds: z.number().int(),
  keep: z.number().int().nullable(),
  /** The checksum of the newest ordered image, and that image. */
  checksum: z.string().nullable(),
  imageId: z.uuid().nullable(),
  lookedAt: Time.nullable(),
  /** Why the last check failed. */
  failure: FailureView.nullable(),
});
export type ImageSourceView = z.infer<typeof ImageSourceView>;

export const ImageSourceList = z.object({ sources: z.array(ImageSourceView) });
export type ImageSourceList = z.infer<typeof ImageSourceList>;

const PartNumber = z.number().int().min(1).max(10_000);
export const UploadedPartView = z.object({
  partNumber: PartNumber,
  /** MD5 of the part, lower-case hex, where the store makes its ETags so. */
  etag: z.string(),
  size: Bytes,
});
export type UploadedPartView = z.infer<typeof UploadedPartView>;

export const OpenUpload = z.strictObject({ size: z.number().int().min(1) });
export type OpenUpload = z.infer<typeof OpenUpload>;

/** An upload in parts, straight to the object store. Opening it again continues it. */
export const UploadSession = z.object({
  imageId: z.uuid(),
  size: Bytes,
  /** Every part but the last has exactly this size. */
  partSize: Bytes,
  partCount: z.number().int(),
  /** The parts that the store already has. */
  parts: z.array(UploadedPartView),
});
export type UploadSession = z.infer<typeof UploadSession>;

export const SignParts = z.strictObject({
  partNumbers: z.array(PartNumber).min(1).max(requestLimits.partLinks.most),
});
export type SignParts = z.infer<typeof SignParts>;

export const SignedParts = z.object({
  parts: z.array(z.object({ partNumber: PartNumber, url: z.url() })),
  expiresAt: Time,
});
export type SignedParts = z.infer<typeof SignedParts>;

export const DownloadLink = z.object({
  url: z.url(),
  fileName: z.string(),
  size: Bytes,
  sha256: z.string(),
  expiresAt: Time,
});
export type DownloadLink = z.infer<typeof DownloadLink>;

export const UploadEventView = z.object({
  id: z.number().int(),
  source: z.string(),
  eventName: z.string(),
  bucket: z.string(),
  key: z.string(),
  /** How often the same notification arrived. */
  receipts: z.number().int(),
  receivedAt: Time,
  outcome: z.enum(['received', 'started', 'duplicate', 'no-object', 'ignored', 'failed']),
  detail: z.string().nullable(),
  imageId: z.uuid().nullable(),
  settledAt: Time.nullable(),
});
export type UploadEventView = z.infer<typeof UploadEventView>;

export const UploadEventPage = z.object({
  events: z.array(UploadEventView),
  /** Give it back as `before` for the next page; absent at the end. */
  next: z.number().int().optional(),
});
export type UploadEventPage = z.infer<typeof UploadEventPage>;

export const CreateWebhook = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => Buffer.byteLength(url) <= requestLimits.webhookUrlBytes.most,
      beyondLimit('webhookUrlBytes').message,
    )
    .refine((url) => /^[^\p{Cc}\p{Cs}\p{Z}]+$/u.test(url), 'The URL contains blanks or control characters.')
    .refine((url) => !blockedPorts.has(Number(URL.parse(url)?.port)), 'No web server listens on this port.'),
});
export type CreateWebhook = z.infer<typeof CreateWebhook>;

export const WebhookView = z.object({
  id: z.uuid(),
  url: z.string(),
  createdAt: Time,
  disabledAt: Time.nullable(),
});
export type WebhookView = z.infer<typeof WebhookView>;

export const WebhookList = z.object({ webhooks: z.array(WebhookView) });
export type WebhookList = z.infer<typeof WebhookList>;

/** Shown once. `secret` is `whsec_` and base64 (Standard Webhooks). */
export const NewWebhook = WebhookView.extend({ secret: z.string() });
export type NewWebhook = z.infer<typeof NewWebhook>;

const Limit = z.number().int().positive().nullable();
/** As Postgres counts. */
const CountLimit = z
  .number()
  .int()
  .positive()
  .max(2 ** 31 - 1)
  .nullable();
/** The limits of a project and its use of them: bytes (including those that open uploads have reserved), images, uploads at a time. */
export const QuotaView = z.object({
  /** Null: without limit. */
  limits: z.object({ bytes: Limit, images: CountLimit, uploads: CountLimit }),
  used: z.object({
    bytes: Bytes,
    images: z.number().int(),
    uploads: z.number().int(),
    /** The bytes that wait for an import. */
    stagedBytes: Bytes,
  }),
});
export type QuotaView = z.infer<typeof QuotaView>;

const Limits = QuotaView.shape.limits;
export const ProjectQuota = QuotaView.extend({
  projectId: z.string(),
  /** Its own limits; null follows the installation. */
  own: Limits,
});
export type ProjectQuota = z.infer<typeof ProjectQuota>;

export const QuotaPage = z.object({
  projects: z.array(ProjectQuota),
  /** The number on all pages. */
  total: z.number().int(),
});
export type QuotaPage = z.infer<typeof QuotaPage>;

/** An absent field keeps its value; null sets the installation's default again. */
export const ChangeQuota = z.strictObject({
  bytes: Limit.optional(),
  images: CountLimit.optional(),
  uploads: CountLimit.optional(),
});
export type ChangeQuota = z.infer<typeof ChangeQuota>;

/** Who asks, what holds for it, and where a plain S3 client may put uploads. */
export const Self = z.object({
  projectId: z.string(),
  role: z.enum(['reader', 'member', 'admin']),
  /** The user of the issuer; absent for a key. */
  user: z.object({ name: z.string(), projects: z.array(z.string()) }).optional(),
  limits: z.object({ maxUploadBytes: Bytes, maxVirtualBytes: Bytes, allowIso: z.boolean() }),
  quota: QuotaView,
  uploads: z.object({ endpoint: z.string(), bucket: z.string(), keyPrefix: z.string() }),
  /** The settings of an upload that chooses none. */
  defaults: AppliedSettings.optional(),
  /** Where the cloud starts an instance, with `{id}` for the image's ID; null if the installation names no place. */
  launchUrl: z.string().nullish(),
});
export type Self = z.infer<typeof Self>;

/** The values that the command line needs to sign a user in at the issuer (RFC 8628). */
export const CommandLineSignIn = z.object({
  issuer: z.url(),
  /** The id of a public client. */
  clientId: z.string(),
  scopes: z.string(),
  /** The audience that tokens must have, if it is a URL that a client can request (RFC 8707). */
  resource: z.string().optional(),
});
export type CommandLineSignIn = z.infer<typeof CommandLineSignIn>;

/** How users may sign in, besides with an API key. */
export const SignInWays = z.object({
  issuer: z.object({ name: z.string(), commandLine: CommandLineSignIn.optional() }).optional(),
});
export type SignInWays = z.infer<typeof SignInWays>;

/** Why nobody was signed in: `?sign-in=` of the page that the browser is sent back to. */
export const SignInProblem = z.enum(['unauthenticated', 'forbidden', 'unavailable', 'internal']);
export type SignInProblem = z.infer<typeof SignInProblem>;

export const ChooseProject = z.strictObject({ projectId: ProjectId });
export type ChooseProject = z.infer<typeof ChooseProject>;

/** An API key as operators see it; nobody but its owner has the key itself. */
const KeyView = z.object({
  id: z.uuid(),
  projectId: z.string(),
  name: z.string(),
  role: z.enum(['reader', 'member', 'admin']),
  /** How it begins. */
  hint: z.string(),
  createdAt: Time,
  /** To the minute; null: never. */
  lastUsedAt: Time.nullable(),
  expiresAt: Time.nullable(),
  revokedAt: Time.nullable(),
});

export const KeyList = z.object({ keys: z.array(KeyView) });
export type KeyList = z.infer<typeof KeyList>;

/** A browser that is signed in. */
export const SessionView = z.object({
  id: z.uuid(),
  createdAt: Time,
  /** To the minute. */
  lastUsedAt: Time,
  /** At the latest; a session that is not used ends before. */
  expiresAt: Time,
  /** Where it was last used from. */
  address: z.string().nullable(),
  /** "Firefox, Linux"; null if the browser is not known. */
  browser: z.string().nullable(),
  /** The session of this request. */
  isCurrent: z.boolean(),
});
export type SessionView = z.infer<typeof SessionView>;

export const SessionList = z.object({ sessions: z.array(SessionView) });
export type SessionList = z.infer<typeof SessionList>;

export const EndedSessions = z.object({ ended: z.number().int() });
export type EndedSessions = z.infer<typeof EndedSessions>;

export const SignedOut = z.object({ signOutUrl: z.url() });
export type SignedOut = z.infer<typeof SignedOut>;
