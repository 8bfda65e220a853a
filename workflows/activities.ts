import type { BootCheck, Conversion, Inspection, JudgedParts } from '../shared/checks/examine.ts';
import type { DeliveryOrder } from '../shared/contracts/delivery.ts';
import type { Admission, ConvertedDisk, Report, Verdict } from '../shared/contracts/run.ts';
import type { Failure } from '../shared/errors.ts';

/**
 * The activities that the workflow may call. Every activity may run twice, even at the same time: a worker may be treated as dead while it still works. A
 * killed activity leaves nothing that could break the next attempt.
 * Activities throw only ApplicationFailure, made by workers/failures.ts. A bad image is not an error but a result with findings.
 */
export type RunRef = { imageId: string; runId: string };

/** One try at the whole run, on one worker, whose scratch folder and task queue are named by it. */
export type Attempt = RunRef & {
  /** Newest wins: publish checks it in its transaction. */
  fence: number;
  /** The task queue of the worker that holds the scratch folder. */
  taskQueue: string;
};

/** The queue in which an admitted run waits: `first` if the project has nothing else at work; otherwise by the size of its upload. */
export type Lane = 'first' | 'small' | 'large';
/** `attempt` is bound to no worker: it has the fence, and no more is done by it than to judge. No lane is needed where admission is refused. */
export type Admitted = { attempt: Attempt; admission: Admission; lane?: Lane };

type Judgement = { verdict: Verdict; report: Report };

/** One try at making the bytes of an image, by a repair or a download; the image that is made names it. */
export type OrderAttempt = { imageId: string; fence: number; taskQueue: string };
export type OrderEnd = { imageId: string; failure?: Failure };

/** Any worker can do these. */
export interface RepairLedger {
  /** Takes the repair for this worker, which has room for it: new fence, empty scratch folder. */
  beginRepair(repair: { imageId: string }): Promise<OrderAttempt>;
  /** Marks the image as failed and records why. Does nothing when the repair has ended. */
  endRepair(input: OrderEnd): Promise<void>;
}

/** On the attempt's own task queue. */
export interface RepairActivities {
  /** The disk of the original, admitted and converted like any upload, then changed by the remedies. Begins again each time. */
  mend(attempt: OrderAttempt): Promise<void>;
  /** The repaired disk becomes the upload of the new image; its notification, or the sweep, starts the ordinary run. */
  handOver(attempt: OrderAttempt): Promise<void>;
  discardRepair(attempt: OrderAttempt): Promise<void>;
}

/** Any worker can do these. */
export interface DownloadLedger {
  /** Takes the download for this worker, which has room for it: a new fence. */
  beginDownload(download: { imageId: string }): Promise<OrderAttempt>;
  /** The image fails: it says why. Does nothing when the download has ended. */
  endDownload(input: OrderEnd): Promise<void>;
}

/** On the attempt's own task queue. */
export interface DownloadActivities {
  /** Downloads the file at the address as the upload of the image. Its notification, or the sweep, starts the ordinary run. */
  fetchUpload(attempt: OrderAttempt): Promise<void>;
}

/** On the task queue for checks: any worker can do this, and keeps no data of it. */
export interface AdmitActivities {
  /** Range reads only, by a fence of its own. A failing finding ends the run. */
  admitFirst(run: RunRef): Promise<Admitted>;
}

/** Any worker can do these. */
export interface SharedActivities {
  /** Takes the run for this worker, which has room for it: new fence, empty scratch folder, run row `running`. */
  beginAttempt(run: RunRef): Promise<Attempt>;
  /** Puts findings and policy together and writes the report to the run row. */
  judge(attempt: Attempt, parts: JudgedParts): Promise<Judgement>;
  /** Records the end in the run row and the image row; the outbox informs the webhooks. Not for `published`: publish does that itself. */
  finishRun(input: RunRef & FinishedRun): Promise<void>;
}

/** A published image goes further; `deliver` on the task queue for it. */
export interface DeliveryActivities {
  deliver(order: DeliveryOrder): Promise<void>;
  /** Records why it will not be tried again automatically. If the delivery was cancelled, removes the partial copy at the target. */
  failDelivery(order: DeliveryOrder, failure: Failure): Promise<void>;
}

export type FinishedRun =
  | { status: 'rejected'; report: Report }
  | { status: 'failed'; failure: Failure }
  | { status: 'cancelled' };

/** On the attempt's own task queue: these share a scratch folder. */
export interface ScratchActivities {
  /** As `admitFirst`, for runs of before. */
  admit(attempt: Attempt): Promise<Admission>;
  /** Writes `disk.raw` or `disk.qcow2` into the scratch folder. */
  convert(attempt: Attempt, admission: Admission): Promise<Conversion>;
  /**
   * Sends the parts of an image that may be published to the store. There is no object before `publish` completes it, and discardScratch removes the parts. If
   * sending fails here, `publish` sends them again.
   */
  sendAhead(attempt: Attempt, converted: ConvertedDisk): Promise<void>;
  inspect(attempt: Attempt, converted: ConvertedDisk): Promise<Inspection>;
  /** Starts the disk, on an overlay; not when the policy is `off`, nor what is rejected already. */
  bootCheck(attempt: Attempt, parts: JudgedParts): Promise<BootCheck>;
  /**
   * Object and signed provenance, then one transaction: fence, publication, image `active`, run `published`, deliveries, outbox. Then the
   * upload goes, by policy. @returns where the image goes next
   */
  publish(attempt: Attempt, converted: ConvertedDisk, report: Report): Promise<DeliveryOrder[]>;
  /** Undo of beginAttempt: the scratch folder goes, and what was sent ahead of a verdict. */
  discardScratch(attempt: Attempt): Promise<void>;
}

/** Activities for runs and orders that any worker serves: in the workflow's own worker, or on the queues for those that start. */
export type LedgerActivities = SharedActivities & RepairLedger & DownloadLedger;
/** All activities that workers serve on the shared task queue and the queues beside it. */
export type OnSharedQueues = LedgerActivities & AdmitActivities & DeliveryActivities;
/** All activities that a worker serves on its own task queue. */
export type OnOwnQueue = ScratchActivities & RepairActivities & DownloadActivities;
