import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import { minimumDisk } from '../../../shared/images/image-properties.ts';
import type { GlanceTargetConfig } from '../../../shared/operation/targets.ts';
import type { Deliverable, DeliveryControl, Digests, Target } from '../../../shared/ports/targets.ts';
import { chunkBytes, readChunks } from '../read-chunks.ts';
import { again, otherBytes, otherImage } from '../trouble.ts';
import { type GlanceImage, type ImageApi, openImageApi } from './image-api.ts';
import { authenticate } from './keystone.ts';

/** How an image there says which of ours it is. */
const identity = 'bootready_image_id';
const digest = 'bootready_sha256';

/** A Glance whose stores take their time is `saving` after the answer. */
const saveMs = 15 * 60_000;

/** An OpenStack cloud: puts the image into its Glance, with our properties, and compares it with the hash that Glance has made. */
export function createGlanceTarget(name: string, config: GlanceTargetConfig): Target {
  const open = async (signal: AbortSignal): Promise<ImageApi> =>
    openImageApi(name, await authenticate(name, config, signal), signal);

  const upload = async (api: ImageApi, id: string, image: Deliverable, control: DeliveryControl): Promise<void> => {
    const { source, digests } = image;
    const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512'), md5: createHash('md5') };
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of readChunks(source, control.signal, (share) => control.progress(share * 95))) {
        for (const hash of Object.values(hashes)) hash.update(chunk);
        yield chunk;
      }
    };
    await api.upload(id, Readable.from(chunks(), { objectMode: false, highWaterMark: chunkBytes }), source.size);
    const sent: Digests = {
      sha256: hashes.sha256.digest('hex'),
      sha512: hashes.sha512.digest('hex'),
      md5: hashes.md5.digest('hex'),
    };
    // The token may have grown old meanwhile.
    const saved = await untilSaved(await open(control.signal), id, control.signal);
    if (saved?.status !== 'active' || sent.sha256 !== digests.sha256 || !isSame(saved, image, sent)) {
      throw otherBytes(name, { id, status: saved?.status, sent, got: saved?.os_hash_value });
    }
  };

  return {
    deliver: async (image, control) => {
      const api = await open(control.signal);
      const record = await claim(api, image, toRecord(image, config));
      const location = record.id;
      if (isServed(record)) {
        if (isSame(record, image, image.digests)) return { location };
        throw otherImage(name, record.id);
      }
      try {
        await upload(api, record.id, image, control);
      } catch (error) {
        // Cancelled or not, it must not stay; what cannot be removed now, the next delivery removes.
        const signal = AbortSignal.timeout(20_000);
        await open(signal)
          .then((late) => late.remove(record.id))
          .catch(() => undefined);
        throw error;
      }
      return { location };
    },

    clear: async ({ imageId, wasThere }, signal) => {
      const api = await open(signal);
      for (const there of await api.find(identity, imageId)) {
        if (!wasThere || !isServed(there)) await api.remove(there.id);
      }
    },

    check: async (signal) => {
      await (await open(signal)).find(identity, 'bootready-doctor');
      return 'Keystone accepts the credentials, and Glance answers';
    },
  };
}

function isServed({ status }: GlanceImage): boolean {
  return status === 'active' || status === 'deactivated';
}

/** Ids of one image of ours, one after the other: Glance gives none twice, not even that of an image which was deleted. */
function makeId(imageId: string, number: number): string {
  const hex = createHash('sha256').update(`${imageId}/${number}`).digest('hex');
  // Version 8, made as we like, variant 10 (RFC 9562, 5.8).
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/**
 * Finds or creates our image at the target: one that is already served, or a new one. Any other image of ours is left over from a delivery that died, and is
 * removed. Two deliveries at once ask for the same id, and only one gets it.
 */
async function claim(api: ImageApi, { imageId }: Deliverable, record: Record<string, unknown>): Promise<GlanceImage> {
  const there = await api.find(identity, imageId);
  const served = there.find(isServed);
  if (served) return served;
  for (const left of there) await api.remove(left.id);
  for (let number = 0; number < 100; number++) {
    const id = makeId(imageId, number);
    const created = await api.create({ ...record, id });
    if (created) return created;
    const other = await api.get(id);
    if (other) return other;
  }
  throw new BootreadyError({
    code: 'conflict',
    message: 'Glance refuses our images: it reports that every image ID already exists.',
    remedy: `Remove images with the property ${identity}=${imageId} permanently there, ${again}`,
  });
}

function toRecord(image: Deliverable, { visibility }: GlanceTargetConfig): Record<string, unknown> {
  return {
    // Glance keeps these names for itself: "Reserved properties".
    ...Object.fromEntries(Object.entries(image.properties).filter(([key]) => !key.startsWith('os_glance_'))),
    [identity]: image.imageId,
    [digest]: image.digests.sha256,
    name: image.name,
    disk_format: image.format,
    container_format: 'bare',
    min_disk: minimumDisk(image.virtualSize),
    visibility,
  };
}

/** By the strongest hash that both know. */
function isSame(there: GlanceImage, { source }: Deliverable, ours: Digests): boolean {
  if (there.size !== source.size) return false;
  const algorithm = there.os_hash_algo;
  if (algorithm === 'sha512' && ours.sha512) return there.os_hash_value === ours.sha512;
  if (algorithm === 'sha256') return there.os_hash_value === ours.sha256;
  if (there.checksum && ours.md5) return there.checksum === ours.md5;
  return there[digest] === ours.sha256;
}

async function untilSaved(api: ImageApi, id: string, signal: AbortSignal): Promise<GlanceImage | undefined> {
  const deadline = Date.now() + saveMs;
  for (;;) {
    const image = await api.get(id);
    if (image?.status !== 'saving' || Date.now() > deadline) return image;
    await pause(2000, undefined, { signal });
  }
}
