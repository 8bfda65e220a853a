import type { GuestFacts } from '../contracts/run.ts';
import { distributionId } from '../images/image-properties.ts';
import { fullVersion, type InstalledPackage, packageType, packageUrl } from './purl.ts';

/** CycloneDX and not SPDX: Trivy, Grype and Dependency-Track read it, the last one nothing else, and purl is a field of its own. */
export const sbomFile = 'sbom.cdx.json';
export const sbomMediaType = 'application/vnd.cyclonedx+json; version=1.6';

export const mostPackages = 20_000;

/** The subject of the bill: the published disk, by its hash. */
export type BilledImage = { sha256: string; madeAt: Date };

type Component = { type: string; 'bom-ref': string; name: string; version?: string; purl?: string };

/** CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/ */
export type Sbom = {
  bomFormat: 'CycloneDX';
  specVersion: '1.6';
  serialNumber: string;
  version: number;
  metadata: {
    timestamp: string;
    tools: { components: { type: 'application'; name: string }[] };
    component: { type: 'file'; 'bom-ref': string; name: string; hashes: { alg: 'SHA-256'; content: string }[] };
  };
  components: Component[];
  compositions?: { aggregate: 'incomplete'; assemblies: string[] }[];
};

/**
 * Software bill of materials of a disk: the installed packages of its package database, nothing else. The same disk always has the same bill, byte for byte.
 * Undefined if the disk has no database of dpkg, rpm or apk, or the database is empty.
 */
export function buildSbom(
  packages: readonly InstalledPackage[],
  guest: GuestFacts,
  { sha256, madeAt }: BilledImage,
): Sbom | undefined {
  const type = packageType(guest);
  // rpm keeps the keys that it trusts as if they were packages.
  const real = packages.filter(({ name }) => name !== '' && !(type === 'rpm' && name === 'gpg-pubkey'));
  if (!type || real.length === 0) return undefined;
  const byPurl = new Map(real.map((each) => [packageUrl(type, each, guest), each] as const));
  const listed = [...byPurl].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, mostPackages);
  const image = `sha256:${sha256}`;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${makeUuid(sha256)}`,
    version: 1,
    metadata: {
      timestamp: madeAt.toISOString(),
      tools: { components: [{ type: 'application', name: 'bootready' }] },
      component: {
        type: 'file',
        'bom-ref': image,
        name: guest.osName ?? 'disk image',
        hashes: [{ alg: 'SHA-256', content: sha256 }],
      },
    },
    components: [
      ...describeOperatingSystem(guest),
      ...listed.map(([purl, each]) => {
        const version = fullVersion(type, each);
        return { type: 'library', 'bom-ref': purl, name: each.name, ...(version ? { version } : {}), purl };
      }),
    ],
    ...(byPurl.size > listed.length ? { compositions: [{ aggregate: 'incomplete', assemblies: [image] }] } : {}),
  };
}

/** Vulnerability scanners choose their sources by it. */
function describeOperatingSystem({ osDistro, osVersion }: GuestFacts): Component[] {
  const name = distributionId(osDistro);
  if (!name) return [];
  return [
    { type: 'operating-system', 'bom-ref': 'operating-system', name, ...(osVersion ? { version: osVersion } : {}) },
  ];
}

export function packagesIn({ components }: Sbom): number {
  return components.filter(({ type }) => type === 'library').length;
}

export function sbomText(sbom: Sbom): string {
  return `${JSON.stringify(sbom, null, 1)}\n`;
}

/** A UUID of version 8, "vendor-specific", that the hash decides. RFC 9562, 5.8 */
function makeUuid(sha256: string): string {
  const variant = '89ab'[Number.parseInt(sha256[16] ?? '0', 16) % 4];
  return [
    sha256.slice(0, 8),
    sha256.slice(8, 12),
    `8${sha256.slice(13, 16)}`,
    `${variant}${sha256.slice(17, 20)}`,
    sha256.slice(20, 32),
  ].join('-');
}
