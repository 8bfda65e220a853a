import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap/host.mjs';

/** The rules for package.json and its lockfile, so that nothing is installed that nobody has checked. https://docs.npmjs.com/cli/configuring-npm/package-lock-json */

type Manifest = {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  workspaces?: readonly string[];
  /** Packages with scripts of installation, and whether they may run. */
  allowScripts?: Record<string, boolean>;
};
type Locked = { version?: string; resolved?: string; integrity?: string; link?: boolean; hasInstallScript?: boolean };
export type Lockfile = { lockfileVersion?: number; packages?: Record<string, Locked> };

const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const sha512 = /^sha512-[\w+/]{86}==$/;

function readName(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function problemsOfManifest(path: string, manifest: Manifest): string[] {
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })
    .filter(([, version]) => !exactVersion.test(version))
    .map(([name, version]) => `${path} asks for ${name} as "${version}": name one version of the registry.`);
}

/** @param manifests by their folder; '' is the root */
export function lockfileProblems(lockfile: Lockfile, manifests: Readonly<Record<string, Manifest>>): string[] {
  const { workspaces = [], allowScripts = {} } = manifests[''] ?? {};
  if (lockfile.lockfileVersion !== 3 || !lockfile.packages)
    return ['package-lock.json is not a lockfile of version 3: run npm install.'];
  const installed = Object.entries(lockfile.packages).filter(([path]) => path !== '' && !workspaces.includes(path));
  const fetched = installed.filter(([, { link, resolved = '' }]) => !(link && workspaces.includes(resolved)));
  const withScripts = fetched.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => readName(path));
  return [
    ...Object.entries(manifests).flatMap(([folder, manifest]) =>
      problemsOfManifest(join(folder, 'package.json'), manifest),
    ),
    ...fetched
      .filter(([, { integrity = '' }]) => !sha512.test(integrity))
      .map(([path]) => `${path} has no SHA-512 in package-lock.json: the server decides what it is.`),
    ...fetched
      .filter(([, { resolved }]) => resolved !== undefined)
      .map(([path, { resolved }]) => `${path} comes from ${resolved}, not from the registry by its name.`),
    ...withScripts
      .filter((name) => allowScripts[name] === undefined)
      .map(
        (name) =>
          `${name} runs a script when it is installed: read it, then say in allowScripts of package.json whether it may.`,
      ),
    ...Object.keys(allowScripts)
      .filter((name) => !withScripts.includes(name))
      .map((name) => `allowScripts of package.json names ${name}, which has no script of installation.`),
  ];
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function problemsIn(place: string): string[] {
  const own = read(join(place, 'package.json')) as Manifest;
  const inFolders = (own.workspaces ?? []).map(
    (folder) => [folder, read(join(place, folder, 'package.json')) as Manifest] as const,
  );
  return lockfileProblems(read(join(place, 'package-lock.json')) as Lockfile, {
    '': own,
    ...Object.fromEntries(inFolders),
  });
}

/** The product's packages, and those that build the website. */
export function ourLockfileProblems(): string[] {
  return ['', 'dev/site'].flatMap(problemsIn);
}

if (import.meta.main) {
  const problems = ourLockfileProblems();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
