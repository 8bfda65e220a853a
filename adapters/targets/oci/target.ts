import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import { containerDiskAnnotations, containerDiskName } from '../../../shared/images/container-disk.ts';
import type { OciTargetConfig } from '../../../shared/operation/targets.ts';
import type { Deliverable, Leftovers, Target } from '../../../shared/ports/targets.ts';
import { readJson } from '../answer-text.ts';
import { again, makeReplacedError, otherImage } from '../trouble.ts';
import {
  computeDigest,
  type Descriptor,
  makeConfig,
  makeManifest,
  measureDiskLayer,
  mediaTypes,
  packDocuments,
  streamDiskLayer,
} from './container-disk.ts';
import { makeUnexpectedError, openRegistry } from './registry.ts';
import { type BlobTarget, hasBlob, sendBlob } from './upload.ts';

const Blob = z.object({ mediaType: z.string(), digest: z.string(), size: z.number() });
const Manifest = z.object({
  config: Blob,
  layers: z.array(Blob),
  annotations: z.record(z.string(), z.string()).default({}),
});

/** A registry, as KubeVirt takes disks from: an image with the disk in `/disk/`, under a tag that never moves. */
export function createOciTarget(name: string, config: OciTargetConfig): Target {
  const registry = openRegistry(name, config);
  const locate = (image: Deliverable | Leftovers) => containerDiskName(config.repository, image);

  /** The manifest at our tag, and its digest. */
  const find = async ({ repository, signal }: BlobTarget, tag: string) => {
    const headers = { accept: mediaTypes.manifest };
    const answer = await registry.ask({ method: 'GET', to: `${repository}/manifests/${tag}`, headers }, signal);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw makeUnexpectedError(name, answer);
    const manifest = Manifest.safeParse(readJson(answer.text));
    return { manifest: manifest.data, digest: computeDigest(Buffer.from(answer.text)) };
  };

  /** The digest of our complete image at the tag. @throws `conflict` if it is another one */
  const findSame = async (to: BlobTarget, tag: string, image: Deliverable): Promise<string | undefined> => {
    const there = await find(to, tag);
    if (!there) return undefined;
    const { manifest, digest } = there;
    const { imageId, sha256 } = containerDiskAnnotations;
    const isOurs = manifest?.annotations[imageId] === image.imageId;
    if (!manifest || !isOurs || manifest.annotations[sha256] !== image.digests.sha256) throw otherImage(name, tag);
    // A registry may have lost a blob, or have removed it while nothing named it.
    const found = await Promise.all([manifest.config, ...manifest.layers].map((blob) => hasBlob(to, blob)));
    return found.every(Boolean) ? digest : undefined;
  };

  return {
    deliver: async (image, { signal, progress }) => {
      const { repository, tag } = locate(image);
      const to: BlobTarget = { name, registry, repository, signal };
      const reference = (digest: string) => ({ location: `${registry.host}/${repository}:${tag}@${digest}` });
      const same = await findSame(to, tag, image);
      if (same) return reference(same);

      const disk = await measureDiskLayer(image, signal, (share) => progress(share * 30));
      if (disk.sha256 !== image.digests.sha256) throw notPublished();
      await sendBlob(to, disk, () => streamDiskLayer(image, signal, (share) => progress(30 + share * 65)));
      const documents = packDocuments(image);
      await sendBlob(to, documents, () => once(documents.bytes));
      const layers = [disk, documents];
      const bytes = makeConfig(image, layers);
      const descriptor: Descriptor = { mediaType: mediaTypes.config, digest: computeDigest(bytes), size: bytes.length };
      await sendBlob(to, descriptor, () => once(bytes));

      // Last, and at once: before it, nothing there is an image.
      const manifest = makeManifest(image, descriptor, layers);
      const headers = { 'content-type': mediaTypes.manifest };
      const path = `${repository}/manifests/${tag}`;
      const answer = await registry.ask({ method: 'PUT', to: path, headers, body: manifest }, signal);
      if (answer.status !== 201) throw makeUnexpectedError(name, answer);
      const digest = computeDigest(manifest);
      if ((await find(to, tag))?.digest !== digest) throw makeReplacedError(name, undefined);
      progress(100);
      return reference(digest);
    },

    clear: async (left, signal) => {
      // Blobs that no manifest names are the registry's to collect.
      if (left.wasThere) return;
      const { repository, tag } = locate(left);
      const there = await find({ name, registry, repository, signal }, tag);
      if (!there) return;
      const answer = await registry.ask({ method: 'DELETE', to: `${repository}/manifests/${there.digest}` }, signal);
      if (answer.status === 405 || answer.text.includes('UNSUPPORTED')) throw keepsEverything(name);
      if (answer.status !== 202 && answer.status !== 404) throw makeUnexpectedError(name, answer);
    },

    check: async (signal) => {
      const opened = await registry.ask({ method: 'POST', to: `${config.repository}/doctor/blobs/uploads/` }, signal);
      if (opened.status !== 202) throw makeUnexpectedError(name, opened);
      await registry.ask({ method: 'DELETE', to: registry.follow(opened) }, signal);
      return `the registry takes images for "${config.repository}"`;
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function notPublished(): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: 'The images bucket returned different data than was published. Nothing was sent.',
    remedy: 'Check the health of the store. The delivery is retried.',
    retryable: true,
  });
}

function keepsEverything(name: string): BootreadyError {
  return new BootreadyError({
    code: 'forbidden',
    message: `The registry of target "${name}" does not allow images to be deleted.`,
    remedy: `Allow it there, or delete the image by hand, ${again}`,
  });
}
