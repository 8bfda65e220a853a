import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../../adapters/database/schema.ts';

export type Filling = { images: number; projects: number };

/** The project with this number, from 1 on. */
export function filledProject(number: number): string {
  return `filled-${number}`;
}

/** As `filled_id` below has it: an id that zod takes for one, too. */
export function filledId(text: string): string {
  return createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');
}

/** A number of 0 to below 2^31 that looks like chance and is the same each time. */
function chance(salt: string) {
  return sql`(hashtextextended(i || ${sql.lit(salt)}, 7) & 2147483647)`;
}
function oneIn(salt: string, of: number) {
  return sql`${chance(salt)} % ${sql.lit(of)} = 0`;
}
function pick(salt: string, words: readonly string[]) {
  return sql`(${sql.lit(`{${words.join(',')}}`)}::text[])[1 + ${chance(salt)} % ${sql.lit(words.length)}]`;
}

const distributions = ['debian', 'ubuntu', 'rocky', 'fedora', 'alpinelinux', 'windows', 'opensuse', 'sles'];

/**
 * A database as a large installation has it after some years: images in every status and visibility, with runs, reports, members, tags, properties,
 * families, notifications and entries of the audit log. The same each time; 100,000 images take half a minute. Ends with statistics and a vacuum, as
 * autovacuum leaves them.
 */
export async function fillDatabase(db: Kysely<Database>, { images, projects }: Filling): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // What triggers tell is nobody's to hear, and rows that are made to fit together need not be compared.
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`create function pg_temp.filled_id(text) returns uuid language sql immutable as $$
      select overlay(overlay(md5($1) placing '4' from 13) placing '8' from 17)::uuid $$`.execute(trx);
    // An index is made much faster than it grows.
    const indexes = await sql<{ name: string; definition: string }>`
      select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
      from pg_index join pg_class on pg_class.oid = indrelid
      where relnamespace = current_schema()::regnamespace and not exists (select from pg_constraint where conindid = indexrelid)`.execute(
      trx,
    );
    for (const { name } of indexes.rows) await sql`drop index ${sql.raw(name)}`.execute(trx);
    await fillImages(trx, images, projects);
    await fillRuns(trx, images);
    await fillBeside(trx, images, projects);
    for (const { definition } of indexes.rows) await sql.raw(definition).execute(trx);
  });
  await sql`vacuum (analyze)`.execute(db);
}

