import type { ImageSettings } from '../contracts/image.ts';
import type { Failure } from '../errors.ts';
import type { Image } from './image.ts';

/** Where the images of a family are fetched from, again and again. */
export type ImageSource = {
  family: string;
  /** The project that owns its images. */
  projectId: string;
  /** The name of the images. */
  name: string;
  url: string;
  /** The checksum that the file must have, or the place of the checksum file (SHA256SUMS, SHA512SUMS): one of the two. */
  fixedChecksum: string | null;
  checksumUrl: string | null;
  /** OpenPGP public keys, armoured, of which one must have signed the file of checksums; and where the signature is, if not in that file. */
  signingKeys: string | null;
  signatureUrl: string | null;
  /** The time of the newest signature that was seen. */
  signedAt: Date | null;
  settings: ImageSettings;
  everySeconds: number;
  /** How many earlier images of the source are kept; null keeps all. */
  keep: number | null;
  /** The checksum of the newest ordered image, and that image. */
  checksum: string | null;
  imageId: string | null;
  lookedAt: Date | null;
  /** Why the last check failed. */
  failure: Failure | null;
};

export type NewImageSource = Omit<ImageSource, 'signedAt' | 'checksum' | 'imageId' | 'lookedAt' | 'failure'>;

/** Images that the provider offers to everyone, by families of which one is shown at a time. */
export interface PlatformStore {
  /**
   * The image is public and the one of its family from here on; the one before is hidden, in the same transaction. Twice is
   * once. @throws `conflict` unless the image is active
   */
  promote(imageId: string, family: string): Promise<Image>;
  /** The image that the family shows, while it is active. */
  latest(family: string): Promise<Image | undefined>;
  /** The latest of each family, by family. */
  families(): Promise<Image[]>;

  /** Creates or replaces it; what was ordered from it stays. It is due at once. With the same keys and file of checksums, no older signature is believed still. */
  setSource(source: NewImageSource): Promise<ImageSource>;
  sources(): Promise<ImageSource[]>;
  /** False if it does not exist. Its images stay. */
  removeSource(family: string): Promise<boolean>;
  /** Makes a source due at once, and orders a failed download again. Undefined if the source does not exist. */
  refresh(family: string): Promise<ImageSource | undefined>;
  due(): Promise<ImageSource[]>;
  /** A signature of this time was good, by the keys that the source had then. */
  sawSigned(source: Pick<ImageSource, 'family' | 'signingKeys' | 'checksumUrl'>, signedAt: Date): Promise<void>;
  /** Records that the source was checked and there was nothing to order. */
  looked(family: string, failure: Failure | undefined): Promise<void>;
  /**
   * Announces an image of these bytes and its download, and notes them, in one transaction; undefined when they were ordered
   * before and could be fetched, or still may be.
   */
  order(source: ImageSource, checksum: string, bucket: string): Promise<Image | undefined>;
  /**
   * Hidden images of sources, beyond the number that those keep. Images that are still needed are left out: they are shared or protected, are on their way to a
   * target, or a repair or a snapshot depends on them.
   */
  outlived(): Promise<{ imageId: string; family: string }[]>;
  /** Images that were ordered, are active now and not yet promoted. */
  arrived(): Promise<{ imageId: string; family: string }[]>;
}
