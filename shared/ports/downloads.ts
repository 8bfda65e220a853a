import type { ImageSettings } from '../contracts/image.ts';
import type { OrderStatus } from '../contracts/order.ts';
import type { Failure } from '../errors.ts';
import type { Image } from './image.ts';
import type { NewImage } from './images.ts';
import type { OrderStore } from './orders.ts';

/** Where an image's bytes come from, when nobody uploads them. */
export type Download = {
  imageId: string;
  projectId: string;
  /** Its query may be a secret: `shownUrl` says what is shown of it. */
  url: string;
  checksum: string | null;
  status: OrderStatus;
  /** Bytes that have come, and how many there are where the server said it. */
  received: number;
  total: number | null;
  failure: Failure | null;
  /** Of the import that asked for it. */
  requestId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

export type DownloadSource = { url: string; checksum?: string | undefined };

export interface DownloadStore extends OrderStore {
  /** Announces an image and its download, in one transaction: an upload under way from now on. @throws `quota-exceeded` */
  create(image: NewImage & { bucket: string; source: DownloadSource }): Promise<Image>;
  /**
   * For an image that is there and waits for bytes, or whose last download came to nothing; without `source` the same again.
   * Settings replace those of the image one by one. @throws `conflict` when the image has bytes, or they are on their way; `quota-exceeded`
   */
  order(
    imageId: string,
    order: { source?: DownloadSource; settings?: ImageSettings; requestId?: string },
  ): Promise<void>;
  /** Of the image that is made. */
  get(imageId: string): Promise<Download | undefined>;
  /** @throws `superseded` */
  progress(imageId: string, fence: number, bytes: { received: number; total: number | null }): Promise<void>;
}
