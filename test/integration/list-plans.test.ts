import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../adapters/database/open.ts';
import { freshDatabase } from '../support/database.ts';
import { type Filling, fillDatabase, filledProject } from '../support/filled-database.ts';
import { type ListCase, listCases, type Role } from '../support/lists.ts';
import { listsApp } from '../support/lists-app.ts';
import { collectPlans, listNodes, type PlanNode } from '../support/query-plans.ts';

/** How Postgres answers every list of both APIs, with every filter, sort and page, for members and administrators, on a filled database. docs/scale.md tells the times. */

/** So many that reading a whole table is never the quickest way. */
const filling: Filling = { images: 20_000, projects: 50 };

/** What grows with the installation. The others have as many rows as there are projects, workers or sources. */
const large = [
  ...['images', 'image_members', 'runs', 'run_steps', 'publications', 'downloads', 'upload_events'],
  ...['outbox', 'webhook_deliveries', 'audit_log'],
];

/** Administrators' lists that no index answers (docs/scale.md says why). */
const readWhole: Partial<Record<string, RegExp>> = {
  // What each project holds is summed up over all images.
  '/v1/quotas': /^sort=/,
  // Too short for the index of parts of names.
  '/v1/images': /^text=zz$/,
  // Of two tables, by what is known only when they are joined.
  '/v2/tasks': /^(owner|status|sort_key=(owner|status|updated_at))\b/,
};

let database: Awaited<ReturnType<typeof freshDatabase>>;
let open: OpenDatabase;
let app: Awaited<ReturnType<typeof listsApp>>;
beforeAll(async () => {
  database = await freshDatabase();
  await fillDatabase(database.db, filling);
  open = openDatabase(database.url);
  app = await listsApp(open);
});
afterAll(async () => {
  await app?.app.close();
  await open?.close();
  await database?.drop();
});

function plansFor(role: Role, url: string) {
  return collectPlans(async () => {
    const { status, body } = await app.ask(filledProject(2), role, url);
    expect([url, status], body).toEqual([url, 200]);
  });
}

function isWholeRead(node: PlanNode): boolean {
  return node['Node Type'] === 'Seq Scan' && large.includes(node['Relation Name'] ?? '');
}

async function wholeReads(cases: readonly ListCase[], role: Role): Promise<string[]> {
  const found: string[] = [];
  for (const { url, list, filter, roles } of cases) {
    if (!roles.includes(role) || (role === 'admin' && readWhole[list]?.test(filter))) continue;
    for (const { plan } of await plansFor(role, url)) {
      for (const node of listNodes(plan).filter(isWholeRead)) found.push(`${role} ${url}: ${node['Relation Name']}`);
    }
  }
  return found;
}

const cases = listCases(filling);
describe.each([...new Set(cases.map(({ list }) => list))])('%s', (list) => {
  test.each(['member', 'admin'] as const)('for a %s goes by indexes', async (role) => {
    expect(
      await wholeReads(
        cases.filter((each) => each.list === list),
        role,
      ),
    ).toEqual([]);
  });
});

test('a list without its index is found', async () => {
  const names = cases.filter(({ filter, sort }) => filter === '' && sort === 'sort=name:asc');
  expect(await wholeReads(names, 'admin')).toEqual([]);
  await sql`drop index images_by_name`.execute(database.db);
  expect(await wholeReads(names, 'admin')).toEqual(['admin /image/v2/images?sort=name:asc: images']);
});
