import process from 'node:process';
import { setUp } from './bootstrap/bootstrap.mjs';
import { runNode24 } from './bootstrap/node-24.mjs';
import { runMain } from './bootstrap/problem.mjs';

// All arguments are vitest's: npm test -- shared/formats
await runMain(
  async () => (await setUp()) || runNode24(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]),
);
