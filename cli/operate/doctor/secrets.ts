import { openDatabase } from '../../../adapters/database/open.ts';
import { countByKey } from '../../../adapters/database/webhook-secrets.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { makeSecretKeys } from '../../../shared/secrets/secret-keys.ts';
import type { Dependency } from './dependency.ts';
import { explainReason } from './reason.ts';

export const secrets: Dependency = {
  name: 'secrets',
  seconds: 10,
  remedy: 'Check SECRETS_KEY, and that the database answers ("bootready doctor --only database").',
  examine: async ({ config, say }) => {
    if (!config.SECRETS_KEY) {
      say.warning(
        'SECRETS_KEY is not set here. API and queue workers do not start without it.',
        'Set it for them; create one with: openssl rand -hex 32. A worker for steps does not need it.',
      );
      return;
    }
    const keys = makeSecretKeys(config.SECRETS_KEY);
    const { db, close } = openDatabase(config.DATABASE_URL, { max: 1 });
    try {
      const counts = await countByKey(db, keys).catch((cause: unknown) => {
        throw new BootreadyError({
          code: 'unavailable',
          message: `The secrets in the database cannot be counted: ${explainReason(cause)}.`,
          remedy: secrets.remedy,
          cause,
        });
      });
      if (counts.lost > 0) {
        say.failed(
          `Webhook secrets encrypted with a key that is not in SECRETS_KEY: ${counts.lost}.`,
          'Add that key after the newest one ("bootready secrets rotate" names it). If it is lost, create those webhooks again.',
        );
      }
      if (counts.older > 0) {
        say.warning(
          `Webhook secrets not encrypted with the newest key: ${counts.older}.`,
          'Once all processes have that key, run: bootready secrets rotate',
        );
      }
      if (counts.lost + counts.older === 0) say.ok(`Webhook secrets encrypted with the newest key: ${counts.newest}.`);
    } finally {
      await close();
    }
  },
};
