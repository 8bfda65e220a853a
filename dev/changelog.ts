import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Moves the files of `changes/` into CHANGELOG.md: `npm run changelog -- 1.2.0`. changes/README.md describes the files. */
const root = join(import.meta.dirname, '..');

const kinds = ['added', 'changed', 'fixed', 'removed', 'security'] as const;
type Kind = (typeof kinds)[number];
export type Change = { readonly kind: Kind; readonly text: string };

const nameOfChange = /^[a-z0-9-]+\.(added|changed|fixed|removed|security)\.md$/u;

/** Throws where a name is not as changes/README.md says. */
export function parseChange(name: string, text: string): Change {
  const kind = nameOfChange.exec(name)?.[1] as Kind | undefined;
  if (!kind) throw new Error(`changes/${name}: name it AREA-SHORT-NAME.KIND.md; KIND is one of ${kinds.join(', ')}.`);
  if (text.trim() === '') throw new Error(`changes/${name} is empty: describe the change.`);
  return { kind, text: text.trim().replaceAll('\n', '\n  ') };
}

function title(kind: Kind): string {
  return `### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** One version as a part of the changelog, by kind. */
export function formatVersion(heading: string, changes: readonly Change[]): string {
  return [
    `## ${heading}`,
    ...kinds.flatMap((kind) => {
      const those = changes.filter((change) => change.kind === kind);
      return those.length === 0 ? [] : [[title(kind), ...those.map(({ text }) => `- ${text}`)].join('\n')];
    }),
  ].join('\n\n');
}

/** The new version comes first; what stood under "Unreleased" becomes part of it. */
export function addVersion(changelog: string, heading: string, changes: readonly Change[]): string {
  const part = formatVersion(heading, changes);
  const unreleased = '## Unreleased\n';
  if (changelog.includes(unreleased)) return changelog.replace(unreleased, `${part}\n`);
  const first = changelog.indexOf('\n## ');
  return first < 0
    ? `${changelog.trimEnd()}\n\n${part}\n`
    : `${changelog.slice(0, first + 1)}${part}\n\n${changelog.slice(first + 1)}`;
}

export function readPendingChanges(): { name: string; change: Change }[] {
  return readdirSync(join(root, 'changes'))
    .filter((name) => name !== 'README.md')
    .sort()
    .map((name) => ({ name, change: parseChange(name, readFileSync(join(root, 'changes', name), 'utf8')) }));
}

if (import.meta.main) {
  const [version] = process.argv.slice(2);
  if (!/^\d+\.\d+\.\d+$/u.test(version ?? '')) {
    console.error('Give the version: npm run changelog -- 1.2.0');
    process.exit(2);
  }
  const pending = readPendingChanges();
  const path = join(root, 'CHANGELOG.md');
  const heading = `${version} (${new Date().toISOString().slice(0, 10)})`;
  writeFileSync(
    path,
    addVersion(
      readFileSync(path, 'utf8'),
      heading,
      pending.map(({ change }) => change),
    ),
  );
  for (const { name } of pending) unlinkSync(join(root, 'changes', name));
  console.log(`CHANGELOG.md has ${pending.length} changes under ${heading}. Check it, then commit.`);
}
