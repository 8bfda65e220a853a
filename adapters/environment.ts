import { readFileSync } from 'node:fs';
import { BootreadyError } from '../shared/errors.ts';

/** Resolves `NAME_FILE=/path` to `NAME=<what the file holds>`, the custom of container secrets. `NAME` itself wins. */
export const withSecretFiles = (env: NodeJS.ProcessEnv): Record<string, string | undefined> => {
  const resolved: Record<string, string | undefined> = { ...env };
  for (const [name, path] of Object.entries(env)) {
    if (!name.endsWith('_FILE') || !path) continue;
    const target = name.slice(0, -'_FILE'.length);
    if (resolved[target]) continue;
    try {
      resolved[target] = readFileSync(path, 'utf8').trim();
    } catch (cause) {
      throw new BootreadyError({
        code: 'invalid-input',
        message: `The file that ${name} names cannot be read.`,
        remedy: `Create it, make it readable for this user, or set ${target} itself.`,
        cause,
      });
    }
  }
  return resolved;
};