async function fillImages(trx: Transaction<Database>, images: number, projects: number): Promise<void> {
  await sql`insert into projects (id, key_prefix, created_at)
    select 'filled-' || i, 'filled-' || i || '/', now() - interval '3 years' from generate_series(1, ${sql.lit(projects)}) i`.execute(
    trx,
  );
  const bytes = sql`(1 + ${chance('size')} % 40) * 268435456`;
  await sql`
    with kinds as (
      select i, 'filled-' || (1 + i % ${sql.lit(projects)}) as project, ${chance('status')} % 100 as of_status,
        ${chance('visibility')} % 100 as of_visibility, ${pick('distribution', distributions)} as distribution,
        now() - make_interval(secs => (${sql.lit(images)} - i) * (94608000.0 / ${sql.lit(images)})) as made
      from generate_series(1, ${sql.lit(images)}) i
    ), told as (
      select *, case when of_status < 84 then 'active' when of_status < 91 then 'killed' when of_status < 93 then 'queued'
        when of_status < 94 then 'importing' when of_status < 95 then 'deactivated' when of_status < 96 then 'pending_delete'
        else 'deleted' end as state
      from kinds
    )
    insert into images (id, project_id, name, status, properties, upload_bucket, upload_key, upload_etag, upload_size, disk_format,
      container_format, size, virtual_size, sha256, sha512, md5, visibility, protected, os_hidden, tags, min_disk, min_ram,
      held_bytes, os_type, os_distro, boot_result, created_at, updated_at, deleted_at)
    select pg_temp.filled_id('image' || i), project, distribution || '-' || (i % 13) || ' build ' || i % 9973, state,
      jsonb_build_object('os_distro', distribution, 'os_version', (i % 13)::text, 'build', i::text, 'hw_disk_bus', 'virtio',
          'description', repeat('Made by the nightly build. ', 6))
        || case when ${oneIn('snapshot', 20)} then '{"image_type": "snapshot"}' else '{}' end::jsonb
        || case when ${oneIn('rare property', 5000)} then '{"hw_machine_type": "q35"}' else '{}' end::jsonb,
      'uploads', project || '/' || i || '.qcow2', case when state <> 'queued' then md5('etag' || i) end,
      case when state <> 'queued' then ${bytes} end,
      case when state in ('active', 'deactivated') then ${pick('format', ['raw', 'raw', 'raw', 'qcow2'])} end,
      case when state in ('active', 'deactivated') then 'bare' end,
      case when state in ('active', 'deactivated') then ${bytes} end, case when state in ('active', 'deactivated') then 2 * ${bytes} end,
      case when state in ('active', 'deactivated') then md5('a' || i) || md5('b' || i) end,
      case when state in ('active', 'deactivated') and not ${oneIn('sha256 only', 50)}
        then md5('a' || i) || md5('b' || i) || md5('c' || i) || md5('d' || i) end,
      case when state in ('active', 'deactivated') then md5('m' || i) end,
      case when of_visibility < 1 then 'public' when of_visibility < 4 then 'community' when of_visibility < 24 then 'private' else 'shared' end,
      ${oneIn('protected', 200)}, of_visibility < 1 and i <= ${sql.lit(images)} * 0.9 or ${oneIn('hidden', 500)},
      array[${pick('tag', ['nightly', 'release', 'test', 'golden', 'kvm'])}, 'team-' || i % 40]
        || case when ${oneIn('rare tag', 5000)} then '{keep-for-audit}'::text[] else '{}' end,
      case when ${oneIn('disk', 3)} then 10 else 0 end, case when ${oneIn('memory', 4)} then 2048 else 0 end,
      case when state in ('active', 'deactivated', 'killed', 'importing') then ${bytes} else 0 end,
      case when state not in ('queued', 'importing') then case distribution when 'windows' then distribution else 'linux' end end,
      case when state not in ('queued', 'importing') then distribution end,
      case when state in ('queued', 'importing') then 'unknown' when state = 'killed' then ${pick('boot', ['not-reached', 'not-reached', 'failed'])}
        else ${pick('boot', ['passed', 'passed', 'passed', 'passed', 'passed', 'warned', 'off'])} end,
      made, made + make_interval(secs => ${chance('updated')} % 4000000), case when state = 'deleted' then made + interval '30 days' end
    from told`.execute(trx);
  // The newest public one of each distribution, of which the others are the earlier ones.
  await sql`update images set family = properties ->> 'os_distro', os_hidden = true where visibility = 'public'`.execute(
    trx,
  );
  await sql`update images set os_hidden = false where id in (
    select distinct on (family) id from images where visibility = 'public' and status = 'active' order by family, created_at desc)`.execute(
    trx,
  );
  await sql`analyze images`.execute(trx);
  await sql`insert into image_members (image_id, member_id, status)
    select id, 'filled-' || (1 + (i + each * 7) % ${sql.lit(projects)}), ${pick('answer', ['pending', 'accepted', 'accepted', 'rejected'])}
    from (select id, (properties ->> 'build')::bigint as i from images where visibility = 'shared' and deleted_at is null) shared, generate_series(1, 2) each
    where ${oneIn('member', 20)}
    on conflict do nothing`.execute(trx);
}

