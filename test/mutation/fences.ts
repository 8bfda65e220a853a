import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Takes away, one after the other, what keeps an old attempt from writing and a project from seeing another's rows, in a copy of the product, and runs
 * the tests that must notice: `npm run test:fences`. Stryker does not remove calls of a query; their tests need a database besides.
 */

type Mutation = {
  file: string;
  from: string;
  to: string /** Which of several alike, from 0. */;
  nth?: number;
  tests: string[];
};

const runs = ['test/conformance/runs.test.ts', 'test/conformance/run-ends.test.ts', 'test/conformance/glance.test.ts'];
const orders = ['test/conformance/downloads.test.ts'];
const deliveries = ['test/conformance/deliveries.test.ts'];
const walls = ['test/conformance/row-level-security.test.ts'];
const identities = ['test/integration/api.test.ts'];

const gone = (file: string, tests: string[], lines: [from: string, count: number][]): Mutation[] =>
  lines.flatMap(([from, count]) => Array.from({ length: count }, (_, nth) => ({ file, from, to: '', nth, tests })));

const mutations: Mutation[] = [
  ...gone('adapters/database/run-store.ts', runs, [
    [".where('fence', '=', fence)", 2],
    [`and fence = \${fence} and finished_at is null`, 1],
    [' and finished_at is null', 1],
    [` and fence = \${fence}`, 2],
    ['.where(held(runId, fence))', 2],
    ['await heldRun(trx, runId, fence);', 5],
    [".where('admitted_at', 'is not', null)", 1],
    [".where('verbatim', '=', true)", 2],
  ]),
  {
    file: 'adapters/database/run-store.ts',
    from: ".where('finished_at', 'is', null)\n    .select(['id', 'image_id'])",
    to: ".select(['id', 'image_id'])",
    tests: runs,
  },
  {
    file: 'adapters/database/run-store.ts',
    from: ".where('finished_at', 'is', null)\n              .select([",
    to: '.select([',
    tests: runs,
  },
  ...gone('adapters/database/order-store.ts', orders, [
    [".where('fence', '=', fence)", 2],
    [".where('status', '=', 'running')", 2],
    [".where('image_id', 'in', wanted)", 3],
  ]),
  ...gone('adapters/database/delivery-store.ts', deliveries, [
    [".where('fence', '=', fence)", 1],
    [".where('status', '=', 'running')", 1],
    [".where('number', '=', number)", 1],
  ]),
  { file: 'adapters/database/scope.ts', from: 'set local role bootready_project; ', to: '', tests: walls },
  {
    file: 'adapters/database/scope.ts',
    from: "=== 'everything' ? '' : scope.projectId",
    to: "=== 'everything' ? '' : ''",
    tests: walls,
  },
  {
    file: 'adapters/database/scope.ts',
    from: "if (scope === 'everything' || inTransaction",
    to: 'if (scope || inTransaction',
    tests: walls,
  },
  {
    file: 'adapters/database/scope.ts',
    from: "if (scope === 'everything') await driver.beginTransaction",
    to: 'if (scope) await driver.beginTransaction',
    tests: walls,
  },
  { file: 'api/identity.ts', from: "role === 'admin' ? undefined : projectId", to: 'undefined', tests: identities },
  {
    file: 'api/identity.ts',
    from: 'if (rank[identityOf(request).role] >= rank[role]) return;',
    to: 'return;',
    tests: identities,
  },
];

const copy = mkdtempSync(join(tmpdir(), 'mutation-'));
const root = join(import.meta.dirname, '../..');
const left = new Set(['node_modules', '.git', '.stryker-tmp', 'dist']);
cpSync(root, copy, { recursive: true, filter: (path) => !left.has(path.split('/').at(-1) ?? '') });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

const survivors: string[] = [];
try {
  for (const { file, from, to, nth = 0, tests } of mutations) {
    const path = join(copy, file);
    const sound = readFileSync(path, 'utf8');
    const parts = sound.split(from);
    if (parts.length < nth + 2) throw new Error(`${file} has no ${nth + 1}. "${from}"`);
    writeFileSync(path, `${parts.slice(0, nth + 1).join(from)}${to}${parts.slice(nth + 1).join(from)}`);
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', '--bail', '1', ...tests],
      { cwd: copy, stdio: 'ignore' },
    );
    writeFileSync(path, sound);
    const what = `${file}: ${nth + 1}. ${from.replaceAll(/\s+/g, ' ')}`;
    if (status === 0) survivors.push(what);
    console.log(`${status === 0 ? 'survived' : 'killed  '} ${what}`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
const killed = mutations.length - survivors.length;
console.log(`${killed} of ${mutations.length} killed`);
process.exitCode = killed / mutations.length >= 0.9 ? 0 : 1;
