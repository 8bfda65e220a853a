import { Unseen } from '../../shared/checks/guest/unseen.ts';
import { mostPackages } from '../../shared/sbom/cyclonedx.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { clean } from './text.ts';

/**
 * Reads the installed packages from the package database, of any kind.
 * @throws Unseen when the database was not found, cannot be read, or is larger than an answer may be. libguestfs returns an empty list in all these cases
 */
export async function readInstalledPackages(
  { ask }: Pick<Guestfish, 'ask'>,
  root: string,
): Promise<InstalledPackage[]> {
  const packages = readPackages((await ask('inspect-list-applications2', root)) ?? []);
  if (packages.length === 0) throw new Unseen({ reason: 'packages' });
  return packages;
}

/** Reads guestfish's table: one line per field, the name first. Returns one package more than a bill lists, so the bill can say that it is not complete. */
export function readPackages(lines: readonly string[]): InstalledPackage[] {
  const packages: InstalledPackage[] = [];
  let current: InstalledPackage | undefined;
  for (const line of lines) {
    const [, field, text = ''] = /^\s*app2_(name|epoch|version|release|arch): (.*)$/.exec(line) ?? [];
    const value = clean(text);
    if (field === 'name') {
      if (packages.length > mostPackages) break;
      current = { name: value, epoch: 0, version: '', release: '', arch: '' };
      packages.push(current);
    } else if (current && field === 'epoch') {
      current.epoch = Number.parseInt(value, 10) || 0;
    } else if (current && (field === 'version' || field === 'release' || field === 'arch')) {
      current[field] = value === '(none)' ? '' : value;
    }
  }
  return packages;
}
