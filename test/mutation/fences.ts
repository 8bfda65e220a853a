import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutate, mutations } from './fence-list.ts';

/**
 * Takes away, one after the other, what keeps an old attempt from writing, a project from seeing another's rows, and a tool from leaving its sandbox, in a
 * copy of the product, and runs the tests that must notice: `npm run test:fences`. Stryker does not remove calls of a query, and would change what a
 * sandbox may do to the machine; these tests need servers besides.
 */

/** `npm run test:fences -- sandbox`: only those whose file has this in its name. */
const only = process.argv[2] ?? '';
const chosen = mutations.filter(({ file }) => file.includes(only));

const copy = mkdtempSync(join(tmpdir(), 'mutation-'));
const root = join(import.meta.dirname, '../..');
const left = new Set(['node_modules', '.git', '.stryker-tmp', 'dist']);
cpSync(root, copy, { recursive: true, filter: (path) => !left.has(path.split('/').at(-1) ?? '') });
// No link: the process behind the door for foreign bytes may read its own folder only.
execFileSync('sh', ['-c', 'cp -al "$0" "$1" 2>/dev/null || cp -a "$0" "$1"', join(root, 'node_modules'), copy]);

/** @returns the exit code; null when the time was over: without some fences a test waits for ever, and Node with it */
function runTests(tests: readonly string[], seconds: number): number | null {
  const projects = ['--project', 'unit', '--project', 'integration'];
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...projects, '--bail', '1', ...tests],
    { cwd: copy, stdio: 'ignore', timeout: seconds * 1000, killSignal: 'SIGKILL' },
  );
  return status;
}

const seconds = 240;
const survivors: string[] = [];
try {
  // Tests that fail anyway notice nothing.
  const all = [...new Set(chosen.flatMap(({ tests }) => tests))];
  if (runTests(all, 4 * seconds) !== 0) throw new Error(`These tests fail without any change: ${all.join(', ')}`);
  for (const mutation of chosen) {
    const { file, from, nth = 0, tests } = mutation;
    const path = join(copy, file);
    const sound = readFileSync(path, 'utf8');
    writeFileSync(path, mutate(mutation, sound));
    const status = runTests(tests, seconds);
    writeFileSync(path, sound);
    const what = `${file}: ${nth + 1}. ${from.replaceAll(/\s+/g, ' ')}`;
    if (status === 0) survivors.push(what);
    // One that ran out of time was killed too, as long as the machine is not to blame.
    const fate = status === 0 ? 'survived' : status === null ? 'late    ' : 'killed  ';
    console.log(`${fate} ${what}`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
const killed = chosen.length - survivors.length;
console.log(`${killed} of ${chosen.length} killed`);
process.exitCode = killed / chosen.length >= 0.9 ? 0 : 1;
