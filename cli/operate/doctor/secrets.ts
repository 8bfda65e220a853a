import { openDatabase } from '../../../adapters/database/open.ts';
import { countSeals } from '../../../adapters/database/sealed-webhooks.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { secretKeysOf } from '../../../shared/secret-keys.ts';
import type { Dependency } from './dependency.ts';
import { reasonOf } from './reason.ts';

export const secrets: Dependency = {
  name: 'secrets',
  seconds: 10,
  remedy: 'Check SECRETS_KEY, and that the database answers ("bootready doctor --only database").',
  examine: async ({ config, say }) => {
    if (!config.SECRETS_KEY) {
      say.warning(
        'SECRETS_KEY is not set here: API and workers for queues do not start without it.',
        'Set it for them: openssl rand -hex 32 makes one. A worker for steps needs none.',
      );
      return;
    }
    const keys = secretKeysOf(config.SECRETS_KEY);
    const { db, close } = openDatabase(config.DATABASE_URL, { max: 1 });
    try {
      const counts = await countSeals(db, keys).catch((cause: unknown) => {
        throw new BootreadyError({
          code: 'unavailable',
          message: `The secrets in the database cannot be counted: ${reasonOf(cause)}.`,
          remedy: secrets.remedy,
          cause,
        });
      });
      if (counts.lost > 0) {
        say.failed(
          `Secrets of ${counts.lost} webhooks are sealed with a key that SECRETS_KEY does not hold.`,
          'Add that key after the newest one ("bootready secrets rotate" names it). If it is lost, make those webhooks again.',
        );
      }
      if (counts.older > 0) {
        say.warning(
          `Secrets of ${counts.older} webhooks are not sealed with the newest key.`,
          'Run when all processes know that key: bootready secrets rotate',
        );
      }
      if (counts.lost + counts.older === 0) say.ok(`Secrets of ${counts.newest} webhooks, sealed with the newest key.`);
    } finally {
      await close();
    }
  },
};
