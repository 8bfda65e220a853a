import { z } from 'zod';
import { shortenArchitecture } from './architecture.ts';

/**
 * How published images are listed for Incus and LXD: the index and the products of simplestreams, with the items that their clients read.
 * https://git.launchpad.net/simplestreams/tree/README, https://linuxcontainers.org/incus/docs/main/reference/image_servers/
 */

/** One image of a stream, as it is kept beside its file. The dates stay those of the first delivery. */
export const StreamRecord = z.object({
  imageId: z.string(),
  projectId: z.string(),
  name: z.string(),
  /** The first delivery, ISO 8601. */
  listed: z.iso.datetime(),
  os: z.string(),
  release: z.string(),
  architecture: z.string(),
  disk: z.object({ path: z.string(), size: z.number(), sha256: z.string() }),
  metadata: z.object({ path: z.string(), size: z.number(), sha256: z.string() }),
  /** SHA-256 of metadata and disk, one after the other: the fingerprint of a split image. */
  combined: z.string(),
});
export type StreamRecord = z.infer<typeof StreamRecord>;

/** The paths that clients ask for. */
export const streamPaths = { index: 'streams/v1/index.json', products: 'streams/v1/images.json' } as const;

/** Letters, digits and "-" only: a name is part of an alias, and a "," would make two of it. */
export function toAlias(name: string): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .match(/[a-z0-9.]+/g);
  return (words ?? ['image']).join('-').slice(0, 60);
}

function nameVersion({ listed, imageId }: StreamRecord): string {
  // Clients sort versions as text, and read the first eight digits as a date.
  return `${listed.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '_')}_${imageId.slice(0, 8)}`;
}

/** Images of one name and architecture in a project are versions of one product: its alias leads to the newest. */
function nameProduct({ projectId, name, architecture }: StreamRecord): string {
  return `dev.bootready:${projectId}:${toAlias(name)}:${shortenArchitecture(architecture)}`;
}

function listItems({ disk, metadata, combined }: StreamRecord): object {
  const meta = (ftype: string): object => ({ ftype, ...metadata, 'combined_disk-kvm-img_sha256': combined });
  return {
    // The same file for both: each client looks for its own name.
    'incus.tar.xz': meta('incus.tar.xz'),
    'lxd.tar.xz': meta('lxd.tar.xz'),
    'disk-kvm.img': { ftype: 'disk-kvm.img', ...disk },
  };
}

export function makeProducts(records: readonly StreamRecord[]): object {
  const products: Record<string, { versions: Record<string, object> } & Record<string, unknown>> = {};
  const sorted = records.toSorted((a, b) => (nameVersion(a) < nameVersion(b) ? -1 : 1));
  for (const record of sorted) {
    const { projectId, name, os, release, architecture } = record;
    const versions = products[nameProduct(record)]?.versions ?? {};
    versions[nameVersion(record)] = { label: 'release', items: listItems(record) };
    products[nameProduct(record)] = {
      // The newest one's words.
      aliases: `${projectId}/${toAlias(name)}`,
      arch: shortenArchitecture(architecture),
      os,
      release,
      release_title: name.replaceAll(',', ' '),
      versions,
    };
  }
  return { content_id: 'images', datatype: 'image-downloads', format: 'products:1.0', products };
}

export function makeIndex(records: readonly StreamRecord[]): object {
  return {
    format: 'index:1.0',
    index: {
      images: {
        datatype: 'image-downloads',
        format: 'products:1.0',
        path: streamPaths.products,
        products: [...new Set(records.map(nameProduct))].sort(),
      },
    },
  };
}

/** `metadata.yaml` of an image. YAML reads JSON. https://linuxcontainers.org/incus/docs/main/reference/image_format/ */
export function makeMetadata(
  record: Pick<StreamRecord, 'architecture' | 'listed' | 'os' | 'release' | 'name'>,
): string {
  const { architecture, listed, os, release, name } = record;
  return `${JSON.stringify(
    {
      architecture,
      creation_date: Math.floor(Date.parse(listed) / 1000),
      properties: { os, release, description: name, name: toAlias(name) },
    },
    null,
    2,
  )}\n`;
}