async function fillRuns(trx: Transaction<Database>, images: number): Promise<void> {
  const findings = JSON.stringify(
    Array.from({ length: 30 }, (_, index) => ({
      code: `check-of-kind-${index}`,
      step: 'inspect',
      outcome: index % 9 ? 'pass' : 'warn',
      params: { found: index * 7919, path: `/etc/some/file-${index}` },
    })),
  );
  await sql`
    with shown as (select ${findings}::jsonb as findings)
    insert into runs (id, image_id, number, workflow_id, status, fence, worker, report, request_id, created_at, started_at, finished_at)
    select pg_temp.filled_id('run' || number || id), id, number, 'image-' || id || '-run-' || number,
      case when status in ('active', 'deactivated', 'pending_delete', 'deleted') and number = tries then 'published'
        when status = 'importing' then 'running' else 'rejected' end,
      i, 'worker-1',
      case when status = 'importing' then null else jsonb_build_object('schema', 'bootready.report/v1', 'imageId', id, 'verdict',
        case when status = 'killed' or number < tries then 'reject' else 'publish' end, 'findings', findings, 'layers', '[]'::jsonb, 'tools', '{}'::jsonb,
        'guest', jsonb_build_object('osType', case when properties ->> 'os_distro' = 'windows' then 'windows' else 'linux' end,
          'osDistro', properties ->> 'os_distro', 'osName', 'Some system', 'osVersion', '1.0', 'architecture', 'x86_64')) end,
      case when ${oneIn('request', 3)} then 'req-' || i end,
      images.created_at, images.created_at, case when status = 'importing' then null else images.created_at + interval '2 minutes' end
    from generate_series(1, ${sql.lit(images)}) i
    join images on images.id = pg_temp.filled_id('image' || i)
    cross join lateral (select case when ${oneIn('second run', 10)} then 2 else 1 end as tries) twice
    cross join lateral generate_series(1, tries) number
    cross join shown
    where upload_etag is not null and (status <> 'importing' or number = tries)`.execute(trx);
  await sql`insert into run_steps (run_id, step, status, percent, worker, started_at, finished_at, working)
    select id, step, case when status = 'running' then 'running' else 'done' end, 100, 'worker-1', created_at, finished_at, true
    from runs, unnest('{admit,publish}'::text[]) step where status <> 'running' or step = 'admit'`.execute(trx);
  await sql`insert into publications (image_id, run_id, fence, bucket, key, format, size, sha256)
    select images.id, runs.id, runs.fence, 'images', images.id || '.raw', disk_format, size, sha256
    from images join runs on runs.image_id = images.id and runs.status = 'published'
    where images.status in ('active', 'deactivated')`.execute(trx);
  await sql`insert into downloads (image_id, url, status, request_id, created_at, finished_at)
    select id, 'https://example.org/image', case when upload_etag is null then 'failed' else 'handed-over' end, 'req-' || i, created_at, created_at
    from generate_series(1, ${sql.lit(images)}) i join images on id = pg_temp.filled_id('image' || i) where ${oneIn('download', 20)}`.execute(
    trx,
  );
}

async function fillBeside(trx: Transaction<Database>, images: number, projects: number): Promise<void> {
  await sql`insert into upload_events (source, fingerprint, event_name, bucket, key, etag, raw, received_at, outcome, detail, image_id, project_id, settled_at)
    select 'store', md5('event' || i), 's3:ObjectCreated:Put', 'uploads', 'filled-' || (1 + i % ${sql.lit(projects)}) || '/' || i || '.qcow2', md5('etag' || i),
      jsonb_build_object('eventName', 's3:ObjectCreated:Put', 'text', repeat('what the store said ', 20)),
      now() - make_interval(secs => (2 * ${sql.lit(images)} - i) * 10),
      case when images.id is null then 'no-object' else 'started' end, 'run 1 started', images.id, 'filled-' || (1 + i % ${sql.lit(projects)}),
      case when i < 2 * ${sql.lit(images)} - 20 then now() end
    from generate_series(1, 2 * ${sql.lit(images)}) i left join images on images.id = pg_temp.filled_id('image' || i) order by i`.execute(
    trx,
  );
  await sql`insert into outbox (id, project_id, image_id, type, payload, created_at, relayed_at)
    select pg_temp.filled_id('news' || id), project_id, id, 'image.published', '{}', created_at, created_at from images where status = 'active'`.execute(
    trx,
  );
  await sql`insert into webhooks (id, project_id, url, secret)
    select pg_temp.filled_id('hook' || i), 'filled-' || i, 'https://example.org/hook', 'sealed' from generate_series(1, ${sql.lit(projects)}) i`.execute(
    trx,
  );
  await sql`insert into webhook_deliveries (outbox_id, webhook_id, status, attempts, created_at, settled_at)
    select outbox.id, webhooks.id, 'delivered', 1, outbox.created_at, outbox.created_at from outbox join webhooks using (project_id)`.execute(
    trx,
  );
  await sql`insert into audit_log (at, action, actor, project_id, image_id, details, previous, hash)
    select now() - make_interval(secs => (2 * ${sql.lit(images)} - i) * 400), ${pick('action', ['image.create', 'image.change', 'image.delete', 'image.share'])},
      'somebody', 'filled-' || (1 + i % ${sql.lit(projects)}), pg_temp.filled_id('image' || i), '{}',
      decode(md5('p' || i), 'hex'), decode(md5('h' || i), 'hex')
    from generate_series(1, 2 * ${sql.lit(images)}) i`.execute(trx);
}
