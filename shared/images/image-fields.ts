import type { ImageDetail, ImageView, PublishedView, RunView, StepView } from '../contracts/api.ts';
import type { Report } from '../contracts/run.ts';

/**
 * The relation of a viewer to an image: its own project, an administrator, a project that it is shared with, or any other project (for community and platform
 * images).
 */
export const imageViewers = ['owner', 'administrator', 'member', 'other'] as const;
export type ImageViewer = (typeof imageViewers)[number];

/** Who is shown a field of an image that he may see. */
export type Audience =
  | 'everyone'
  /** Its project and administrators. */
  | 'owner'
  /** The project that it is shared with; what it says is about that project alone. */
  | 'member'
  /** Everyone; but other projects only see what the run that published it has found, and nothing of any other run. */
  | 'published';

type Fields<T> = Readonly<Record<keyof T, Audience>>;

/**
 * Which fields of an image are shown to whom: in both APIs, in lists, streams and reports. docs/what-others-see.md is made from this table. A new field of one of these
 * records does not compile before it has a line here.
 */
export const imageFields = {
  id: 'everyone',
  projectId: 'everyone',
  name: 'everyone',
  status: 'everyone',
  settings: 'everyone',
  upload: 'everyone',
  family: 'everyone',
  diskFormat: 'everyone',
  size: 'everyone',
  virtualSize: 'everyone',
  sha256: 'everyone',
  visibility: 'everyone',
  memberStatus: 'member',
  minRam: 'everyone',
  minDisk: 'everyone',
  protected: 'everyone',
  tags: 'everyone',
  properties: 'everyone',
  activity: 'published',
  order: 'owner',
  guest: 'published',
  createdAt: 'everyone',
  updatedAt: 'everyone',
  applied: 'owner',
  repair: 'owner',
  download: 'owner',
  published: 'everyone',
  runs: 'published',
  deliveries: 'owner',
} as const satisfies Fields<ImageDetail>;

/** With plain S3 uploads the key is the uploader's file name. */
export const uploadFields = {
  bucket: 'owner',
  key: 'owner',
  size: 'everyone',
} as const satisfies Fields<ImageView['upload']>;

/** `bucket` and `key` contain only ids and the hash. */
export const publishedFields = {
  bucket: 'everyone',
  key: 'everyone',
  format: 'everyone',
  size: 'everyone',
  sha256: 'everyone',
} as const satisfies Fields<PublishedView>;

export const runFields = {
  id: 'everyone',
  number: 'everyone',
  status: 'everyone',
  workflowId: 'everyone',
  worker: 'owner',
  createdAt: 'everyone',
  startedAt: 'everyone',
  finishedAt: 'everyone',
  steps: 'everyone',
  failure: 'owner',
  report: 'everyone',
  disk: 'everyone',
  findings: 'everyone',
} as const satisfies Fields<RunView>;

export const stepFields = {
  step: 'everyone',
  status: 'everyone',
  attempts: 'everyone',
  percent: 'everyone',
  worker: 'owner',
  message: 'owner',
  waitsFor: 'everyone',
  startedAt: 'everyone',
  finishedAt: 'everyone',
  usualSeconds: 'owner',
} as const satisfies Fields<StepView>;

/** The fields of a report that show where the bytes came from. All other fields describe the contents. */
export const reportUploadFields = {
  bucket: 'owner',
  key: 'owner',
  etag: 'owner',
  size: 'everyone',
  sha256: 'everyone',
} as const satisfies Fields<Report['upload']>;

/** The fields of the Image API: attributes that clients know, properties of the owner, the facts that bootready adds (`os_glance_bootready_*`), and imports. */
export const glanceFields = {
  attributes: 'everyone',
  properties: 'everyone',
  facts: 'published',
  tasks: 'owner',
} as const satisfies Readonly<Record<string, Audience>>;

/** @param isPublished whether the value comes from the run that published the image */
export function mayBeShown(audience: Audience, viewer: ImageViewer, isPublished = true): boolean {
  if (viewer === 'owner' || viewer === 'administrator') return true;
  if (audience === 'member') return viewer === 'member';
  return audience === 'everyone' || (audience === 'published' && isPublished);
}

/** The record as the viewer is shown it: hidden fields are null, hidden lists empty. */
export function showTo<T extends object>(viewer: ImageViewer, fields: Fields<T>, record: T, isPublished = true): T {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      if (value === undefined || mayBeShown(fields[name as keyof T], viewer, isPublished)) return [name, value];
      return [name, Array.isArray(value) ? [] : null];
    }),
  ) as T;
}

/** As `showTo`, for a report. */
export function reportShownTo(viewer: ImageViewer, report: Report): Report {
  return {
    ...report,
    upload: showTo(viewer, reportUploadFields, report.upload),
  };
}
