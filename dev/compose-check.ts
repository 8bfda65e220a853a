import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './bootstrap/host.mjs';
import { toolPath } from './stack/tool-path.ts';

const run = promisify(execFile);

/** One line about a sound compose file (dev/tools/compose-check). @throws an error whose `stderr` says what is wrong */
export const checkCompose = async (file: string, exampleEnvironment: string): Promise<string> =>
  (await run(await toolPath('compose-check'), [file, exampleEnvironment])).stdout.trim();

if (import.meta.main) {
  try {
    console.log(await checkCompose(join(root, 'docker-compose.yml'), join(root, '.env.example')));
  } catch (error) {
    const { stderr, message, remedy = '' } = error as { stderr?: string; message: string; remedy?: string };
    process.stderr.write(stderr || `${message}\n${remedy}\n`);
    process.exitCode = 1;
  }
}
