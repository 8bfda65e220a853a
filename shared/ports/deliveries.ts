import type { DeliveryOrder, DeliveryStatus } from '../contracts/delivery.ts';
import type { Report } from '../contracts/run.ts';
import type { Failure } from '../errors.ts';
import type { PublishedObject } from './images.ts';

/** How far a published image is on its way to one target. */
export type Delivery = {
  id: string;
  target: string;
  status: DeliveryStatus;
  attempts: number;
  /** 0 to 100. */
  percent: number;
  worker: string | null;
  /** Where it is there, once it is. */
  location: string | null;
  /** Why the last attempt failed, while another one follows; why the delivery failed, when its status is `failed`. */
  failure: Failure | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

/** Everything that a delivery needs, read once when an attempt starts. */
export type Consignment = {
  fence: number;
  imageId: string;
  projectId: string;
  name: string;
  target: string;
  published: PublishedObject;
  virtualSize: number;
  md5: string | null;
  sha512: string | null;
  properties: Readonly<Record<string, string>>;
  /** The run that published it. */
  runId: string | null;
  report: Report | null;
};

/** @see Leftovers of the port of targets */
export type CancelledDelivery = Pick<Consignment, 'imageId' | 'projectId' | 'target'> &
  Pick<PublishedObject, 'format' | 'sha256'> & { wasThere: boolean };

/**
 * One row for an image and a target. A publication orders its deliveries in its own transaction (RunStore). No method here ever changes the image: it stays
 * published, whatever happens to its deliveries.
 */
export interface DeliveryStore {
  /** Asks for it, or once more. @throws `conflict` unless the image is active and no delivery to this target is open or being cancelled */
  order(imageId: string, target: string): Promise<DeliveryOrder>;
  /** In the order of their targets' names. */
  ofImage(imageId: string): Promise<Delivery[]>;
  /** Deliveries of one image that nobody has started. */
  queued(imageId: string): Promise<DeliveryOrder[]>;
  /** Deliveries of all images, queued for this long: their workflow perhaps never started. */
  open(olderThanSeconds: number): Promise<DeliveryOrder[]>;
  /** An attempt, with a new fence; the newest wins. @throws `superseded` when it has ended, or its image is no longer active */
  begin(order: DeliveryOrder, worker: string): Promise<Consignment>;
  /** @throws `superseded` as do all that carry a fence */
  progress(deliveryId: string, fence: number, percent: number): Promise<void>;
  attemptFailed(deliveryId: string, fence: number, failure: Failure): Promise<void>;
  done(deliveryId: string, fence: number, location: string): Promise<void>;
  /** Does nothing if the delivery has ended, or was requested again. */
  fail(order: DeliveryOrder, failure: Failure): Promise<void>;
  /** It is `cancelled` from here on, and finished at once when nobody has started it. Undefined when none to this target is open. */
  cancel(imageId: string, target: string): Promise<DeliveryOrder | undefined>;
  /** Undefined unless it is cancelled and not finished. */
  cancelled(order: DeliveryOrder): Promise<CancelledDelivery | undefined>;
  /** Finishes a delivery that was cancelled. @param failure says what a person must still remove */
  cleared(order: DeliveryOrder, failure: Failure | undefined): Promise<void>;
}

/** Starts the workflow of a delivery. Idempotent by its id and number. @throws `unavailable` (retryable) */
export type DeliveryStarter = (order: DeliveryOrder) => Promise<boolean>;
