import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { BootreadyError } from '../../shared/errors.ts';
import * as main from './migrations/0001-main.ts';
import * as bootCheck from './migrations/0002-boot-check.ts';
import * as repair from './migrations/0004-repair.ts';
import * as glance from './migrations/0005-glance.ts';
import * as sessions from './migrations/0006-sessions.ts';
import * as imageSources from './migrations/0007-image-sources.ts';
import * as operations from './migrations/0008-operations.ts';
import * as quotas from './migrations/0009-quotas.ts';
import * as rowLevelSecurity from './migrations/0010-row-level-security.ts';
import * as userSessions from './migrations/0011-user-sessions.ts';
import * as deliveries from './migrations/0012-deliveries.ts';
import * as traces from './migrations/0013-traces.ts';
import * as cancelDelivery from './migrations/0015-cancel-delivery.ts';
import * as keepOfFamily from './migrations/0016-keep-of-family.ts';
import * as stepFailures from './migrations/0017-step-failures.ts';
import * as whatOthersSee from './migrations/0018-what-others-see.ts';
import * as admitted from './migrations/0019-admitted.ts';
import * as waitsFor from './migrations/0020-waits-for.ts';
import * as sessionUse from './migrations/0021-session-use.ts';
import * as auditChain from './migrations/0022-audit-chain.ts';
import * as lists from './migrations/0023-lists.ts';
import * as signedSources from './migrations/0024-signed-sources.ts';
import * as stepResults from './migrations/0025-step-results.ts';
import * as listStatistics from './migrations/0026-list-statistics.ts';
import * as waitsForWorker from './migrations/0027-waits-for-worker.ts';
import * as revokedKeys from './migrations/0028-revoked-keys.ts';
import * as newestSignature from './migrations/0029-newest-signature.ts';
import * as openWork from './migrations/0030-open-work.ts';
import * as usualDurations from './migrations/0031-usual-durations.ts';
import * as bootResults from './migrations/0032-boot-results.ts';
import type { Database } from './schema.ts';

const migrations = {
  '0001-main': main,
  '0002-boot-check': bootCheck,
  '0004-repair': repair,
  '0005-glance': glance,
  '0006-sessions': sessions,
  '0007-image-sources': imageSources,
  '0008-operations': operations,
  '0009-quotas': quotas,
  '0010-row-level-security': rowLevelSecurity,
  '0011-user-sessions': userSessions,
  '0012-deliveries': deliveries,
  '0013-traces': traces,
  '0015-cancel-delivery': cancelDelivery,
  '0016-keep-of-family': keepOfFamily,
  '0017-step-failures': stepFailures,
  '0018-what-others-see': whatOthersSee,
  '0019-admitted': admitted,
  '0020-waits-for': waitsFor,
  '0021-session-use': sessionUse,
  '0022-audit-chain': auditChain,
  '0023-lists': lists,
  '0024-signed-sources': signedSources,
  '0025-step-results': stepResults,
  '0026-list-statistics': listStatistics,
  '0027-waits-for-worker': waitsForWorker,
  '0028-revoked-keys': revokedKeys,
  '0029-newest-signature': newestSignature,
  '0030-open-work': openWork,
  '0031-usual-durations': usualDurations,
  '0032-boot-results': bootResults,
};

function makeMigrator(db: Kysely<Database>): Migrator {
  return new Migrator({
    db,
    allowUnorderedMigrations: true,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  });
}

/** Brings the schema to the newest version. Several processes may do it at once, because Kysely uses an advisory lock. */
export async function migrateToLatest(db: Kysely<Database>): Promise<string[]> {
  const { error, results } = await makeMigrator(db).migrateToLatest();
  if (error) {
    throw new BootreadyError({
      code: 'unavailable',
      message: 'The database could not be migrated.',
      remedy:
        'Check DATABASE_URL. Its user must be able to create tables and roles. If it must not create roles, an administrator can run: ' +
        'create role bootready_project nologin; grant bootready_project to USER.',
      cause: error,
    });
  }
  return (results ?? []).map(({ migrationName }) => migrationName);
}

/** Names of the migrations that this version knows and the database has not seen. */
export async function listPendingMigrations(db: Kysely<Database>): Promise<string[]> {
  return (await makeMigrator(db).getMigrations()).filter(({ executedAt }) => !executedAt).map(({ name }) => name);
}
