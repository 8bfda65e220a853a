import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { startPostgres } from '../../dev/stack/postgres.ts';
import { freePort } from '../../dev/stack/service.ts';
import { fillDatabase, filledProject } from '../support/filled-database.ts';
import { listCases } from '../support/lists.ts';
import { listsApp } from '../support/lists-app.ts';
import { plansOf } from '../support/query-plans.ts';

/**
 * How long every list of both APIs takes, with each filter and sort, for a member and an administrator: `npm run bench:lists -- [--images 100000] [--projects 50]`.
 * The API is in this process, Postgres one of its own with its own settings, filled first. Prints Markdown: for each list and filter the slowest sort. No test, for
 * times depend on the machine; test/integration/list-plans.test.ts holds the plans. `--plans` prints plans
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
  const measured: {
    name: string;
    sort: string;
    role: string;
    least: number;
    p50: number;
    worst: number;
    bytes: number;
  }[] = [];
  for (const { url, list, filter, sort, roles } of listCases(filling)) {
    if (values.only && !new RegExp(values.only).test(url)) continue;
    for (const role of roles) {
      if (values.plans) {
        const queries = await plansOf(() => ask(filledProject(2), role, url), 'analyze, buffers');
        for (const { text, asText } of queries) console.log(`${role} ${url}\n${text}\n${asText}\n`);
        continue;
      }
      const times: number[] = [];
      let bytes = 0;
      for (let round = 0; round <= rounds; round++) {
        const begun = performance.now();
        const { status, body } = await ask(filledProject(2), role, url);
        // The first one finds nothing in any cache, and not even its code compiled.
        if (round > 0) times.push(performance.now() - begun);
        bytes = body.length;
        if (status !== 200) throw new Error(`${url}: ${status} ${body}`);
      }
      times.sort((a, b) => a - b);
      measured.push({
        ...{ name: `${list} ${filter}`, sort, role, bytes },
        least: times[0] ?? 0,
        ...{ p50: times[Math.floor(times.length / 2)] ?? 0, worst: times.at(-1) ?? 0 },
      });
    }
  }
  const all = measured.map(({ worst }) => worst).sort((a, b) => a - b);
  const at = (q: number): string => (all[Math.min(all.length - 1, Math.floor(all.length * q))] ?? 0).toFixed(1);
  console.log(
    `${filling.images} images, ${filling.projects} projects; ${measured.length} lists, the slowest of ${rounds} of each:`,
  );
  console.log(`median ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms\n`);
  console.log('| List | Who | Slowest sort | least ms | p50 ms | slowest ms |\n| --- | --- | --- | --- | --- | --- |');
  const groups = Map.groupBy(measured, ({ name, role }) => `${name} ${role}`);
  const slowest = [...groups.values()].map((group) => group.toSorted((a, b) => b.worst - a.worst)[0]);
  for (const each of slowest.sort((a, b) => (b?.worst ?? 0) - (a?.worst ?? 0))) {
    if (each)
      console.log(
        `| ${each.name} | ${each.role} | ${each.sort} | ${each.least.toFixed(1)} | ${each.p50.toFixed(1)} | ${each.worst.toFixed(1)} |`,
      );
  }
} finally {
  await database.close();
  await postgres.stop();
  if (!values.data) await rm(folder, { recursive: true, force: true });
}
