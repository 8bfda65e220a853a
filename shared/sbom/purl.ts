import type { GuestFacts } from '../contracts/run.ts';
import { distributionId } from '../images/image-properties.ts';

/** A package in the words of its database; the guest's text, cleaned and capped. A missing value is empty, a missing epoch 0. */
export type InstalledPackage = { name: string; epoch: number; version: string; release: string; arch: string };

/** The databases that are known, by libguestfs' name: each is a type of purl as well. */
const types = ['deb', 'rpm', 'apk'] as const;
type PackageType = (typeof types)[number];

export function packageType({ packageFormat }: GuestFacts): PackageType | undefined {
  return types.find((type) => type === packageFormat);
}

/** Vendors that purl calls differently from os-release(5) does. */
const vendors: Readonly<Record<string, string>> = { rhel: 'redhat' };

/** `[epoch:]version[-release]`, as dpkg, rpm and apk print it. libguestfs leaves out the `r` of apk's releases. */
export function fullVersion(type: PackageType, { epoch, version, release }: InstalledPackage): string {
  const written = type === 'apk' && /^\d/.test(release) ? `r${release}` : release;
  return `${epoch > 0 ? `${epoch}:` : ''}${version}${written ? `-${written}` : ''}`;
}

/**
 * The package URL, e.g. `pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12.15`. rpm's epoch is a qualifier, dpkg's a part of the version.
 * Source: purl-spec, its "Rules for each component" and the types deb, rpm and apk
 */
export function packageUrl(type: PackageType, each: InstalledPackage, { osDistro, osVersion }: GuestFacts): string {
  const { name, epoch, arch } = each;
  const distribution = distributionId(osDistro);
  const vendor = distribution && (vendors[distribution] ?? distribution);
  const version = fullVersion(type, type === 'rpm' ? { ...each, epoch: 0 } : each);
  const qualifiers = [
    ['arch', arch],
    ['distro', distribution && osVersion ? `${distribution}-${osVersion}` : ''],
    ['epoch', type === 'rpm' && epoch > 0 ? String(epoch) : ''],
  ].filter(([, value]) => value !== '');
  return [
    `pkg:${type}/`,
    vendor ? `${encode(vendor)}/` : '',
    encode(type === 'rpm' ? name : name.toLowerCase()),
    version ? `@${encode(version)}` : '',
    qualifiers.length > 0 ? `?${qualifiers.map(([key, value = '']) => `${key}=${encode(value)}`).join('&')}` : '',
  ].join('');
}

/** All but letters, digits, `.`, `-`, `_`, `~` and `:` is percent-encoded. Text that was cut in the middle of a character is no reason to fail. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}
