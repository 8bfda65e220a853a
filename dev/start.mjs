import process from 'node:process';
import { setUp } from './bootstrap/bootstrap.mjs';
import { runNode24 } from './bootstrap/node-24.mjs';
import { runMain } from './bootstrap/problem.mjs';
import { help, readOptions } from './bootstrap/start-options.mjs';

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  return (await setUp()) || runNode24(['dev/start.ts', JSON.stringify(options)]);
});
