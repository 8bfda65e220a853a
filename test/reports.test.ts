import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('every report and every kind in docs/reports.md names tests that exist', () => {
  const tests = new Set(
    ['shared', 'workers', 'api', 'test'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).flatMap((path) =>
        String(path).endsWith('.test.ts') ? [basename(String(path))] : [],
      ),
    ),
  );
  const rows = readFileSync(join(root, 'docs/reports.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!---|Source|What was seen)/.test(line));
  const reports = rows.filter((line) => line.startsWith('| ['));
  expect(reports.length).toBeGreaterThanOrEqual(45);
  for (const row of rows) {
    const named = [...row.matchAll(/`([\w-]+\.test\.ts)`/g)].map(([, name]) => name ?? '');
    expect([row, named.length > 0, named.filter((name) => !tests.has(name))]).toEqual([row, true, []]);
  }
});
