import type { Config } from '../config.ts';
import type { Finding } from '../contracts/finding.ts';
import { BootreadyError } from '../errors.ts';
import { formatBytes } from '../text/quantities.ts';

/** The limits of a project; null means without limit. Glance's limits: image_size_total, image_count_total, image_count_uploading. */
export type Limits = { bytes: number | null; images: number | null; uploads: number | null };

/** A project's use of its limits. `bytes` includes those that running uploads have reserved, and `stagedBytes` (those that wait for an import). */
export type Usage = { bytes: number; images: number; uploads: number; stagedBytes: number };

export type Quota = { limits: Limits; used: Usage };

/** With the limits of its own; null follows the installation. */
export type ProjectQuota = Quota & { projectId: string; own: Limits };

/** `fill`: the project that has used most of one of its limits comes first; `bytes`: the project with the most bytes comes first. */
export const quotaSorts = ['fill', 'bytes', 'project'] as const;
export type QuotaSort = (typeof quotaSorts)[number];

/** Room is reserved in steps of this size for bytes whose number is not known, in bytes. */
export const stride = 64 * 1024 ** 2;

export const unlimited: Limits = { bytes: null, images: null, uploads: null };

/** The limits of every project that has none of its own. */
export function toLimits({ QUOTA_BYTES, QUOTA_IMAGES, QUOTA_UPLOADS }: Config): Limits {
  return {
    bytes: QUOTA_BYTES ?? null,
    images: QUOTA_IMAGES ?? null,
    uploads: QUOTA_UPLOADS ?? null,
  };
}

type Resource = keyof Limits;
export type Wanted = Partial<Record<Resource, number>>;
export type Shortage = { resource: Resource; limit: number; used: number; wanted: number };

/** The first limit that has no room for `wanted` in addition to the current use. */
export function findShortage({ limits, used }: Quota, wanted: Wanted): Shortage | undefined {
  for (const resource of ['images', 'uploads', 'bytes'] as const) {
    const more = wanted[resource];
    const limit = limits[resource];
    if (more === undefined || limit === null || used[resource] + more <= limit) continue;
    return { resource, limit, used: used[resource], wanted: more };
  }
  return undefined;
}

const sentences: Readonly<Record<Resource, (shortage: Shortage) => { message: string; remedy: string }>> = {
  bytes: ({ limit, used, wanted }) => ({
    message: `The project's quota is ${formatBytes(limit)}, of which ${formatBytes(used)} are used. There is no room for ${formatBytes(wanted)} more.`,
    remedy: 'Delete images that you do not need, or ask the operator for a larger quota.',
  }),
  images: ({ limit, used }) => ({
    message: `The project's quota is ${limit} images, and it has ${used}.`,
    remedy: 'Delete images that you do not need, or ask the operator for a larger quota.',
  }),
  uploads: ({ limit, used }) => ({
    message: `The project's quota is ${limit} concurrent uploads, and ${used} are running.`,
    remedy: 'Wait until one of them ends, or cancel one.',
  }),
};

function overQuota(shortage: Shortage): BootreadyError {
  return new BootreadyError({ code: 'quota-exceeded', ...sentences[shortage.resource](shortage) });
}

/** @throws BootreadyError `quota-exceeded` */
export function assertFits(quota: Quota, wanted: Wanted): void {
  const shortage = findShortage(quota, wanted);
  if (shortage) throw overQuota(shortage);
}

/** The shortage as a finding, for readers that use the catalogue's words: a run, and clients before they send a byte. */
export function quotaFinding({ resource, limit, used, wanted }: Shortage): Finding {
  return {
    code: `quota-${resource}`,
    step: 'admit',
    outcome: 'fail',
    params: { limit, used, wanted },
  };
}

/** For people, one line a resource. */
export function quotaLines({ limits, used }: Quota): string[] {
  return [
    `bytes    ${formatBytes(used.bytes)} of ${limits.bytes === null ? 'any number' : formatBytes(limits.bytes)}`,
    `images   ${used.images} of ${limits.images ?? 'any number'}`,
    `uploads  ${used.uploads} of ${limits.uploads ?? 'any number'} at a time`,
  ];
}
