import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BootreadyError } from '../../shared/errors.ts';

/** Where dev/setup puts the tools that it builds; kept outside the clone, so that the next clone is quick. */
export function cacheDir(): string {
  return process.env.BOOTREADY_CACHE_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bootready');
}

export const tools = ['temporal', 'versitygw', 'compose-check'] as const;
export type Tool = (typeof tools)[number];

/** The Go module that pins the tool. */
export function toolModule(tool: Tool): string {
  return join(import.meta.dirname, '../tools', tool);
}

/** Where its program is, once it is there. Its name holds a hash of the module: another pin is another file. */
export function toolFile(tool: Tool): string {
  const module = toolModule(tool);
  const hash = createHash('sha256');
  for (const name of readdirSync(module).sort()) hash.update(name).update(readFileSync(join(module, name)));
  return join(cacheDir(), 'tools', `${tool}-${hash.digest('hex').slice(0, 12)}`);
}

/** @throws BootreadyError `tool-missing` when the tool has not been built yet. */
export async function toolPath(tool: Tool): Promise<string> {
  const path = toolFile(tool);
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
}
