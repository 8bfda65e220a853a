import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../shared/errors.ts';
import { root } from './bootstrap/host.mjs';
import { findHardeningProblems } from './compose-hardening.ts';
import { toolPath } from './stack/tool-path.ts';

const run = promisify(execFile);

/**
 * One line about a compose file that is sound (dev/tools/compose-check) and hardened (compose-hardening.ts).
 * @throws an error whose `stderr` says what is not sound, or BootreadyError that says what is not hardened
 */
export async function checkCompose(file: string, exampleEnvironment: string): Promise<string> {
  const { stdout } = await run(await toolPath('compose-check'), [file, exampleEnvironment]);
  const problems = findHardeningProblems(await readFile(file, 'utf8'));
  if (problems.length === 0) return stdout.trim();
  throw new BootreadyError({
    code: 'invalid-input',
    message: problems.join('\n'),
    remedy: 'dev/compose-hardening.ts has the rules, docs/security.md the reasons.',
  });
}

if (import.meta.main) {
  try {
    console.log(await checkCompose(join(root, 'docker-compose.yml'), join(root, '.env.example')));
  } catch (error) {
    const { stderr, message, remedy = '' } = error as { stderr?: string; message: string; remedy?: string };
    process.stderr.write(stderr || `${message}\n${remedy}\n`);
    process.exitCode = 1;
  }
}
