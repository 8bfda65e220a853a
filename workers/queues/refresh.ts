import { BootreadyError, explain, type Failure, isBootreadyError } from '../../shared/errors.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { OrderStarter } from '../../shared/ports/orders.ts';
import type { ImageSource, PlatformStore } from '../../shared/ports/platform.ts';
import { checksumFrom } from '../internet/sums-foreign.ts';

export type RefreshDeps = {
  foreign: ForeignDoor;
  platform: PlatformStore;
  startDownload: OrderStarter;
  /** @throws BootreadyError when it cannot be fetched */
  fetchSmall: (url: string) => Promise<Buffer>;
  uploadsBucket: string;
  images: Pick<ImageStore, 'markForDeletion'>;
  log: Log;
};

/**
 * Checks every source that is due, and orders an image for a new checksum. An ordered image that was published replaces the earlier one, and images beyond the
 * number that the source keeps are deleted. A failing source does not stop the others.
 */
export async function refresh(deps: RefreshDeps): Promise<{ ordered: number; promoted: number; removed: number }> {
  const { platform, images, startDownload, uploadsBucket, log } = deps;
  const counts = { ordered: 0, promoted: 0, removed: 0 };
  for (const { imageId, family } of await platform.arrived()) {
    await platform.promote(imageId, family);
    counts.promoted++;
  }
  for (const { imageId, family } of await platform.outlived()) {
    await images.markForDeletion(imageId);
    log.info({ image_id: imageId, family }, 'an earlier image of a family is deleted');
    counts.removed++;
  }
  const look = async (source: ImageSource): Promise<void> => {
    const { family } = source;
    try {
      const image = await platform.order(source, await fetchChecksum(deps, source), uploadsBucket);
      if (!image) return await platform.looked(family, undefined);
      counts.ordered++;
      // While Temporal does not answer, the sweep does it.
      await startDownload({ imageId: image.id, projectId: image.projectId, name: image.name }).catch((error: unknown) =>
        log.warn({ family, error: explain(error) }, 'a download waits for Temporal'),
      );
    } catch (error) {
      log.warn({ family, error: explain(error) }, 'a source of images cannot be refreshed');
      await platform.looked(family, toFailureRecord(error));
    }
  };
  // All at once: a mirror that is slow keeps neither the others waiting nor the jobs behind this one for longer than itself.
  await Promise.all((await platform.due()).map(look));
  return counts;
}

/** @throws BootreadyError */
async function fetchChecksum({ foreign, fetchSmall, platform }: RefreshDeps, source: ImageSource): Promise<string> {
  const { url, checksumUrl, fixedChecksum, signingKeys: keys, signatureUrl } = source;
  if (checksumUrl === null) return fixedChecksum ?? '';
  const sums = await fetchSmall(checksumUrl);
  if (keys === null) return (await checksumFrom(foreign, { sums, url })).checksum;
  const signature = signatureUrl === null ? undefined : await fetchSmall(signatureUrl).catch(throwNamingSignature);
  const { checksum, signedAt = 0 } = await checksumFrom(foreign, { sums, url, signed: { keys, signature } });
  assertNotOlder(new Date(signedAt), source);
  await platform.sawSigned(source, new Date(signedAt));
  return checksum;
}

/** An old file has a good signature too. A mirror that shows it again would bring back images with known holes. @throws BootreadyError `invalid-input` */
function assertNotOlder(signedAt: Date, { signedAt: newest }: ImageSource): void {
  if (newest === null || signedAt >= newest) return;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `The file of checksums was signed on ${signedAt.toISOString()}. This source had one of ${newest.toISOString()} before.`,
    remedy:
      'Nothing older is fetched. The mirror may lag behind: wait, or take another one. If the older file is right, delete the source and set it again.',
  });
}

/** Turns a missing file into an error that names the signature, because the missing file is not the checksum file itself. */
function throwNamingSignature(cause: unknown): never {
  if (!isBootreadyError(cause) || cause.code !== 'object-missing') throw cause;
  throw new BootreadyError({
    code: 'object-missing',
    message: 'The signature of the checksum file is missing at its address.',
    remedy: 'Set the source with its current address (--signature-url).',
    cause,
  });
}

function toFailureRecord(error: unknown): Failure {
  return isBootreadyError(error)
    ? { code: error.code, message: error.message, ...(error.remedy ? { remedy: error.remedy } : {}) }
    : { code: 'internal', message: 'The source could not be refreshed.', remedy: 'Check the logs of the workers.' };
}
