import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { startPostgres } from '../../dev/stack/postgres.ts';
import { freePort } from '../../dev/stack/service.ts';
import { fillDatabase, filledProject } from '../support/filled-database.ts';
import { listCases } from '../support/lists.ts';
import { listsApp } from '../support/lists-app.ts';
import { collectPlans } from '../support/query-plans.ts';

/**
 * How long every list of both APIs takes, with each filter and sort, for a member and an administrator: `npm run bench:lists -- [--images 100000] [--projects 50]`.
 * The API is in this process, Postgres one of its own with its own settings, filled first. Prints Markdown: for each list and filter the slowest sort. No test, for
 * times depend on the machine (CPU time less: it is that of this process and of Postgres for one request); test/integration/list-plans.test.ts holds the plans. `--plans` prints plans
 * instead, `--data FOLDER` keeps the database there for another time.
 */
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    projects: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    data: { type: 'string' },
    plans: { type: 'boolean', default: false },
  },
});
/** What this process and the servers of its connections have spent on a processor, in ms: proc(5), schedstat. */
async function cpuSpent(backends: readonly number[]): Promise<number> {
  const { user, system } = process.cpuUsage();
  const theirs = await Promise.all(backends.map((pid) => readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0')));
  return (user + system) / 1000 + theirs.reduce((sum, each) => sum + Number(each.split(' ')[0]), 0) / 1e6;
}

const filling = { images: Number(values.images), projects: Number(values.projects) };
const rounds = Number(values.rounds);

const folder = values.data ?? (await mkdtemp(join(tmpdir(), 'bench-lists-')));
const postgres = await startPostgres({ dataDir: folder, port: await freePort(), password: 'bench' });
const database = openDatabase(postgres.url);
try {
  await migrateToLatest(database.db);
  const there = await database.db
    .selectFrom('images')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (there.count === 0) {
    const begun = performance.now();
    await fillDatabase(database.db, filling);
    console.error(`filled in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  }
  const { ask } = await listsApp(database);
  const countBackends = async (): Promise<number[]> =>
    (
      await sql<{ pid: number }>`select pid from pg_stat_activity where backend_type = 'client backend'`.execute(
        database.db,
      )
    ).rows.map(({ pid }) => pid);
  const measured: {
    name: string;
    sort: string;
    role: string;
    cpu: number;
    p50: number;
    worst: number;
    bytes: number;
  }[] = [];
  for (const { url, list, filter, sort, roles } of listCases(filling)) {
    if (values.only && !new RegExp(values.only).test(url)) continue;
    for (const role of roles) {
      if (values.plans) {
        const queries = await collectPlans(() => ask(filledProject(2), role, url), 'analyze, buffers');
        for (const { text, asText } of queries) console.log(`${role} ${url}\n${text}\n${asText}\n`);
        continue;
      }
      const times: number[] = [];
      const spent: number[] = [];
      await ask(filledProject(2), role, url);
      const backends = await countBackends();
      let bytes = 0;
      for (let round = 0; round < rounds; round++) {
        const before = await cpuSpent(backends);
        const begun = performance.now();
        const { status, body } = await ask(filledProject(2), role, url);
        times.push(performance.now() - begun);
        spent.push((await cpuSpent(backends)) - before);
        bytes = body.length;
        if (status !== 200) throw new Error(`${url}: ${status} ${body}`);
      }
      times.sort((a, b) => a - b);
      spent.sort((a, b) => a - b);
      measured.push({
        name: `${list} ${filter}`,
        sort,
        role,
        bytes,
        cpu: spent[Math.floor(spent.length / 2)] ?? 0,
        p50: times[Math.floor(times.length / 2)] ?? 0,
        worst: times.at(-1) ?? 0,
      });
    }
  }
  const quantiles = (all: readonly number[]): string => {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (q: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0).toFixed(1);
    return `median ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`;
  };
  console.log(
    `${filling.images} images, ${filling.projects} projects; ${measured.length} lists, ${rounds} times each.`,
  );
  console.log(`Time: ${quantiles(measured.map(({ worst }) => worst))}.`);
  console.log(`CPU time: ${quantiles(measured.map(({ cpu }) => cpu))}.\n`);
  console.log('| List | Who | Dearest sort | CPU ms | p50 ms | slowest ms |\n| --- | --- | --- | --- | --- | --- |');
  const groups = Map.groupBy(measured, ({ name, role }) => `${name} ${role}`);
  const slowest = [...groups.values()].map((group) => group.toSorted((a, b) => b.cpu - a.cpu)[0]);
  for (const each of slowest.sort((a, b) => (b?.cpu ?? 0) - (a?.cpu ?? 0))) {
    if (each)
      console.log(
        `| ${each.name} | ${each.role} | ${each.sort} | ${each.cpu.toFixed(1)} | ${each.p50.toFixed(1)} | ${each.worst.toFixed(1)} |`,
      );
  }
} finally {
  await database.close();
  await postgres.stop();
  if (!values.data) await rm(folder, { recursive: true, force: true });
}
