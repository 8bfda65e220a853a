import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Deliverable } from '../../shared/ports/targets.ts';

const MiB = 1024 ** 2;

export type Manifest = {
  config: { digest: string };
  layers: { digest: string; mediaType: string; size: number }[];
  annotations: Record<string, string>;
};

/** What is in the repository "vms" of the registry, as anyone pulls it. @param folder for layers that are unpacked */
export function pullFrom(registry: () => { url: string }, folder: () => string) {
  async function pull(path: string): Promise<Response | undefined> {
    const accept = 'application/vnd.oci.image.manifest.v1+json';
    const response = await fetch(`${registry().url}/v2/vms/demo/${path}`, { headers: { accept } });
    return response.status === 404 ? undefined : response;
  }
  async function readManifest({ imageId }: Deliverable): Promise<Manifest | undefined> {
    return (await (await pull(`manifests/${imageId}`))?.json()) as Manifest | undefined;
  }
  /** What is in a layer: owner, size and name of each entry by tar(1), and the bytes of one. */
  async function readLayer(digest: string, member?: string): Promise<Buffer> {
    const file = join(folder(), `${randomUUID()}.tar.gz`);
    await writeFile(file, Buffer.from((await (await pull(`blobs/${digest}`))?.arrayBuffer()) as ArrayBuffer));
    const args = member ? ['-xzOf', file, member] : ['--numeric-owner', '-tvzf', file];
    const { stdout } = await promisify(execFile)('tar', args, { encoding: 'buffer', maxBuffer: 64 * MiB });
    return stdout;
  }
  /** The disk of an image; empty if it is not there. */
  async function readDisks(image: Deliverable): Promise<Buffer[]> {
    const disk = (await readManifest(image))?.layers[0];
    return disk ? [await readLayer(disk.digest, 'disk/disk.raw')] : [];
  }
  return { pull, readManifest, readLayer, readDisks };
}
