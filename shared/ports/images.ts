import type { Finding } from '../contracts/finding.ts';
import type {
  ImageSettings,
  ImageSort,
  ImageStatus,
  ListedSystem,
  MemberStatus,
  Visibility,
} from '../contracts/image.ts';
import type { OrderStatus } from '../contracts/order.ts';
import type { GuestFacts, Report, RunStatus, StepResult, Verdict, WaitsFor } from '../contracts/run.ts';
import type { Step } from '../contracts/step.ts';
import type { Failure } from '../errors.ts';
import type { ListedBootResult } from '../status/boot-result.ts';
import type { Image } from './image.ts';
import type { ImageMembers } from './image-members.ts';
import type { ImageReceptions } from './image-receptions.ts';
import type { ObjectInfo } from './object-store.ts';
import type { VisibleImages } from './visible-images.ts';

export type Run = {
  id: string;
  imageId: string;
  number: number;
  workflowId: string;
  status: RunStatus;
  worker: string | null;
  report: Report | null;
  failure: Failure | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

export type RunStep = {
  step: Step;
  status: 'running' | 'done' | 'failed' | 'cancelled';
  attempts: number;
  /** 0 to 100. */
  percent: number;
  worker: string | null;
  /** Why the last try failed; null once the step is done. */
  message: string | null;
  /** The reason why it waits to start; absent if it waits only for its slot. */
  waitsFor?: WaitsFor | undefined;
  /** Once it is done. */
  found?: StepResult | undefined;
  startedAt: Date;
  finishedAt: Date | null;
};

/** The current work of an image's newest run, in short: for lists. */
export type LatestRun = {
  runId: string;
  number: number;
  status: RunStatus;
  /** The running step, or else the last one that ran. */
  step: Step | null;
  percent: number;
  /** How that step stands. */
  stepStatus: RunStep['status'] | null;
  waitsFor: WaitsFor | null;
  verdict: Verdict | null;
  guest: GuestFacts | null;
  /** Those that did not pass, and those of the boot test. Null until the run has a report. */
  findings: Finding[] | null;
};

/** The work that makes an image's bytes, in short: for lists. `bytes` counts a download; null while they are not known. */
export type ImageOrderState = {
  kind: 'repair' | 'download';
  status: OrderStatus;
  received: number | null;
  total: number | null;
};

export type PublishedObject = { bucket: string; key: string; format: string; size: number; sha256: string };

/** Without `properties` the image has none. */
export type NewImage = {
  projectId: string;
  name: string;
  settings: ImageSettings;
  properties?: Readonly<Record<string, string>> | undefined;
};

/** Images that other projects share with this one, by its answer. Never includes an image that is about to be deleted. */
export type SharedWith = { projectId: string; answer: MemberStatus | 'all' };

export type ImageFilter = {
  /** Undefined: of every project, for operators. */
  projectId: string | undefined;
  status?: ImageStatus;
  name?: string;
  /** Part of the name, in whatever case. */
  text?: string;
  format?: 'raw' | 'qcow2';
  /** Snapshots of instances, or all others. */
  imageType?: 'snapshot' | 'image';
  /** The system that the newest run found: type or distribution. */
  system?: ListedSystem;
  /** How the boot test of the newest run went. */
  boot?: ListedBootResult;
  visibility?: Visibility;
  /** Only images that everybody may use, from any owner. */
  isPublic?: true;
  sharedWith?: SharedWith;
  /** By creation, newest first, unless it says otherwise. */
  sort?: ImageSort;
  direction?: 'asc' | 'desc';
  /** The id of the last image of the page before, in the order of creation. */
  after?: string;
  offset?: number;
  limit: number;
};

/** By its number; or the newest of all, of those that were published, or of those that have a report. */
type WhichRun = number | 'newest' | 'published' | 'reported';

/** Images, and the runs that work on them. Nothing here talks to Temporal or to the object store. */
export interface ImageStore extends VisibleImages, ImageMembers, ImageReceptions {
  /** The row that is made before its bytes come, at `<project>/<image id>` of the uploads bucket. */
  announce(
    image: NewImage & {
      bucket: string;
      /** The size of the bytes that follow. Refuses now if there is no room for them, but reserves nothing. @throws `quota-exceeded` */
      size?: number;
    },
  ): Promise<Image>;
  /**
   * Reserves room for the bytes of an upload, before the first of them arrives. If it is called again, the new size counts. @param multipartId of the open
   * upload; null: no upload is open
   * @throws `quota-exceeded`, `conflict` also when another upload is open
   */
  reserveUpload(imageId: string, size: number, multipartId?: string | null): Promise<void>;
  /**
   * Records the upload that is open from now on, if room of this size is reserved and no upload except the former one is open.
   * @returns false when another request was faster: then this upload is not open
   */
  openMultipart(
    imageId: string,
    upload: { multipartId: string; size: number; former: string | null },
  ): Promise<boolean>;
  /** Closes this upload and gives its room back. Null: no upload was open. */
  closeMultipart(imageId: string, multipartId: string | null): Promise<void>;
  /**
   * Finds or creates the image of these bytes, with its first run. The same bytes at the same key are one image: the second call, even at the same time, gets
   * `isNew: false`. An announced row gets the first bytes that arrive at its key. Bytes over the quota become an image too, and its run refuses them.
   */
  findOrCreate(object: ObjectInfo, defaults: NewImage): Promise<{ image: Image; run: Run; isNew: boolean }>;
  /** Whether these bytes at this key are an image already. */
  isKnown(object: Pick<ObjectInfo, 'bucket' | 'key' | 'etag'>): Promise<boolean>;
  /** Those that are not, in their order; one query for all. For the sweep, which asks for each object each time. */
  unknownAmong(objects: readonly ObjectInfo[]): Promise<ObjectInfo[]>;
  /** Undefined if it does not exist, is deleted, or belongs to another project. */
  get(id: string, projectId: string | undefined): Promise<Image | undefined>;
  /** Images whose id begins with, or whose name is, the text; at most ten. */
  search(text: string, of: Pick<ImageFilter, 'projectId' | 'sharedWith'>): Promise<Image[]>;
  /** The projects that these images belong to, by the images' ids; deleted ones among them. */
  readOwners(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those of the ids that belong to the project, deleted ones among them. */
  ownedBy(ids: readonly string[], projectId: string | undefined): Promise<string[]>;
  list(filter: ImageFilter): Promise<Image[]>;
  /** How many the filter matches, without its page. */
  count(filter: Omit<ImageFilter, 'sort' | 'direction' | 'after' | 'offset' | 'limit'>): Promise<number>;
  /** Newest first, each with its report: of many runs a megabyte. */
  runs(imageId: string): Promise<Run[]>;
  /** One of them. */
  run(imageId: string, which: WhichRun): Promise<Run | undefined>;
  steps(runId: string): Promise<RunStep[]>;
  /** By run id; runs without a step are absent. One query for all runs of an image. */
  listSteps(runIds: readonly string[]): Promise<ReadonlyMap<string, RunStep[]>>;
  /** By image id; images without a run are absent. One query for a whole page. */
  latestRuns(imageIds: readonly string[]): Promise<ReadonlyMap<string, LatestRun>>;
  /** By image id; images whose bytes are uploaded are absent. One query for a whole page. */
  orders(imageIds: readonly string[]): Promise<ReadonlyMap<string, ImageOrderState>>;
  publication(imageId: string): Promise<PublishedObject | undefined>;
  /** A further run of an image whose last one has ended unpublished; the settings replace the image's one by one. @throws `conflict`, `quota-exceeded` while there is still no room for it */
  newRun(imageId: string, settings?: ImageSettings, requestId?: string): Promise<Run>;
  /** Runs that have not ended and are older than the given seconds, the oldest first, 500 at most. Perhaps no workflow works on them. */
  openRuns(olderThanSeconds: number): Promise<{ image: Image; run: Run }[]>;
  /** Those of the runs whose upload is not admitted yet, nor refused. */
  inAdmission(runIds: readonly string[]): Promise<string[]>;
  /** First half of deleting: nobody sees it as usable any more. @throws `conflict` while a run works on it, or while it is protected */
  markForDeletion(id: string): Promise<void>;
  /** Second half of a deletion, when its objects no longer exist. */
  markDeleted(id: string): Promise<void>;
  pendingDeletions(): Promise<Image[]>;
  /** Images that were announced at least this long ago, have no bytes, and are not protected. */
  abandoned(olderThanSeconds: number): Promise<Image[]>;
}
