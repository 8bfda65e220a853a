import { type Kysely, sql } from 'kysely';

/**
 * Each entry of the audit log holds the hash of the one before and its own, SHA-256 of that and of its content as text. The database makes them, so that all processes write
 * one chain; `adapters/database/audit-chain.ts` checks them without asking the database's functions of ours.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table audit_log add column previous bytea, add column hash bytea;

    create function audit_content(entry audit_log) returns text language sql stable as $$
      select jsonb_build_array(entry.id, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        entry.action, entry.actor, entry.key_id, entry.project_id, entry.image_id, entry.address, entry.details)::text $$;

    -- What is there already: as it is now is what can be held on to.
    alter table audit_log disable trigger append_only;
    do $$
    declare
      entry audit_log;
      last bytea := decode(repeat('00', 32), 'hex');
    begin
      for entry in select * from audit_log order by id loop
        update audit_log set previous = last, hash = sha256(last || convert_to(audit_content(entry), 'UTF8'))
          where id = entry.id returning hash into last;
      end loop;
    end $$;
    alter table audit_log enable trigger append_only;
    alter table audit_log alter column previous set not null, alter column hash set not null;
    -- Two entries that follow the same one are refused, whatever the isolation of their transactions.
    create unique index audit_log_previous on audit_log (previous);
    create unique index audit_log_hash on audit_log (hash);

    -- With the rights of the owner: whoever may only add entries need not read the last one.
    do $$
    begin
      execute format('create function chain_audit_entry() returns trigger language plpgsql
        security definer set search_path = %I, pg_temp as ''
        declare
          last bytea;
        begin
          -- One after the other, until the end of the transaction; the id is given anew, so that ids go in the order of the chain.
          perform pg_advisory_xact_lock(tg_relid::bigint);
          new.id := nextval(pg_get_serial_sequence(''''audit_log'''', ''''id''''));
          select hash into last from audit_log order by id desc limit 1;
          new.previous := coalesce(last, decode(repeat(''''00'''', 32), ''''hex''''));
          new.hash := sha256(new.previous || convert_to(audit_content(new), ''''UTF8''''));
          return new;
        end''', current_schema());
    end $$;
    create trigger chained before insert on audit_log for each row execute function chain_audit_entry();
  `.execute(db);
}
