import type { ImageSettings, ImageStatus, Visibility } from '../contracts/image.ts';
import type { Role } from './projects.ts';

/** The attributes that an owner may change. `minDisk` in GiB, `minRam` in MiB. */
export type ImageAttributes = {
  projectId: string;
  /** Empty: it has none. */
  name: string;
  visibility: Visibility;
  isProtected: boolean;
  /** Replaced by a newer one: lists leave it out, but every client that knows its id can use it. */
  isHidden: boolean;
  tags: readonly string[];
  minDisk: number;
  minRam: number;
  diskFormat: string | null;
  containerFormat: string | null;
  /** In Glance's vocabulary: what was found, and what the owner has set. */
  properties: Readonly<Record<string, string>>;
};

/** The record that users see. Sizes in bytes; what is not known yet is null. */
export type Image = ImageAttributes & {
  id: string;
  status: ImageStatus;
  settings: ImageSettings;
  upload: { bucket: string; key: string; etag: string | null; size: number | null };
  multipartId: string | null;
  /** Bytes that the Image API has staged and that wait for an import. */
  stagedSize: number | null;
  /** Bytes that count against its project's quota; while an upload is open, the size that it promised. */
  heldBytes: number;
  size: number | null;
  virtualSize: number | null;
  /** Lower-case hex, of the bytes that are served. */
  md5: string | null;
  sha256: string | null;
  sha512: string | null;
  /** Whether its bytes are served unchanged, whatever a run finds. */
  isVerbatim: boolean;
  /** The family of a platform image. */
  family: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** The project and role of the person who views an image. Administrators see every project's images. */
export type Viewer = { projectId: string; role: Role };
