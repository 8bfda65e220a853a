import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withSecretFiles } from '../../adapters/environment.ts';
import { type Config, loadConfig } from '../../shared/config.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `npm start` writes the environment of its stack beside the client's file. It is taken if this process has none of its own. */
function withStack(env: Env): Env {
  const stack = env.BOOTREADY_CONFIG && join(dirname(env.BOOTREADY_CONFIG), 'operator.json');
  if (!stack || env.DATABASE_URL || env.DATABASE_URL_FILE || !existsSync(stack)) return env;
  return { ...(JSON.parse(readFileSync(stack, 'utf8')) as Env), ...env };
}

/** The configuration of this process. @throws BootreadyError `invalid-input` that lists every wrong variable */
export function readConfig(): Config {
  return loadConfig(withSecretFiles(withStack(process.env)));
}
