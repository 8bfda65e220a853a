import { describeFinding } from '../../../shared/checks/catalogue.ts';
import { glanceFields, type ImageViewer, mayBeShown } from '../../../shared/images/image-fields.ts';
import type { DownloadStore } from '../../../shared/ports/downloads.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ImageMember } from '../../../shared/ports/image-members.ts';
import type { ImageStore, LatestRun, Run } from '../../../shared/ports/images.ts';
import { storeId } from './info.ts';

/** Records as the Image API shows them. Times are RFC 3339 in whole seconds. */
export function toTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Facts that bootready found out about an image. Glance reserves this prefix for properties that no user sets, so clients do not change them. */
const factPrefix = 'os_glance_bootready_';
/** The length of the advice. A client that wants more asks GET /v1/images/{id}. */
const longest = 2000;

export type Facts = Record<string, string>;

export function toFacts(latest: LatestRun | undefined, viewer: ImageViewer): Facts {
  if (!latest || !mayBeShown(glanceFields.facts, viewer, latest.status === 'published')) return {};
  const { status, step, percent, verdict } = latest;
  return {
    [`${factPrefix}run`]: status,
    ...(status === 'running' && step ? { [`${factPrefix}step`]: `${step} ${Math.floor(percent)}%` } : {}),
    ...(verdict ? { [`${factPrefix}verdict`]: verdict } : {}),
  };
}

/** Why an image was not published, and what to do about it, in words. */
export function findAdvice({ failure, report }: Pick<Run, 'failure' | 'report'>): Facts {
  if (failure) {
    const advice = [failure.message, failure.remedy].filter(Boolean).join(' ');
    return { [`${factPrefix}problems`]: failure.code, [`${factPrefix}advice`]: advice.slice(0, longest) };
  }
  const failed = (report?.findings ?? []).filter(({ outcome }) => outcome === 'fail');
  if (failed.length === 0) return {};
  const sentences = failed.map((finding) => {
    const { title, problem = '', remedy = '' } = describeFinding(finding, 'en');
    return `${title}: ${problem} ${remedy}`.trim();
  });
  return {
    [`${factPrefix}problems`]: failed.map(({ code }) => code).join(', '),
    [`${factPrefix}advice`]: sentences.join('\n').slice(0, longest),
  };
}

/**
 * The store that has the data, and the state of an import: the store that it is on the way to, and the store where it failed. Empty strings mean nowhere.
 * Clients wait for these values. Uploads of any kind look like an import, except those that are kept unchanged.
 */
function listStores({ status, isVerbatim }: Image, lastRun: LatestRun | undefined): Record<string, string> {
  const isServed = status === 'active' || status === 'deactivated';
  const isUnderWay = status === 'importing';
  const failed = status === 'killed' || (status === 'queued' && lastRun?.status === 'cancelled');
  const wasImported = !isVerbatim && (isServed || isUnderWay || failed);
  return {
    ...(isServed ? { stores: storeId } : {}),
    ...(wasImported
      ? {
          os_glance_importing_to_stores: isUnderWay ? storeId : '',
          os_glance_failed_import: failed ? storeId : '',
        }
      : {}),
  };
}

/** @param facts that bootready adds to the image @param lastRun undefined when it has none */
export function toImageView(image: Image, facts: Facts, lastRun?: LatestRun): Record<string, unknown> {
  const self = `/v2/images/${image.id}`;
  const hash = image.sha512 ?? image.sha256;
  return {
    ...image.properties,
    ...facts,
    ...listStores(image, lastRun),
    id: image.id,
    name: image.name === '' ? null : image.name,
    status: image.status,
    visibility: image.visibility,
    protected: image.isProtected,
    os_hidden: image.isHidden,
    owner: image.projectId,
    tags: image.tags,
    size: image.size ?? image.stagedSize,
    virtual_size: image.virtualSize,
    checksum: image.md5,
    os_hash_algo: hash ? (image.sha512 ? 'sha512' : 'sha256') : null,
    os_hash_value: hash,
    disk_format: image.diskFormat,
    // An image that was published before this API existed is a bare disk.
    container_format: image.containerFormat ?? (image.sha256 ? 'bare' : null),
    min_disk: image.minDisk,
    min_ram: image.minRam,
    created_at: toTime(image.createdAt),
    updated_at: toTime(image.updatedAt),
    self,
    file: `${self}/file`,
    schema: '/v2/schemas/image',
  };
}

/** One image with everything that the viewer is shown of it. */
export async function toDetailedView(
  { images, downloads }: { images: Pick<ImageStore, 'run' | 'latestRuns'>; downloads: Pick<DownloadStore, 'get'> },
  image: Image,
  viewer: ImageViewer,
): Promise<Record<string, unknown>> {
  const [latest, run, download] = await Promise.all([
    images.latestRuns([image.id]),
    images.run(image.id, 'newest'),
    downloads.get(image.id),
  ]);
  const advice = run ? findAdvice(run) : findAdvice({ failure: download?.failure ?? null, report: null });
  const isShown = mayBeShown(glanceFields.facts, viewer, run?.status === 'published');
  const last = latest.get(image.id);
  return toImageView(image, { ...toFacts(last, viewer), ...(isShown ? advice : {}) }, last);
}

export function toMemberView({ imageId, memberId, status, createdAt, updatedAt }: ImageMember) {
  return {
    member_id: memberId,
    image_id: imageId,
    status,
    created_at: toTime(createdAt),
    updated_at: toTime(updatedAt),
    schema: '/v2/schemas/member',
  };
}
