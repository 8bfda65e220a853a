import type { Failure } from '../errors.ts';

/**
 * A request of a user that a workflow carries out on an image. This is an order to make its bytes (a download or a repair); a `DeliveryOrder`
 * sends them to a target. `imageId` and `name` are those of the image that is made.
 */
export type Order = { imageId: string; projectId: string; name: string };

/** Methods for orders of every kind. One worker at a time: the newest fence wins. */
export interface OrderStore {
  /** Queued for this long: their workflow was perhaps never started. */
  open(olderThanSeconds: number): Promise<Order[]>;
  /** Takes the order: a new fence. @throws `superseded` when it has ended, or its image is being deleted */
  begin(imageId: string): Promise<{ fence: number }>;
  /** @throws `superseded` unless the fence is the newest, the order is open and nobody deletes its image */
  assertHeld(imageId: string, fence: number): Promise<void>;
  /**
   * Reserves room for bytes of the new image, before they are stored: `asked` bytes if there is room, or as many as are left, but at least `needed`. Returns
   * the bytes that it holds now. @throws `superseded`, `quota-exceeded`
   */
  reserve(imageId: string, fence: number, needed: number, asked?: number): Promise<number>;
  /** @throws `superseded` */
  handedOver(imageId: string, fence: number): Promise<void>;
  /** Failed, or cancelled where there is no failure; the image is `killed`. Does nothing when it has ended. */
  end(imageId: string, failure: Failure | undefined): Promise<void>;
}

/** Starts the workflow of an order. Twice is once while it is running. @throws `unavailable` (retryable) */
export type OrderStarter = (order: Order) => Promise<boolean>;
