import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Those that may start processes: .dependency-cruiser.cjs. */
const sources = ['workers/tools', 'adapters/foreign'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name)),
);
const startsProcesses = /from 'node:child_process'/;

/** Without `env` a child gets ours. */
test('no child gets the environment of the worker, which holds its secrets', () => {
  const found = sources.filter((name) => startsProcesses.test(readFileSync(join(root, name), 'utf8')));
  expect(found.sort()).toEqual([
    'adapters/foreign/process.ts',
    'workers/tools/appliance-start.ts',
    'workers/tools/appliance.ts',
    'workers/tools/own-program.ts',
    'workers/tools/sandbox.ts',
  ]);
  for (const name of found) {
    const text = readFileSync(join(root, name), 'utf8');
    expect(text).not.toContain('process.env');
    const starts = [...text.matchAll(/\b(?:spawn|run|execFile)\(\s*(?:'[\w-]+'|process\.execPath),/g)];
    expect(starts.length).toBeGreaterThan(0);
    for (const { index } of starts) expect(text.slice(index, index + 800)).toMatch(/\benv:/);
  }
});
