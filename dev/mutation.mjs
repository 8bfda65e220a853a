import process from 'node:process';
import { setUp } from './bootstrap/bootstrap.mjs';
import { runNode24 } from './bootstrap/node-24.mjs';
import { runMain } from './bootstrap/problem.mjs';

// Stryker breaks the code in small ways, one after the other, and runs the tests on each: npm run test:mutation
await runMain(
  async () =>
    (await setUp()) ||
    runNode24(['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', ...process.argv.slice(2)]),
);
