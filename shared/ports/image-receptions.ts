import type { ImageSettings } from '../contracts/image.ts';

/** Bytes that arrive for an image: one sender at a time, who holds this until the end. */
export type Reception = { imageId: string; session: string };

/** The record of the image says this about the bytes. It cannot change while they are received; before that, it may still change. */
type Announced = { projectId: string; diskFormat: string | null; containerFormat: string | null };

type ReceivedBytes = {
  bucket: string;
  key: string;
  etag: string;
  versionId?: string;
  size: number;
  virtualSize: number | null;
  md5: string;
  sha256: string;
  sha512: string;
};

/** The bytes of an image that are sent through the API. */
export interface ImageReceptions {
  /**
   * Sets the status `saving` or `uploading`; undefined unless the image waits for bytes. If nothing was heard of a sender for two minutes, it loses its place
   * to the next one. Reserves room for all bytes, or for the first of them if their number is not known.
   * @throws BootreadyError `quota-exceeded`
   */
  beginReception(
    imageId: string,
    status: 'saving' | 'uploading',
    size?: number,
  ): Promise<(Reception & { held: number; announced: Announced }) | undefined>;
  /** Reserves room for at least this many bytes in total, and returns how many may be sent now. Undefined if the place is lost. @throws `quota-exceeded` */
  extendReception(reception: Reception, bytes: number): Promise<number | undefined>;
  /** To be said every half a minute or so; false when the place is lost or the image deleted. */
  keepReception(reception: Reception): Promise<boolean>;
  /** The bytes are in staging: an open multipart upload, whose completion is the import. False when the place is lost. */
  stage(reception: Reception, staged: { multipartId: string; size: number }): Promise<boolean>;
  /** These bytes are the image, with its first run: `saving` until that serves them. Undefined when the place is lost. */
  acceptVerbatim(
    reception: Reception,
    bytes: ReceivedBytes,
  ): Promise<{ runId: string; workflowId: string } | undefined>;
  /** The reception failed: the image is `queued` again. */
  dropReception(reception: Reception): Promise<void>;
  /** Records an import request, for its task and for the settings of the image. Does nothing once the bytes have been accepted. */
  noteImport(imageId: string, request: { requestId: string; settings: ImageSettings }): Promise<void>;
}
