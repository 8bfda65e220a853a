import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { patterns } from './patterns.ts';
import { type Prose, proseOfCode, proseOfMarkdown } from './texts.ts';

/**
 * Holds everything that people read to plain English: `npm run lint`. `node dev/plain-words/plain-words.ts --all` shows rooms that are not rewritten yet,
 * `--count` the number of each.
 */
const root = join(import.meta.dirname, '../..');

const code = '{shared,workflows,workers,adapters,api,cli,portal,test,dev}/**/*.{ts,tsx,mts,mjs}';
const markdown = '{*.md,docs/**/*.md}';

/** WRITING.md quotes bad examples, and migrations are history. */
const unheld = /^(?:dev\/plain-words\/|adapters\/database\/migrations\/|WRITING\.md$|CHANGELOG\.md$)/u;

type Topic = Prose['kind'] | 'test';

/** Rooms whose texts, or whose comments too, hold to the rules already. */
const held: Readonly<Record<Topic, readonly RegExp[]>> = {
  text: [
    /^(?:portal|cli|api|adapters|shared|workers|workflows|dev)\//u,
    /^[A-Z]+\.md$/u,
    /^docs\/(?:adding|decisions)\//u,
    /^docs\/(?:api-limits|asvs|checks|families|honesty|install|limits|openstack|operate|releasing|reports|scale|security|speed|use|what-others-see)\.md$/u,
  ],
  test: [],
  comment: [/^(?!test\/)(?!.*\.test\.)/u],
};

export type Finding = {
  readonly line: number;
  readonly kind: Prose['kind'];
  readonly words: string;
  readonly instead: string;
};

/** A line may keep a wording when it, or the line before it, says why: `plain-words: RFC 2119`. */
const allowance = /plain-words:(.*)/u;

function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

function describeProse(file: string, source: string): Prose[] {
  return file.endsWith('.md') ? proseOfMarkdown(source) : proseOfCode(source, file.endsWith('x') ? 'tsx' : 'ts');
}

export function findingsIn(file: string, source: string): Finding[] {
  const lines = source.split('\n');
  const found = describeProse(file, source).flatMap(({ kind, at, text }) =>
    patterns.flatMap(({ find, instead }) =>
      [...text.matchAll(find)].map((match) => ({
        line: lineAt(source, at + match.index),
        kind,
        words: match[0].replace(/\s+/gu, ' ').trim(),
        instead,
      })),
    ),
  );
  const allowed = new Set<number>();
  const pointless: Finding[] = [];
  for (const [index, line] of lines.entries()) {
    const reason = allowance
      .exec(line)?.[1]
      ?.replace(/\*\/|-->/u, '')
      .trim();
    if (reason === undefined || !/^\s*(?:\/\/|\/?\*|<!--)|\/\/ plain-words/u.test(line)) continue;
    const covers = [index + 1, index + 2];
    const complain = (instead: string): void => {
      pointless.push({ line: index + 1, kind: 'comment', words: 'plain-words:', instead });
    };
    if (reason === '') complain('say why the wording stays');
    else if (!found.some(({ line: at }) => covers.includes(at))) complain('nothing here needs it: remove it');
    else for (const one of covers) allowed.add(one);
  }
  return [...found.filter(({ line }) => !allowed.has(line)), ...pointless].sort((a, b) => a.line - b.line);
}

export async function findings(all: boolean): Promise<({ file: string } & Finding)[]> {
  const found: ({ file: string } & Finding)[] = [];
  for await (const file of glob([code, markdown], { cwd: root, exclude: ['**/node_modules/**'] })) {
    if (unheld.test(file)) continue;
    const inTest = file.includes('.test.') || file.startsWith('test/');
    const topic = (kind: Prose['kind']): Topic => (kind === 'text' && inTest ? 'test' : kind);
    const isWanted = ({ kind }: Finding): boolean => all || held[topic(kind)].some((room) => room.test(file));
    found.push(
      ...findingsIn(file, readFileSync(join(root, file), 'utf8'))
        .filter(isWanted)
        .map((one) => ({ file, ...one })),
    );
  }
  return found;
}

if (import.meta.main) {
  const found = await findings(process.argv.includes('--all'));
  if (process.argv.includes('--count')) {
    const byRoom = Map.groupBy(found, ({ file, kind }) => `${file.split('/').slice(0, -1)[0] ?? '*.md'} ${kind}s`);
    for (const [room, those] of [...byRoom].sort()) console.log(`${room}: ${those.length}`);
    console.log(`all: ${found.length}`);
  } else {
    for (const { file, line, words, instead } of found) console.error(`${file}:${line}: "${words}": ${instead}`);
    if (found.length > 0) {
      console.error(`\n${found.length} wordings are not plain English. WRITING.md has the rules.`);
      process.exitCode = 1;
    }
  }
}
