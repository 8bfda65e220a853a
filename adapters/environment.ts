import { readFileSync } from 'node:fs';
import { Environment } from '../shared/config.ts';
import { BootreadyError } from '../shared/errors.ts';

/**
 * Resolves `NAME_FILE=/path` to `NAME=<contents of the file>`, as is usual for container secrets. Only for our own variables: SSL_CERT_FILE and many others
 * have another meaning. `NAME` itself wins.
 */
export function withSecretFiles(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const resolved: Record<string, string | undefined> = { ...env };
  for (const target of Object.keys(Environment.shape)) {
    const name = `${target}_FILE`;
    const path = env[name];
    if (!path || resolved[target]) continue;
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
}
