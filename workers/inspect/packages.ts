import { mostPackages } from '../../shared/sbom/cyclonedx.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import type { Reader } from './reader.ts';
import { clean } from './text.ts';

/** What the package database says is installed, whatever database it is. Undefined: it cannot be read, or says more than an answer may. */
export const installedPackages = async (
  { ask }: Pick<Reader, 'ask'>,
  root: string,
): Promise<InstalledPackage[] | undefined> => {
  const lines = await ask('inspect-list-applications2', root);
  return lines && packagesOf(lines);
};

/** Of guestfish's table: one line a field, the name first. One more than a bill lists, so that it can say that it is not complete. */
export const packagesOf = (lines: readonly string[]): InstalledPackage[] => {
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
};
