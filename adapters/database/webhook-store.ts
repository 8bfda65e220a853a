import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import type { WebhookStore } from '../../shared/ports/webhooks.ts';
import type { SecretKeys } from '../../shared/secrets/secret-keys.ts';
import type { Database } from './schema.ts';
import { encryptWebhooksAgain, locateSecret } from './webhook-secrets.ts';

/** The limit of one list; the operator chooses `most`. */
const mostListed = 1000;
/** Those that were disabled last. */
const mostDisabled = 20;

function tooMany(most: number): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: `The project has ${most} webhooks, which is the maximum (MAX_WEBHOOKS).`,
    remedy: 'Delete an unused one, or ask the operator to raise MAX_WEBHOOKS.',
  });
}

/** @param most webhooks that a project may have, without disabled ones */
export function createWebhookStore(
  db: Kysely<Database>,
  secrets: SecretKeys,
  most = Number.POSITIVE_INFINITY,
): WebhookStore {
  return {
    create: ({ projectId, url, secret }) =>
      db.transaction().execute(async (trx) => {
        // One at a time: otherwise several would count the same webhooks.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks of ${projectId}`}, 0))`.execute(trx);
        const { count } = await trx
          .selectFrom('webhooks')
          .where('project_id', '=', projectId)
          .where('disabled_at', 'is', null)
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= most) throw tooMany(most);
        const id = randomUUID();
        const row = await trx
          .insertInto('webhooks')
          .values({ id, project_id: projectId, url, secret: secrets.encrypt(secret, locateSecret(id)) })
          .returning('created_at')
          .executeTakeFirstOrThrow();
        return { id, projectId, url, createdAt: row.created_at, disabledAt: null };
      }),

    list: async (projectId) => {
      const rows = await db
        .selectFrom('webhooks')
        .where('project_id', '=', projectId)
        // Enabled webhooks are few; disabled ones may be any number.
        .orderBy(sql`disabled_at desc nulls first`)
        .limit(Math.min(most, mostListed) + mostDisabled)
        // An earlier version took URLs of any length.
        .select(sql<string>`left(url, ${requestLimits.webhookUrlBytes.most})`.as('url'))
        .select(['id', 'created_at', 'disabled_at'])
        .execute();
      rows.sort((a, b) => a.created_at.getTime() - b.created_at.getTime());
      return rows.map((row) => ({
        id: row.id,
        projectId,
        url: row.url,
        createdAt: row.created_at,
        disabledAt: row.disabled_at,
      }));
    },

    disable: async (id) => {
      await db.updateTable('webhooks').set({ disabled_at: sql`now()` }).where('id', '=', id).execute();
    },

    relay: () =>
      db.transaction().execute(async (trx) => {
        const messages = await trx
          .selectFrom('outbox')
          .where('relayed_at', 'is', null)
          .orderBy('created_at')
          .limit(500)
          .select(['id', 'project_id'])
          .forUpdate()
          .skipLocked()
          .execute();
        for (const { id, project_id } of messages) {
          await sql`insert into webhook_deliveries (outbox_id, webhook_id)
          select ${id}, id from webhooks where project_id = ${project_id} and disabled_at is null
          on conflict do nothing`.execute(trx);
          await trx.updateTable('outbox').set({ relayed_at: sql`now()` }).where('id', '=', id).execute();
        }
        const pending = await trx
          .selectFrom('webhook_deliveries')
          .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
          .where('status', '=', 'pending')
          // The oldest of each project first, then the second oldest of each: no project's news waits behind all of another's.
          .orderBy(sql`row_number() over (partition by project_id order by webhook_deliveries.created_at)`)
          .orderBy('webhook_deliveries.created_at')
          .limit(1000)
          .select('webhook_deliveries.id')
          .execute();
        return pending.map(({ id }) => id);
      }),

    message: async (id) => {
      const row = await db
        .selectFrom('webhook_deliveries')
        .innerJoin('webhooks', 'webhooks.id', 'webhook_deliveries.webhook_id')
        .innerJoin('outbox', 'outbox.id', 'webhook_deliveries.outbox_id')
        .where('webhook_deliveries.id', '=', id)
        .select([
          'webhook_deliveries.status',
          'webhooks.id as webhook_id',
          'webhooks.project_id',
          'webhooks.url',
          'webhooks.secret',
          'webhooks.created_at as webhook_created_at',
          'webhooks.disabled_at',
          'outbox.id as message_id',
          'outbox.type',
          'outbox.created_at as message_created_at',
          'outbox.traceparent',
          'outbox.payload',
        ])
        .executeTakeFirst();
      return (
        row && {
          id,
          status: row.status,
          webhook: {
            id: row.webhook_id,
            projectId: row.project_id,
            url: row.url,
            secret: secrets.decrypt(row.secret, locateSecret(row.webhook_id)),
            createdAt: row.webhook_created_at,
            disabledAt: row.disabled_at,
          },
          content: { id: row.message_id, type: row.type, createdAt: row.message_created_at, payload: row.payload },
          traceparent: row.traceparent,
        }
      );
    },

    note: async (id, { status, httpStatus, error }) => {
      await db
        .updateTable('webhook_deliveries')
        .set({
          status,
          attempts: sql`attempts + 1`,
          last_status: httpStatus ?? null,
          last_error: error?.slice(0, 500) ?? null,
          ...(status === 'pending' ? {} : { settled_at: sql`now()` }),
        })
        .where('id', '=', id)
        .execute();
    },

    encryptAgain: (which) => encryptWebhooksAgain(db, secrets, which),
  };
}
