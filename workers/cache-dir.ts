import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the appliance and the workflow bundle are kept between starts. XDG Base Directory Specification */
export const findCacheDir = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bootready');
