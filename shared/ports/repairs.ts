import type { Finding } from '../contracts/finding.ts';
import type { ImageSettings } from '../contracts/image.ts';
import type { RepairChange, RepairStatus } from '../contracts/repair.ts';
import type { GuestFacts } from '../contracts/run.ts';
import type { Image, RunFailure } from './images.ts';

/** How an image was made from another one. */
export type Repair = {
  /** The image that is made. */
  imageId: string;
  projectId: string;
  parentId: string;
  remedies: string[];
  /** What was found in the original, and its system. */
  before: Finding[];
  guest: GuestFacts;
  changes: RepairChange[];
  status: RepairStatus;
  failure: RunFailure | null;
};

export interface RepairStore {
  /** Announces the new image and its repair, in one transaction. @throws `quota-exceeded` */
  create(repair: {
    parent: Image;
    name: string;
    settings: ImageSettings;
    bucket: string;
    remedies: readonly string[];
    before: readonly Finding[];
    guest: GuestFacts;
  }): Promise<Image>;
  /** Of the image that is made. */
  get(imageId: string): Promise<Repair | undefined>;
  /** Queued for so long: their workflow was perhaps never started. */
  unstarted(olderThanSeconds: number): Promise<RepairOrder[]>;
  /** Takes it: a new fence, the newest wins. @throws `superseded` when it has ended */
  begin(imageId: string): Promise<{ fence: number }>;
  /** @throws `superseded` unless the fence is the newest, the repair is open and nobody deletes its image */
  assertHeld(imageId: string, fence: number): Promise<void>;
  /** @throws `superseded` */
  mended(imageId: string, fence: number, changes: readonly RepairChange[]): Promise<void>;
  /** Room for the bytes of the new image, before they are stored. @throws `superseded`, `quota-exceeded` */
  reserve(imageId: string, fence: number, size: number): Promise<void>;
  /** @throws `superseded` */
  handedOver(imageId: string, fence: number): Promise<void>;
  /** Failed, or cancelled where there is no failure; the image is `killed`. Does nothing when it has ended. */
  end(imageId: string, failure: RunFailure | undefined): Promise<void>;
}

/** `imageId` and `name` are those of the image that is made. */
export type RepairOrder = { imageId: string; projectId: string; name: string };

/** Starts the workflow of a repair. Idempotent by the image. @throws `unavailable` (retryable) */
export type RepairStarter = (repair: RepairOrder) => Promise<void>;
