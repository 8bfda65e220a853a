import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { expect, test } from 'vitest';
import type { GuestFacts } from '../contracts/run.ts';
import { buildSbom, mostPackages, packagesIn, type Sbom, sbomText } from './cyclonedx.ts';
import type { InstalledPackage } from './purl.ts';

const schemas = join(
  dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
);
function schema(name: string): object {
  return JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
}
const ajv = new Ajv({ strict: false, validateFormats: false });
for (const name of ['spdx', 'jsf-0.82']) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const valid = ajv.compile(schema('bom-1.6'));

const image = { sha256: 'ab'.repeat(32), madeAt: new Date('2026-01-02T03:04:05Z') };
function some(name: string, version: string, more: Partial<InstalledPackage> = {}): InstalledPackage {
  return {
    name,
    version,
    epoch: 0,
    release: '',
    arch: '',
    ...more,
  };
}
const debian: GuestFacts = { osDistro: 'debian', osVersion: '12.15', osName: 'Debian 12', packageFormat: 'deb' };
const rocky: GuestFacts = { osDistro: 'rocky', osVersion: '9.4', packageFormat: 'rpm' };
const alpine: GuestFacts = { osDistro: 'alpinelinux', osVersion: '3.20', packageFormat: 'apk' };

function made(guest: GuestFacts, ...packages: InstalledPackage[]): Sbom {
  const sbom = buildSbom(packages, guest, image);
  if (!sbom) throw new Error('there is no bill');
  return sbom;
}
function libraries({ components }: Sbom) {
  return components.filter(({ type }) => type === 'library');
}

test.each<[string, GuestFacts, InstalledPackage, string, string]>([
  [
    'dpkg, the epoch a part of the version',
    debian,
    some('Vim', '9.0.1378', { epoch: 2, release: '2+deb12u2', arch: 'amd64' }),
    'pkg:deb/debian/vim@2:9.0.1378-2%2Bdeb12u2?arch=amd64&distro=debian-12.15',
    '2:9.0.1378-2+deb12u2',
  ],
  [
    'dpkg, without a revision',
    debian,
    some('cloud-init', '22.4.2~rc1', { arch: 'all' }),
    'pkg:deb/debian/cloud-init@22.4.2~rc1?arch=all&distro=debian-12.15',
    '22.4.2~rc1',
  ],
  [
    'rpm, the epoch a qualifier and the name as it is written',
    rocky,
    some('NetworkManager', '1.46.0', { epoch: 1, release: '1.el9', arch: 'x86_64' }),
    'pkg:rpm/rocky/NetworkManager@1.46.0-1.el9?arch=x86_64&distro=rocky-9.4&epoch=1',
    '1:1.46.0-1.el9',
  ],
  [
    'rpm of Red Hat',
    { ...rocky, osDistro: 'rhel' },
    some('bash', '5.1.8', { release: '9.el9', arch: 'x86_64' }),
    'pkg:rpm/redhat/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9.4',
    '5.1.8-9.el9',
  ],
  [
    'apk',
    alpine,
    some('openssh-server', '9.7_p1', { release: '4', arch: 'x86_64' }),
    'pkg:apk/alpine/openssh-server@9.7_p1-r4?arch=x86_64&distro=alpine-3.20',
    '9.7_p1-r4',
  ],
  ['an unknown distribution', { packageFormat: 'deb' }, some('x', '1'), 'pkg:deb/x@1', '1'],
])('%s', (_what, guest, each, purl, version) => {
  const sbom = made(guest, each);
  expect(libraries(sbom)).toEqual([{ type: 'library', 'bom-ref': purl, name: each.name, version, purl }]);
  expect(valid(sbom), JSON.stringify(valid.errors)).toBe(true);
  // Another implementation reads back what was put in.
  const read = PackageURL.fromString(purl);
  expect(read.version).toBe(guest === rocky ? version.replace(/^\d+:/, '') : version);
  expect([read.name?.toLowerCase(), read.qualifiers?.arch ?? '']).toEqual([each.name.toLowerCase(), each.arch]);
});

test('the schema tells what is no bill', () => {
  const sbom = made(debian, some('a', '1'));
  expect(valid({ ...sbom, serialNumber: 'x' })).toBe(false);
  expect(valid({ ...sbom, components: [{ name: 'a' }] })).toBe(false);
});

test('it names the disk by its hash and the system, and is the same for the same disk whatever the order', () => {
  const [a, b] = [some('a', '1', { arch: 'all' }), some('b', '2', { arch: 'all' })];
  const sbom = made(debian, b, a, a);
  expect(sbom).toMatchObject({
    serialNumber: 'urn:uuid:abababab-abab-8bab-abab-abababababab',
    metadata: {
      timestamp: '2026-01-02T03:04:05.000Z',
      component: { name: 'Debian 12', hashes: [{ content: image.sha256 }] },
    },
    components: [{ type: 'operating-system', name: 'debian', version: '12.15' }, { name: 'a' }, { name: 'b' }],
  });
  expect(sbom.compositions).toBeUndefined();
  expect(sbomText(made(debian, a, b))).toBe(sbomText(sbom));
  expect(buildSbom([a], debian, { ...image, sha256: 'cd'.repeat(32) })?.serialNumber).not.toBe(sbom.serialNumber);
});

test('there is none without a known database, and keys that rpm trusts are no packages', () => {
  expect(buildSbom([], debian, image)).toBeUndefined();
  expect(buildSbom([some('a', '1')], { osType: 'windows' }, image)).toBeUndefined();
  expect(buildSbom([some('gpg-pubkey', '350d275d', { release: '6279464b' })], rocky, image)).toBeUndefined();
});

test('of more packages than it lists it says that it is not complete', () => {
  const sbom = made(debian, ...Array.from({ length: mostPackages + 1 }, (_, at) => some(`p${at}`, '1')));
  expect(packagesIn(sbom)).toBe(mostPackages);
  expect(sbom.compositions).toMatchObject([{ aggregate: 'incomplete' }]);
});

test('whatever a guest calls its packages, the bill is valid and its purls hold nothing that ends one', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
  const each = fc.record({ name: text, version: text, release: text, arch: text, epoch: fc.nat() });
  fc.assert(
    fc.property(each, fc.constantFrom(debian, rocky, alpine), (wild, guest) => {
      const sbom = buildSbom([wild, some('half \ud800', '1')], guest, image);
      expect(valid(sbom), JSON.stringify(valid.errors)).toBe(true);
      for (const { purl = '' } of libraries(sbom as Sbom)) expect(purl).toMatch(/^pkg:\w+\/[\w./~%:@?=&-]+$/);
    }),
    { numRuns: 40 },
  );
});
