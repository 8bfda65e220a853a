import { Unseen } from '../../shared/checks/guest/unseen.ts';
import { mostPackages } from '../../shared/sbom/cyclonedx.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { clean } from './text.ts';

/**
 * What the package database says is installed, whatever database it is.
 * @throws Unseen when it was not found, cannot be read, or says more than an answer may: libguestfs takes all that for an empty list
 */
export async function installedPackages({ ask }: Pick<Guestfish, 'ask'>, root: string): Promise<InstalledPackage[]> {
  const packages = readPackages((await ask('inspect-list-applications2', root)) ?? []);
  if (packages.length === 0) throw new Unseen({ reason: 'packages' });
  return packages;
}

/** Of guestfish's table: one line a field, the name first. One more than a bill lists, so that it can say that it is not complete. */
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
