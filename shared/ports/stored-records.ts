import type { ImageStatus } from '../contracts/image.ts';

/** A published image, as the database has it. */
export type StoredImage = {
  imageId: string;
  projectId: string;
  name: string;
  bucket: string;
  key: string;
  size: number;
  sha256: string;
};
export type DescribedObject = {
  key: string;
  /** A record names it, it is evidence of an existing image, or the run of its image is not over. */
  isKnown: boolean;
  /** The image that its key names, if there is a record of it. */
  image?: { id: string; name: string; status: ImageStatus };
};

/** The objects that must be in the store, by the records of the database. */
export type StoredRecords = {
  /** All published images that nobody has deleted, page by page. */
  published(pageSize?: number): AsyncIterable<StoredImage>;
  /** Says of each object in the bucket of images whether it is known, in this order. */
  describe(bucket: string, keys: readonly string[]): Promise<DescribedObject[]>;
};
