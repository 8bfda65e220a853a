import { setUp } from './bootstrap/bootstrap.mjs';
import { runMain } from './bootstrap/problem.mjs';

await runMain(async () => {
  const code = await setUp();
  if (code === 0) process.stdout.write('Everything is set up.\n');
  return code;
});
