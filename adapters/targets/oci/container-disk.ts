import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { shortenArchitecture } from '../../../shared/images/architecture.ts';
import { containerDiskAnnotations, containerDiskPath, qemuOwner } from '../../../shared/images/container-disk.ts';
import type { Deliverable } from '../../../shared/ports/targets.ts';
import { chunkBytes, readChunks } from '../read-chunks.ts';
import { tarEnd, tarHeader, tarPadding } from '../tar.ts';

/** The parts of an image by the OCI image spec 1.1, and how a disk becomes the layer of a containerDisk. */

export const mediaTypes = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** A blob, or a manifest, by its content. */
export type Descriptor = { mediaType: string; digest: string; size: number };
export type Layer = Descriptor & { diffId: string };
/** The layer with the disk, and the digest of the bytes that went into it. */
export type DiskLayer = Layer & { sha256: string };

/** The quickest level: it saves mostly the empty parts of a raw disk, and any level saves those. */
const level = 1;

export function computeDigest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The same bytes each time, so the same disk has the same digest: no times, and a fixed level. */
async function* packDisk(image: Deliverable, disk: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield tarHeader({ name: 'disk/', mode: 0o555, owner: qemuOwner, size: 0 });
  yield tarHeader({ name: containerDiskPath(image.format), mode: 0o440, owner: qemuOwner, size: image.source.size });
  yield* disk;
  yield tarPadding(image.source.size);
  yield tarEnd;
}

async function* compress(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ level, chunkSize: 256 * 1024 });
  const fed = pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: chunkBytes }), gzip);
  // It ends the loop with its reason.
  fed.catch(() => undefined);
  for await (const chunk of gzip) yield chunk as Buffer;
  await fed;
}

/** The bytes of the layer. */
export function streamDiskLayer(
  image: Deliverable,
  signal: AbortSignal,
  progress: (share: number) => void,
): AsyncGenerator<Buffer> {
  return compress(packDisk(image, readChunks(image.source, signal, progress)));
}

/**
 * Digest and size of the layer, without keeping it: reads the whole disk. A registry must know the digest before it can say whether it has
 * the layer, and before anything is sent we know whether the bytes are those that were published.
 */
export async function measureDiskLayer(
  image: Deliverable,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<DiskLayer> {
  const [sha256, diffId, digest] = [createHash('sha256'), createHash('sha256'), createHash('sha256')];
  const disk = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of readChunks(image.source, signal, progress)) {
      sha256.update(chunk);
      yield chunk;
    }
  };
  const tar = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of packDisk(image, disk())) {
      diffId.update(chunk);
      yield chunk;
    }
  };
  let size = 0;
  for await (const chunk of compress(tar())) {
    digest.update(chunk);
    size += chunk.length;
  }
  return {
    mediaType: mediaTypes.layer,
    size,
    digest: `sha256:${digest.digest('hex')}`,
    diffId: `sha256:${diffId.digest('hex')}`,
    sha256: sha256.digest('hex'),
  };
}

/** Report and provenance in a layer of their own below `bootready/`, where KubeVirt does not look. */
export function packDocuments({ documents }: Deliverable): Layer & { bytes: Buffer } {
  const parts = documents.flatMap(({ name, body }) => [
    tarHeader({ name: `bootready/${name}`, mode: 0o444, owner: 0, size: body.length }),
    body,
    tarPadding(body.length),
  ]);
  const tar = Buffer.concat([tarHeader({ name: 'bootready/', mode: 0o555, owner: 0, size: 0 }), ...parts, tarEnd]);
  const bytes = gzipSync(tar, { level });
  return {
    mediaType: mediaTypes.layer,
    bytes,
    size: bytes.length,
    digest: computeDigest(bytes),
    diffId: computeDigest(tar),
  };
}

export function makeConfig({ properties }: Deliverable, layers: readonly Layer[]): Buffer {
  const { architecture = 'x86_64' } = properties;
  return Buffer.from(
    JSON.stringify({
      architecture: shortenArchitecture(architecture),
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map(() => ({ created_by: 'bootready' })),
    }),
  );
}

export function makeManifest(
  { imageId, name, digests }: Deliverable,
  config: Descriptor,
  layers: readonly Descriptor[],
): Buffer {
  const pick = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: pick(config),
      layers: layers.map(pick),
      annotations: {
        'org.opencontainers.image.title': name,
        [containerDiskAnnotations.imageId]: imageId,
        [containerDiskAnnotations.sha256]: digests.sha256,
      },
    }),
  );
}
