import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the appliance and the workflow bundle are kept between starts. XDG Base Directory Specification */
export function findCacheDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bootready');
}
