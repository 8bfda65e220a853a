import type { ImageSettings, ImageStatus, MemberStatus, Visibility } from '../contracts/image.ts';
import type { Image, ImageAttributes, Viewer } from './image.ts';

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

export type VisibleQuery = {
  visibility?: Visibility | 'all';
  /** Which images that others share: those with this answer of the viewer. */
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
  /** Times are compared by the second, because the API shows seconds. */
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

/** Images of every project, as a user may see and change them. */
export interface VisibleImages {
  /** @throws BootreadyError `conflict` when the id is taken, `quota-exceeded` */
  create(image: ImageAttributes & { id?: string; settings: ImageSettings; uploadsBucket: string }): Promise<Image>;
  /** Undefined if it does not exist, is deleted or about to be, or the viewer may not see it. */
  getVisible(id: string, viewer: Viewer): Promise<Image | undefined>;
  /** @throws BootreadyError `invalid-input` when there is no image at the marker that the viewer may see */
  listVisible(query: VisibleQuery, viewer: Viewer): Promise<Image[]>;
  /**
   * Reads the image, calls `change`, writes the result; no other change can come between. If `change` throws, the error is passed on and nothing is written.
   * @throws `quota-exceeded` for a new owner without room
   */
  change(id: string, change: (image: Image) => Partial<ImageAttributes> & { status?: ImageStatus }): Promise<Image>;
  /**
   * Nobody sees it any more; its objects go later. Says which workflow works on it still, to be cancelled.
   * @throws BootreadyError `forbidden` while it is protected
   */
  remove(id: string): Promise<{ workflowId: string | undefined }>;
}
