import { createWebhookStore } from '../../adapters/database/webhook-store.ts';
import { explain } from '../../shared/errors.ts';
import { makeSecretKeys } from '../../shared/secrets/secret-keys.ts';
import { type OutputOptions, printResult } from '../client/output.ts';
import { Exit, exitCode } from '../exit.ts';
import { readConfig } from './environment.ts';
import { withDatabase } from './with-database.ts';

/** Encrypts all secrets in the database with the newest key. Everything may run meanwhile, and it may be stopped and run again. */
export async function rotateSecrets({ json }: OutputOptions): Promise<void> {
  const secrets = makeSecretKeys(readConfig().SECRETS_KEY);
  const { encrypted, unreadable } = await withDatabase((db) =>
    createWebhookStore(db, secrets).encryptAgain('outdated'),
  );
  printResult(
    { encrypted, unreadable: unreadable.map(explain) },
    () => [
      `Encrypted ${encrypted} ${encrypted === 1 ? 'secret' : 'secrets'} with the newest key.`,
      ...unreadable.map(({ message, remedy }) => `${message} ${remedy}`),
      unreadable.length > 0
        ? 'Keep all keys: some secrets could not be opened.'
        : 'Remove the older keys from SECRETS_KEY in an hour, once the tokens they signed have expired.',
    ],
    { json },
  );
  if (unreadable.length > 0) throw new Exit(exitCode.rejected);
}
