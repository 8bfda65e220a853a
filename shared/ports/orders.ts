import type { Failure } from '../errors.ts';

/** An order to make the bytes of an image; `imageId` and `name` are those of the image that is made. */
export type Order = { imageId: string; projectId: string; name: string };

/** Methods for orders of every kind. One worker at a time: the newest fence wins. */
export interface OrderStore {
  /** Queued for this long: their workflow was perhaps never started. */
  unstarted(olderThanSeconds: number): Promise<Order[]>;
  /** Takes it: a new fence. @throws `superseded` when it has ended, or somebody deletes its image */
  begin(imageId: string): Promise<{ fence: number }>;
  /** @throws `superseded` unless the fence is the newest, the order is open and nobody deletes its image */
  assertHeld(imageId: string, fence: number): Promise<void>;
  /**
   * Room for so many bytes of the new image, before they are stored: for as many as are asked for, or as are left but not fewer than
   * needed. Gives what it holds now. @throws `superseded`, `quota-exceeded`
   */
  reserve(imageId: string, fence: number, needed: number, asked?: number): Promise<number>;
  /** @throws `superseded` */
  handedOver(imageId: string, fence: number): Promise<void>;
  /** Failed, or cancelled where there is no failure; the image is `killed`. Does nothing when it has ended. */
  end(imageId: string, failure: Failure | undefined): Promise<void>;
}

/** Starts the workflow of an order. Twice is once while it is running. @throws `unavailable` (retryable) */
export type OrderStarter = (order: Order) => Promise<void>;
