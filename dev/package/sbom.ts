import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../bootstrap/host.mjs';
import { commitTime } from './product.ts';

/** The output of npm, CycloneDX 1.5, as far as it is read here. https://docs.npmjs.com/cli/commands/npm-sbom */
type Bill = {
  serialNumber: string;
  metadata: { timestamp: string; component: { 'bom-ref': string; name: string } };
  components: { 'bom-ref': string; purl: string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
};

/**
 * The bill of materials of bootready itself: the npm packages that a part of it has, by the lockfile, each with its digest and licence.
 * Without `only`: all that run in production. With it, the packages whose code is in a bundle, named as `NAME@VERSION`.
 */
export async function ownBill(only?: ReadonlySet<string>): Promise<Bill> {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const text = execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
  const bill = JSON.parse(text) as Bill;
  const { name, version, dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    dependencies: Record<string, string>;
  };
  const top = `${name}@${version}`;
  const needs = new Map(bill.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  // Followed here: `npm sbom --omit=dev` also leaves out what runs in production and is a peer of something of development.
  const kept = new Set(Object.entries(dependencies).map(([each, exact]) => `${each}@${exact}`));
  for (const ref of kept) for (const needed of needs.get(ref) ?? []) kept.add(needed);
  const lost = [...(only ?? [])].filter((ref) => !kept.has(ref));
  if (lost.length > 0) throw new Error(`The lockfile has no such packages of production: ${lost.join(', ')}.`);
  const isIn = (ref: string): boolean => ref === top || (only ?? kept).has(ref);
  const listed = {
    components: bill.components.filter((component) => isIn(component['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => isIn(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isIn) })),
  };
  return {
    ...bill,
    // npm's own are random and of the moment. The same commit gives the same bill.
    serialNumber: `urn:uuid:${toUuid(JSON.stringify(listed))}`,
    metadata: {
      ...bill.metadata,
      timestamp: new Date(commitTime() * 1000).toISOString(),
      // npm takes the name of the folder.
      component: { ...bill.metadata.component, name },
    },
    ...listed,
  };
}

/** A UUID that the content decides: version 8, variant 10 (RFC 9562, 5.8). */
function toUuid(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

/** `NAME@VERSION` of the packages that these modules (paths of files) belong to. */
export async function readPackages(modules: Iterable<string>): Promise<Set<string>> {
  const folders = new Set<string>();
  for (const path of modules) {
    const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (found?.[1]) folders.add(found[1]);
  }
  const names = [...folders].map(async (folder) => {
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    return `${name}@${version}`;
  });
  return new Set(await Promise.all(names));
}

export function billText(bill: Bill): string {
  return `${JSON.stringify(bill, null, 2)}\n`;
}

if (import.meta.main) {
  const path = join(root, 'dist/bootready.cdx.json');
  await mkdir(join(root, 'dist'), { recursive: true });
  const bill = await ownBill();
  await writeFile(path, billText(bill));
  console.log(`${path}: ${bill.components.length} packages`);
}
