import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { temporalConfigOf } from '../../adapters/temporal/config.ts';
import { connectTemporal, registerSearchAttributes } from '../../adapters/temporal/connect.ts';
import { readConfig } from './environment.ts';

/** Both halves may be done again and again. */
export const migrate = async (): Promise<void> => {
  const config = readConfig();
  const { db, close } = openDatabase(config.DATABASE_URL, { max: 1 });
  try {
    const applied = await migrateToLatest(db);
    process.stdout.write(`Database: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'up to date'}.\n`);
  } finally {
    await close();
  }
  const temporal = connectTemporal(temporalConfigOf(config));
  try {
    const registered = await registerSearchAttributes(temporal, config.TEMPORAL_NAMESPACE);
    process.stdout.write(
      `Temporal: ${registered.length > 0 ? `registered ${registered.join(', ')}` : 'search attributes are there'}.\n`,
    );
  } finally {
    await temporal.close();
  }
};
