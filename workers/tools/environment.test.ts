import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = import.meta.dirname;
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);
const startsProcesses = /from 'node:child_process'/;

/** Only workers/tools may start processes (.dependency-cruiser.cjs), so this looks at all of them. Without `env` a child gets ours. */
test('no child gets the environment of the worker, which holds its secrets', () => {
  const found = sources.filter((name) => startsProcesses.test(readFileSync(join(folder, name), 'utf8')));
  expect(found.sort()).toEqual(['appliance.ts', 'sandbox.ts']);
  for (const name of found) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).not.toContain('process.env');
    const starts = [...text.matchAll(/\b(?:spawn|run)\('[\w-]+',/g)];
    expect(starts.length).toBeGreaterThan(0);
    for (const { index } of starts) expect(text.slice(index, index + 400)).toMatch(/\benv:/);
  }
});
