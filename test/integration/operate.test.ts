import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { freshNamespace } from '../support/temporal-namespace.ts';

/** Commands of operators for keys and for the audit log, as processes of their own. */

let installation: Installation;
let compileCache: string;
beforeAll(async () => {
  compileCache = await mkdtemp(join(tmpdir(), 'compile-cache-'));
  installation = await startInstallation({ roles: [], env: { NODE_COMPILE_CACHE: compileCache } });
});
afterAll(async () => {
  await installation?.close();
  await rm(compileCache, { recursive: true });
});

type Ended = { code: number; stdout: string; stderr: string };
function run(...args: string[]): Promise<Ended> {
  return runWith({}, ...args);
}
function runWith(more: Record<string, string>, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['cli/main.ts', ...args],
      { env: { ...installation.env, ...more } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
async function selfWith(key: string): Promise<number> {
  return (await fetch(`${installation.apiUrl}/v1/self`, { headers: { authorization: `Bearer ${key}` } })).status;
}

test('a running process has kept what it has compiled, for the next one', async () => {
  await eventually(async () => (await readdir(compileCache, { recursive: true })).length > 100, {
    within: 30,
    what: 'the API has written its compile cache',
  });
  expect(installation.api.child.exitCode).toBeNull();
});

test('a key is listed with its last use, and replaced by one that holds beside it for the overlap', async () => {
  const made = JSON.parse((await run('key', 'create', '--project', 'demo', '--name', 'pipeline', '--json')).stdout);
  expect((await run('key', 'list')).stdout).toMatch(/^pipeline +demo +member +\S+ +never +never +[\w-]{36}$/m);
  expect(await selfWith(made.key)).toBe(200);
  const rotated = JSON.parse((await run('key', 'rotate', made.id, '--overlap', '2h', '--json')).stdout);
  expect([await selfWith(made.key), await selfWith(rotated.key)]).toEqual([200, 200]);
  const inTwoHours = Math.abs(Date.parse(rotated.former.endsAt) - Date.now() - 2 * 3_600_000);
  expect(inTwoHours).toBeLessThan(60_000);
  const listed = await run('key', 'list', '--project', 'demo');
  expect(listed.stdout).not.toContain(made.key);
  expect(listed.stdout).toMatch(new RegExp(`pipeline .* \\d\\d:\\d\\d +${made.id}`));

  const last = JSON.parse((await run('key', 'rotate', rotated.id, '--overlap', '0h', '--json')).stdout);
  expect([await selfWith(rotated.key), await selfWith(last.key)]).toEqual([401, 200]);
  expect(await run('key', 'rotate', rotated.id)).toMatchObject({ code: 4, stdout: '' });
  expect(await run('key', 'rotate', last.id, '--overlap', 'soon')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--overlap is not valid: .*24h/),
  });
});

test('the audit log is verified, and who changed it is found out', async () => {
  const head = (await run('audit', 'head')).stdout.trim();
  expect(head).toMatch(/^\d+:[0-9a-f]{64}$/);
  await run('project', 'create', 'one-more');
  expect(await run('audit', 'verify', '--head', head)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Whole: /),
  });
  const { db } = installation;
  await db.connection().execute(async (connection) => {
    await sql`set session_replication_role = replica`.execute(connection);
    await sql`update audit_log set actor = 'nobody' where action = 'key.rotate'`.execute(connection);
    await sql`set session_replication_role = origin`.execute(connection);
  });
  const changed = await db
    .selectFrom('audit_log')
    .where('action', '=', 'key.rotate')
    .orderBy('id')
    .select('id')
    .executeTakeFirstOrThrow();
  expect(await run('audit', 'verify')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`The audit log was changed: entry ${changed.id} was changed.`),
  });
  expect(await run('audit', 'verify', '--head', 'x')).toMatchObject({ code: 2 });
});

test('migrate prepares an empty database and namespace, and project create adds the first project', async () => {
  const empty = await freshDatabase({ migrated: false });
  try {
    const { TEMPORAL_ADDRESS: address = '' } = installation.env;
    const own = { DATABASE_URL: empty.url, TEMPORAL_NAMESPACE: await freshNamespace(address) };
    expect(await runWith(own, 'migrate')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Database: applied 0001-main, .*\nTemporal: registered BootreadyImageId, /),
    });
    expect(await runWith(own, 'migrate')).toMatchObject({
      code: 0,
      stdout: 'Database: up to date.\nTemporal: search attributes are registered.\n',
    });
    expect(await runWith(own, 'project', 'create', 'first')).toMatchObject({ code: 0, stderr: '' });
    expect(await createProjectStore(empty.as('api')).all()).toMatchObject([{ id: 'first', keyPrefix: 'first/' }]);
  } finally {
    await empty.drop();
  }
});
