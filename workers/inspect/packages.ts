import type { Reader } from './reader.ts';
import { clean } from './text.ts';

/** Name to version, from the package database. */
export const installedPackages = async ({ ask }: Reader, root: string): Promise<Map<string, string>> => {
  const packages = new Map<string, string>();
  let name = '';
  for (const line of (await ask('inspect-list-applications2', root)) ?? []) {
    const [, field, value = ''] = /^\s*app2_(name|version): (.*)$/.exec(line) ?? [];
    if (field === 'name') name = clean(value);
    if (field === 'version') packages.set(name, clean(value));
  }
  return packages;
};
