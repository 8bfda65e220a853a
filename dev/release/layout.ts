import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Recipe } from './recipe.ts';

/** Writes an image as a folder: OCI image spec 1.1, "Image Layout". Nothing in it depends on when and where it is written. */

type Descriptor = { mediaType: string; digest: string; size: number };

async function computeSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs/sha256', digest.slice('sha256:'.length));
}

async function addBytes(folder: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await writeFile(blobPath(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

async function addLayer(folder: string, tar: string): Promise<Descriptor & { diffId: string }> {
  const partial = join(folder, 'partial');
  await pipeline(
    createReadStream(tar, { highWaterMark: 1024 ** 2 }),
    createGzip({ level: 6 }),
    createWriteStream(partial),
  );
  const [digest, diffId, { size }] = await Promise.all([computeSha256(partial), computeSha256(tar), stat(partial)]);
  await rename(partial, blobPath(folder, digest));
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size, diffId };
}

/**
 * @param layers tar archives, the lowest first, each with how it was made
 * @param created seconds since 1970
 * @returns the digest of the image
 */
export async function writeLayout(
  folder: string,
  {
    layers,
    config,
    created,
    tag,
  }: {
    layers: readonly { tar: string; how: string }[];
    config: Recipe['config'];
    created: number;
    tag: string;
  },
): Promise<string> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  const added: (Descriptor & { diffId: string })[] = [];
  for (const { tar } of layers) added.push(await addLayer(folder, tar));
  const time = new Date(created * 1000).toISOString();
  const configured = await addBytes(folder, 'application/vnd.oci.image.config.v1+json', {
    created: time,
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: added.map(({ diffId }) => diffId) },
    history: layers.map(({ how }) => ({ created: time, created_by: how })),
  });
  const manifest = await addBytes(folder, 'application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: configured,
    layers: added.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    annotations: config.Labels,
  });
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ ...manifest, annotations, platform: { architecture: 'amd64', os: 'linux' } }],
    }),
  );
  return manifest.digest;
}
