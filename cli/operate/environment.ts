import { withSecretFiles } from '../../adapters/environment.ts';
import { type Config, loadConfig } from '../../shared/config.ts';

/** The configuration of this process. @throws BootreadyError `invalid-input` that lists every wrong variable */
export function readConfig(): Config {
  return loadConfig(withSecretFiles(process.env));
}
