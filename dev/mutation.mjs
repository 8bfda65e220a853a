import process from 'node:process';
import { setUp } from './bootstrap/bootstrap.mjs';
import { runNode24 } from './bootstrap/node-24.mjs';
import { runMain } from './bootstrap/problem.mjs';

// The code is broken in small ways, one after the other, and each time tests must fail: npm run test:mutation, npm run test:fences
const stryker = ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'test/mutation/detector.json'];
const fences = ['test/mutation/fences.ts'];
await runMain(
  async () =>
    (await setUp()) ||
    runNode24(
      process.argv.includes('--fences')
        ? [...fences, ...process.argv.slice(3)]
        : [...stryker, ...process.argv.slice(2)],
    ),
);
