import {
  type ImageSettings,
  type ImageStatus,
  type MemberStatus,
  memberStatuses,
  type Visibility,
  visibilities,
} from '../contracts/image.ts';
import type { Image } from './images.ts';
import type { Role } from './projects.ts';

/** Images as OpenStack's Image API has them: the records of ImageStore, with what that API knows of them besides. */
export { type MemberStatus, memberStatuses, type Visibility, visibilities };

/** What its owner may change. `minDisk` in GiB, `minRam` in MiB. */
export type ImageAttributes = {
  projectId: string;
  /** Empty: it has none. */
  name: string;
  visibility: Visibility;
  isProtected: boolean;
  isHidden: boolean;
  tags: readonly string[];
  minDisk: number;
  minRam: number;
  diskFormat: string | null;
  containerFormat: string | null;
  properties: Readonly<Record<string, string>>;
};

export type GlanceImage = Omit<Image, keyof ImageAttributes> &
  ImageAttributes & {
    /** Lower-case hex, of the bytes that are served. */
    md5: string | null;
    sha512: string | null;
    /** Whether its bytes are served as they came, whatever a run makes of them. */
    isVerbatim: boolean;
  };

export type GlanceMember = {
  imageId: string;
  memberId: string;
  status: MemberStatus;
  createdAt: Date;
  updatedAt: Date;
};

/** Whose eyes look. Administrators see every project's images. */
export type Viewer = { projectId: string; role: Role };

export const sortKeys = [
  'created_at',
  'updated_at',
  'name',
  'status',
  'container_format',
  'disk_format',
  'size',
  'id',
] as const;
export type SortKey = (typeof sortKeys)[number];
export type Sort = { key: SortKey; direction: 'asc' | 'desc' };

export type GlanceQuery = {
  visibility?: Visibility | 'all';
  /** Which shared images of others: those that the viewer has said so of. */
  memberStatus: MemberStatus | 'all';
  isHidden: boolean;
  isProtected?: boolean;
  owner?: string;
  checksum?: string;
  hashValue?: string;
  hashAlgorithm?: string;
  /** All of them. */
  tags: readonly string[];
  /** Any of the values. */
  oneOf: Partial<Record<'id' | 'name' | 'status' | 'container_format' | 'disk_format', readonly string[]>>;
  ranges: readonly { field: 'size' | 'virtual_size' | 'min_disk' | 'min_ram'; min?: number; max?: number }[];
  /** Times are compared by the second, for that is what the API shows. */
  times: readonly {
    field: 'created_at' | 'updated_at';
    comparison: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte';
    at: Date;
  }[];
  properties: Readonly<Record<string, string>>;
  sort: readonly Sort[];
  /** The id of the last image of the page before. */
  marker?: string;
  limit: number;
};

/** Bytes that arrive for an image: one sender at a time, who holds this until the end. */
export type Reception = { imageId: string; session: string };

export type ReceivedBytes = {
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

export interface GlanceStore {
  /** @throws BootreadyError `conflict` when the id is taken, `quota-exceeded` */
  create(
    image: ImageAttributes & { id?: string; settings: ImageSettings; uploadsBucket: string },
  ): Promise<GlanceImage>;
  /** Undefined when there is none, it is deleted or about to be, or the viewer may not see it. */
  get(id: string, viewer: Viewer): Promise<GlanceImage | undefined>;
  /** @throws BootreadyError `invalid-input` when there is no image at the marker that the viewer may see */
  list(query: GlanceQuery, viewer: Viewer): Promise<GlanceImage[]>;
  /** Reads, lets `change` decide, writes; nobody comes between. What `change` throws is thrown, and nothing is written. @throws `quota-exceeded` for a new owner without room */
  change(
    id: string,
    change: (image: GlanceImage) => Partial<ImageAttributes> & { status?: ImageStatus },
  ): Promise<GlanceImage>;
  /**
   * Nobody sees it any more; its objects go later. Says which workflow works on it still, to be cancelled.
   * @throws BootreadyError `forbidden` while it is protected
   */
  remove(id: string): Promise<{ workflowId: string | undefined }>;

  members(imageId: string): Promise<GlanceMember[]>;
  /** What the project has said to those of the images that it is a member of, by image id. One query for a whole page. */
  answersOf(memberId: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, MemberStatus>>;
  /** @throws BootreadyError `conflict` when it is one already */
  addMember(imageId: string, memberId: string): Promise<GlanceMember>;
  /** Undefined when it is no member. */
  setMemberStatus(imageId: string, memberId: string, status: MemberStatus): Promise<GlanceMember | undefined>;
  /** False when it was no member. */
  removeMember(imageId: string, memberId: string): Promise<boolean>;

  /**
   * Status `saving` or `uploading`; undefined unless the image waits for bytes. A sender that was not heard of for two minutes
   * has lost its place to the next one. Room is taken for all bytes, or for the first of them where their number is not known.
   * @throws BootreadyError `quota-exceeded`
   */
  beginReception(
    imageId: string,
    status: 'saving' | 'uploading',
    size?: number,
  ): Promise<(Reception & { held: number }) | undefined>;
  /** Room for at least so many bytes in all; gives those that may come now. Undefined when the place is lost. @throws `quota-exceeded` */
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
  /** Nothing came of it: `queued` again. */
  dropReception(reception: Reception): Promise<void>;
  /** The import that was asked for, for its task and for what it shall become; silently nothing once its bytes are taken in. */
  noteImport(imageId: string, request: { requestId: string; settings: ImageSettings }): Promise<void>;
}
