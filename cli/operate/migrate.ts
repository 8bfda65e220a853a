import { grantRights } from '../../adapters/database/grant-rights.ts';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { toTemporalConfig } from '../../adapters/temporal/config.ts';
import { connectTemporal, registerSearchAttributes } from '../../adapters/temporal/connect.ts';
import { makeLogins } from './database.ts';
import { readConfig } from './environment.ts';

/** Both halves may be done again and again. */
export async function migrate({ login = [] }: { login?: string[] } = {}): Promise<void> {
  const config = readConfig();
  const { db, close } = openDatabase(config.DATABASE_URL, { max: 1 });
  try {
    const applied = await migrateToLatest(db);
    const missing = await grantRights(db);
    process.stdout.write(`Database: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}.\n`);
    if (missing.length > 0) {
      process.stdout.write(
        `Missing roles, which this user may not create: ${missing.join(', ')}. They are needed only if each process has its own login.\n`,
      );
    }
    const logins = await makeLogins(db, login);
    if (logins.length > 0) process.stdout.write(`Logins: ${logins.join(', ')}.\n`);
  } finally {
    await close();
  }
  const temporal = connectTemporal(toTemporalConfig(config));
  try {
    const registered = await registerSearchAttributes(temporal, config.TEMPORAL_NAMESPACE);
    process.stdout.write(
      `Temporal: ${registered.length > 0 ? `registered ${registered.join(', ')}` : 'search attributes are registered'}.\n`,
    );
  } finally {
    await temporal.close();
  }
}
