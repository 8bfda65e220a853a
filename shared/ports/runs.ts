import type { BootPolicy, ImageSettings, Policy, TargetFormat } from '../contracts/image.ts';
import type { ConvertedDisk, Report, StepResult, WaitsFor } from '../contracts/run.ts';
import type { Step } from '../contracts/step.ts';
import type { Failure } from '../errors.ts';
import type { Shortage } from '../limits/quota.ts';
import type { ObjectPin } from './object-store.ts';

/** All that a step needs to know of its run, read once from Postgres. */
export type RunContext = {
  imageId: string;
  runId: string;
  /** When the run was requested: the same for each of its attempts. */
  createdAt: Date;
  projectId: string;
  name: string;
  upload: ObjectPin;
  /** The upload itself is served. The run judges it and converts nothing. */
  isVerbatim: boolean;
  /** As declared to the Image API: bare, compressed, ova, ... */
  containerFormat: string | null;
  /** The image was made from one instance, and must keep its identity. */
  isBackup: boolean;
  settings: ImageSettings;
  /** The setting of the image, or else of the project; undefined follows the installation. */
  targetFormat: TargetFormat | undefined;
  policy: Policy | undefined;
  bootCheck: BootPolicy | undefined;
  /** The project's choice of where it goes once it is published. */
  targets: readonly string[] | undefined;
  /** Bytes that this image may take in all, undefined without a quota. */
  quotaLeft: number | undefined;
  /** The quota that had no room when bytes arrived without an announcement. */
  overQuota: Shortage | undefined;
};

export type Publication = {
  bucket: string;
  key: string;
  converted: ConvertedDisk;
  /** Lower-case hex, of the same bytes, for clients that compare them. */
  digests?: { md5: string };
  /** The findings as image properties. Properties that the owner has set already stay. */
  properties?: Readonly<Record<string, string>>;
  /** Where it goes next: a delivery to each is ordered with it. */
  targets?: readonly string[];
};

/** One attempt at a run. The newest one has the highest fence, and only its writes count. */
type RunAttempt = { imageId: string; runId: string; fence: number };
type HeldRun = Pick<RunAttempt, 'runId' | 'fence'>;

/**
 * Where runs are kept. Every write is idempotent; a write that carries a fence throws BootreadyError `superseded`
 * (not retryable) when a newer attempt has started.
 */
export interface RunStore {
  context(run: { imageId: string; runId: string }): Promise<RunContext>;
  /** A new fence for the run; run `running`, image `importing`.
   * @throws `superseded` when the run is finished already or its image is deleted. */
  beginAttempt(run: { imageId: string; runId: string }, worker: string): Promise<{ fence: number }>;
  /**
   * Counts one more attempt each time: what is not idempotent here is meant to be seen. Why the try before failed stays until the step is
   * done.
   */
  stepStarted(attempt: HeldRun, step: Step, worker: string, tries: number): Promise<void>;
  /** It cannot begin before there is scratch space for it; progress says that it has. */
  stepWaits(attempt: HeldRun, step: Step, waitsFor: WaitsFor): Promise<void>;
  /** The first one says that the step has its slot. */
  stepProgress(attempt: HeldRun, step: Step, percent: number): Promise<void>;
  stepEnded(
    attempt: HeldRun,
    step: Step,
    status: 'done' | 'failed' | 'cancelled',
    failure?: { code: string; message: string },
    found?: StepResult,
  ): Promise<void>;
  /**
   * Admitted: its next step waits for a worker that has room, and its row says so. `isFirst`: its project has no other run that has started.
   * @throws `superseded`
   */
  awaitWorker(attempt: RunAttempt): Promise<{ isFirst: boolean; uploadSize: number }>;
  saveReport(attempt: HeldRun, report: Report): Promise<void>;
  /**
   * For an image that is served unchanged: this run has found its bytes safe. They are served from now on (image `active`), or when the run publishes the
   * image. Nothing else makes them served, and a new run starts without it. @throws `superseded`
   */
  admitted(attempt: RunAttempt, serve: 'now' | 'after the verdict'): Promise<void>;
  /** Room for what must be published, before it is stored. Given back when the run ends without. @throws `superseded`, `quota-exceeded` */
  reserve(attempt: RunAttempt, size: number): Promise<void>;
  /** Whether this run's publication is committed already. */
  isPublished(runId: string): Promise<boolean>;
  /** One transaction: fence, publication (unique), image `active`, run `published`, outbox row. Twice is once. */
  publish(attempt: RunAttempt, publication: Publication): Promise<void>;
  /** As `publish`, of an image that is served unchanged, and that is `admitted`. */
  approve(attempt: RunAttempt, targets?: readonly string[]): Promise<void>;
  /**
   * Ends run and image in one transaction with the outbox row. The image is `killed`; after a cancellation `queued`. If it is already served, it is
   * `deactivated` when it is unsafe, or else unchanged. Does nothing if the run is finished.
   */
  finish(
    run: { imageId: string; runId: string },
    end: { status: 'rejected'; report: Report } | { status: 'failed'; failure: Failure } | { status: 'cancelled' },
  ): Promise<void>;
}
