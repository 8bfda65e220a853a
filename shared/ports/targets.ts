import type { ByteSource } from './byte-source.ts';

/** A published image, as a target gets it. */
export type Deliverable = {
  imageId: string;
  projectId: string;
  name: string;
  /** raw or qcow2; what it was declared as, where the bytes are served unchanged. */
  format: string;
  virtualSize: number;
  /** Lower-case hex; only SHA-256 is known of every image. */
  digests: Digests;
  /** In Glance's vocabulary. */
  properties: Readonly<Record<string, string>>;
  /** The documents that go with it: the report, and the provenance if it is signed. */
  documents: readonly { name: string; contentType: string; body: Buffer }[];
  source: ByteSource;
};
export type Digests = { sha256: string; sha512?: string | undefined; md5?: string | undefined };

/** The remains of a delivery that was cancelled. */
export type Leftovers = Pick<Deliverable, 'imageId' | 'projectId' | 'format'> & {
  digests: Pick<Digests, 'sha256'>;
  /** The complete image at the target is from an earlier delivery, and stays. */
  wasThere: boolean;
};

export type DeliveryControl = {
  signal: AbortSignal;
  /** 0 to 100. */
  progress(percent: number): void;
};

/**
 * A place that published images go to. Failures are BootreadyErrors whose remedy names what the operator has to repair there;
 * `retryable` when the target may well take it a little later.
 */
export interface Target {
  /**
   * Uploads the image to the target and compares the copy with the image's digest. Calling it twice has the effect of one call. If two calls run at once, one
   * may fail because of the other (retryable). It replaces the remains of a killed call, or compares them with the digest. An interrupted call leaves nothing
   * that looks like an image.
   * @throws the signal's reason when it is aborted
   * @returns the place of the copy, in the target's own terms
   */
  deliver(image: Deliverable, control: DeliveryControl): Promise<{ location: string }>;
  /** Takes away what a cancelled delivery left there, half of it or, unless it was there before, all. Twice is once. */
  clear(left: Leftovers, signal: AbortSignal): Promise<void>;
  /** Whether deliveries would find it in order; changes nothing there that stays. @returns what it is, for people */
  check(signal: AbortSignal): Promise<string>;
}
