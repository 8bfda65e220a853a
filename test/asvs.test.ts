import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** docs/asvs.md: complete, and its evidence is there. How many requirements each level has: OWASP ASVS 5.0.0. */

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/asvs.md'), 'utf8');
const [applies = '', doesNot = ''] = page.split('## Does not apply');
const rows = [...applies.matchAll(/^\| (\d+\.\d+\.\d+) \| ([12]) \| (.*) \| (.*) \| (.*) \|$/gm)].map(
  ([, number = '', level = '', what = '', how = '', evidence = '']) => ({ number, level, what, how, evidence }),
);

test('names each requirement of levels 1 and 2 once', () => {
  const others = [...doesNot.matchAll(/\d+\.\d+\.\d+/g)].map(([number]) => number);
  const all = [...rows.map(({ number }) => number), ...others];
  expect(all).toHaveLength(70 + 183);
  expect(new Set(all).size).toBe(all.length);
});

test.each(rows)('$number says how it is met, with evidence that is there, or that it is not', ({ how, evidence }) => {
  const files = [...evidence.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
  for (const path of files) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
  if (files.length === 0) expect(how).toMatch(/not met|by the operator|by Node/);
  expect(how).toMatch(/^(met|partly|by |as |\*\*not met\*\*)/i);
});
