import type { Finding } from '../contracts/finding.ts';
import type { ImageSettings } from '../contracts/image.ts';
import type { OrderStatus } from '../contracts/order.ts';
import type { RepairChange } from '../contracts/repair.ts';
import type { GuestFacts } from '../contracts/run.ts';
import type { Failure } from '../errors.ts';
import type { Image } from './image.ts';
import type { OrderStore } from './orders.ts';

/** How an image was made from another one. */
export type Repair = {
  /** The image that is made. */
  imageId: string;
  projectId: string;
  parentId: string;
  remedies: string[];
  /** The findings about the original, and its system. */
  before: Finding[];
  guest: GuestFacts;
  changes: RepairChange[];
  status: OrderStatus;
  failure: Failure | null;
};

export interface RepairStore extends OrderStore {
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
  /** The repair that makes the image with this id. */
  get(imageId: string): Promise<Repair | undefined>;
  /** @throws `superseded` */
  mended(imageId: string, fence: number, changes: readonly RepairChange[]): Promise<void>;
}
