import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BootreadyError } from '../../shared/errors.ts';

/** Where dev/setup puts the tools that it builds; kept outside the clone, so that the next clone is quick. */
export const cacheDir = (): string =>
  process.env.BOOTREADY_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bootready');

export type Tool = 'temporal' | 'versitygw' | 'compose-check';

/** @throws BootreadyError `tool-missing` when the tool has not been built yet. */
export const toolPath = async (tool: Tool): Promise<string> => {
  const path = join(cacheDir(), 'tools', tool);
  try {
    await access(path, constants.X_OK);
    return path;
  } catch (cause) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: `The tool ${tool} is not built yet.`,
      remedy: 'Run "npm run setup".',
      cause,
    });
  }
};
