import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../adapters/database/open.ts';
import { locateSecret } from '../../adapters/database/webhook-secrets.ts';
import { createWebhookStore } from '../../adapters/database/webhook-store.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { makeSecretKeys, newSecretsKey } from '../../shared/secrets/secret-keys.ts';
import { freshDatabase } from '../support/database.ts';
import { loginUrl } from '../support/database-server.ts';
import { runCli } from '../support/run-cli.ts';
import { publishedImage, someProject } from '../support/samples.ts';

/** What lies in the table is encrypted, and stays readable through a rotation. */

const [former, newest] = [newSecretsKey(), newSecretsKey()] as const;
const url = 'http://127.0.0.1:9/hook';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  await database.db.deleteFrom('webhook_deliveries').execute();
  await database.db.deleteFrom('webhooks').execute();
  project = await someProject(database.db);
});

function storeWith(...keys: string[]) {
  return createWebhookStore(database.db, makeSecretKeys(keys));
}
function rows() {
  return database.db.selectFrom('webhooks').select(['id', 'secret']).orderBy('id').execute();
}
function make(keys: string[], count: number) {
  return Promise.all(
    Array.from({ length: count }, (_, n) =>
      storeWith(...keys).create({ projectId: project.id, url, secret: `whsec_number${n}` }),
    ),
  );
}
/** The secrets as whoever delivers gets them. */
async function readWith(...keys: string[]): Promise<string[]> {
  await publishedImage(database.db, project);
  const store = storeWith(...keys);
  const messages = await Promise.all((await store.relay()).map((id) => store.message(id)));
  return messages.map((each) => each?.webhook.secret ?? '').sort();
}
/** As an older version wrote it. */
function makeInClear(secret: string) {
  return database.db
    .insertInto('webhooks')
    .values({ project_id: project.id, url, secret })
    .returning('id')
    .executeTakeFirst();
}

test('a dump of the table shows no secret', async () => {
  await make([newest], 2);
  const dump = JSON.stringify(await database.db.selectFrom('webhooks').selectAll().execute());
  expect(dump).toContain(url);
  expect(dump).not.toMatch(/whsec|number0|number1/);
  expect(await readWith(newest)).toEqual(['whsec_number0', 'whsec_number1']);
});

function environment(): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    REDIS_URL: 'redis://127.0.0.1:9',
    EVENTS_SECRET: 'sixteen characters',
    S3_ENDPOINT: 'http://127.0.0.1:9',
    S3_ACCESS_KEY: 'a',
    S3_SECRET_KEY: 'b',
  };
}

test.each(['api', 'worker --queues', 'worker'])(
  'without a key "%s" does not start, and says what to do',
  async (command) => {
    const { code, stderr } = await runCli(command.split(' '), { env: environment() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/SECRETS_KEY is not set.*\n.*openssl rand -hex 32/);
  },
);

describe('rotating', () => {
  test('encrypts all with the newest key; then the former is not needed', async () => {
    // More than one page of them.
    await make([former], 103);
    await makeInClear('whsec_clear');
    const both = storeWith(newest, former);
    expect(await both.encryptAgain('outdated')).toEqual({ encrypted: 104, unreadable: [] });
    const [prefix] = makeSecretKeys([newest]).prefixes;
    for (const { secret } of await rows()) expect(secret.startsWith(prefix)).toBe(true);
    expect(await readWith(newest)).toContain('whsec_clear');
    expect(await both.encryptAgain('outdated')).toEqual({ encrypted: 0, unreadable: [] });
  });

  test('by several at once, and of what was done in part, encrypts each once', async () => {
    await make([former], 40);
    const [half] = await rows();
    const both = makeSecretKeys([newest, former]);
    const about = locateSecret(half?.id ?? '');
    const encrypted = both.encrypt(both.decrypt(half?.secret ?? '', about), about);
    await database.db
      .updateTable('webhooks')
      .set({ secret: encrypted })
      .where('id', '=', half?.id ?? '')
      .execute();
    const results = await Promise.all(
      Array.from({ length: 4 }, () => storeWith(newest, former).encryptAgain('outdated')),
    );
    expect(results.reduce((sum, each) => sum + each.encrypted, 0)).toBe(39);
    expect(await readWith(newest)).toHaveLength(40);
  });

  test('only of what lies in clear leaves the others alone: other processes may not know the newest key yet', async () => {
    await make([former], 1);
    await makeInClear('whsec_clear');
    expect(await storeWith(newest, former).encryptAgain('clear')).toEqual({ encrypted: 1, unreadable: [] });
    expect((await rows()).filter(({ secret }) => secret.startsWith('whsec_'))).toEqual([]);
    expect((await rows()).filter(({ secret }) => secret.startsWith(makeSecretKeys([former]).prefixes[0]))).toHaveLength(
      1,
    );
  });

  test('works with the rights of a worker for queues', async () => {
    await make([former], 2);
    await makeInClear('whsec_clear');
    const queues = openDatabase(loginUrl(database.url, 'queues'), { max: 1 });
    try {
      const store = createWebhookStore(queues.db, makeSecretKeys([newest, former]));
      expect(await store.encryptAgain('clear')).toEqual({ encrypted: 1, unreadable: [] });
      expect(await store.encryptAgain('outdated')).toEqual({ encrypted: 2, unreadable: [] });
    } finally {
      await queues.close();
    }
  });

  test('goes on after what it cannot open, and says what to do', async () => {
    await make([newSecretsKey()], 1);
    await make([former], 2);
    const { encrypted, unreadable } = await storeWith(newest, former).encryptAgain('outdated');
    expect(encrypted).toBe(2);
    expect(unreadable).toMatchObject([{ remedy: expect.stringContaining('Add that key to SECRETS_KEY') }]);
    await expect(readWith(newest)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  test('a secret that was copied to another row does not open there', async () => {
    await make([newest], 2);
    const [one, two] = await rows();
    await database.db
      .updateTable('webhooks')
      .set({ secret: one?.secret })
      .where('id', '=', two?.id ?? '')
      .execute();
    await expect(readWith(newest)).rejects.toMatchObject({ message: expect.stringContaining('copied') });
  });

  test('by the command', async () => {
    await make([former], 2);
    const env = environment();
    const ask = async (SECRETS_KEY: string) =>
      (await runCli(['doctor', '--only', 'secrets'], { env: { ...env, SECRETS_KEY } })).stdout;
    expect(await ask(newest)).toMatch(/encrypted with a key that is not in SECRETS_KEY: 2\./);
    expect(await ask(`${newest} ${former}`)).toMatch(/not encrypted with the newest key: 2\./);
    expect(await ask('')).toMatch(/SECRETS_KEY is not set here/);
    const rotate = (SECRETS_KEY: string) => runCli(['secrets', 'rotate'], { env: { ...env, SECRETS_KEY } });
    expect(await rotate(newest)).toMatchObject({ code: 1, stdout: expect.stringContaining('Keep all keys') });
    expect(await rotate(`${newest} ${former}`)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Encrypted 2 secrets/),
    });
    expect(await ask(newest)).toMatch(/Webhook secrets encrypted with the newest key: 2\./);
    expect(await rotate('')).toMatchObject({ code: 2, stderr: expect.stringContaining('openssl rand -hex 32') });
  });
});
