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
  /** Its query may be a secret: `toShownUrl` says what is shown of it. */
  url: string;
  checksum: string | null;
  status: OrderStatus;
  /** Bytes that have come, and how many there are where the server said it. */
  received: number;
  total: number | null;
  failure: Failure | null;
  /** The id of the import that requested it. */
  requestId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

type DownloadSource = { url: string; checksum?: string | undefined };

export interface DownloadStore extends OrderStore {
  /** Announces an image and its download, in one transaction. From then on it counts as a running upload. @throws `quota-exceeded` */
  create(image: NewImage & { bucket: string; source: DownloadSource }): Promise<Image>;
  /**
   * Orders a download for an existing image that waits for bytes, or whose last download failed. Without `source`, repeats the last one. Settings replace those
   * of the image one by one.
   * @throws `conflict` when the image has bytes, or they are on their way; `quota-exceeded`
   */
  order(
    imageId: string,
    order: { source?: DownloadSource; settings?: ImageSettings; requestId?: string },
  ): Promise<void>;
  /** The download of the image with this id. */
  get(imageId: string): Promise<Download | undefined>;
  /** @throws `superseded` */
  progress(imageId: string, fence: number, bytes: { received: number; total: number | null }): Promise<void>;
}
