import { createServer, type Server, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putCors } from '../../adapters/object-store/cors.ts';
import type { Diagnosis } from '../../cli/operate/doctor/dependency.ts';
import { freePort } from '../../dev/stack/service.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

type Answer = CliRun & { outcome: Diagnosis['outcome']; checks: Diagnosis[] };

async function askDoctor(env: Record<string, string>, ...args: string[]): Promise<Answer> {
  const run = await runCli(['--json', 'doctor', ...args], { env });
  return { ...run, ...(JSON.parse(run.stdout || '{"checks":[]}') as Pick<Answer, 'outcome' | 'checks'>) };
}
function brief(checks: readonly Diagnosis[], outcome: Diagnosis['outcome']) {
  return checks
    .filter((each) => each.outcome === outcome)
    .map(({ dependency, message, remedy }) => [dependency, message, remedy]);
}

const others = 'database,redis,temporal,object-store,notifications,api,oidc,scratch,targets,node';

describe('a sound installation', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation();
    await putCors(installation.s3, 'uploads', [installation.apiUrl]);
    const { env } = installation;
    await eventually(async () => (await askDoctor(env, '--only', 'temporal')).outcome === 'ok', {
      within: 240,
      what: 'a worker takes up runs',
    });
  });
  afterAll(() => installation?.close());

  const signIns = () => ({
    API_PUBLIC_URL: installation.apiUrl,
    OIDC_CLIENT_ID: 'portal',
    OIDC_ROLES: 'viewer=reader',
  });

  test('is called well, apart from what its host lacks; nothing is left behind, nothing is begun', async () => {
    const { env, db, s3 } = installation;
    // A project may well own all there is.
    expect((await runCli(['project', 'create', 'all', '--key-prefix', '.bootready-doctor/'], { env })).code).toBe(0);
    const { code, checks, outcome } = await askDoctor(env);
    expect(brief(checks, 'failed')).toEqual([]);
    // KVM, room and network drivers of QEMU are the host's.
    expect(
      brief(checks, 'warning').filter(([dependency]) => !['tools', 'scratch'].includes(dependency as string)),
    ).toEqual([]);
    expect(code).toBe(0);
    expect(outcome).not.toBe('failed');
    const well = new Set(checks.filter((each) => each.outcome === 'ok').map(({ dependency }) => dependency));
    expect([...well]).toEqual(
      expect.arrayContaining([...others.split(',').filter((name) => name !== 'scratch'), 'tools']),
    );

    for (const bucket of ['uploads', 'images']) {
      expect(await s3.listObjectsV2(bucket, '', true).toArray()).toEqual([]);
      expect(await s3.listIncompleteUploads(bucket, '', true).toArray()).toEqual([]);
    }
    const events = await eventually(
      async () => {
        const rows = await db.selectFrom('upload_events').selectAll().execute();
        return rows.length > 0 && rows.every((row) => row.settled_at) ? rows : undefined;
      },
      { within: 30, what: 'every notification is settled' },
    );
    for (const { key, outcome } of events) {
      expect({ key, outcome }).toEqual({ key: expect.stringMatching(/^\.bootready-doctor\//), outcome: 'ignored' });
    }
    expect(await db.selectFrom('images').selectAll().execute()).toEqual([]);
  });

  test('tells it in lines for people', async () => {
    const { code, stdout } = await runCli(['doctor', '--only', 'node, database'], { env: installation.env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {7}node {11}Node \d+\.\d+\.\d+\.\nok {7}database {7}Postgres \d+/);
    expect(stdout).toMatch(/\n\nEverything works\.\n$/);
  });

  test.each<{ name: string; change: () => Promise<Record<string, string>>; says: [string, RegExp, RegExp] }>([
    {
      name: 'a wrong secret of the store',
      change: async () => ({ S3_SECRET_KEY: 'wrong' }),
      says: ['object-store', /refuses our credentials/, /S3_SECRET_KEY/],
    },
    {
      name: 'an unknown access key',
      change: async () => ({ S3_ACCESS_KEY: 'nobody' }),
      says: ['object-store', /refuses our credentials/, /S3_ACCESS_KEY/],
    },
    {
      name: 'a store that is not there',
      change: async () => ({ S3_ENDPOINT: `http://127.0.0.1:${await freePort()}` }),
      says: ['object-store', /does not answer: nothing listens there/, /S3_ENDPOINT/],
    },
    {
      name: 'a bucket that is missing',
      change: async () => ({ IMAGES_BUCKET: 'nowhere' }),
      says: ['object-store', /no bucket "nowhere"/, /s3 mb s3:\/\/nowhere.*IMAGES_BUCKET/],
    },
    {
      name: 'a public endpoint that leads nowhere',
      change: async () => ({ S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${await freePort()}` }),
      says: ['object-store', /presigned URL.*nothing listens there/, /S3_PUBLIC_ENDPOINT/],
    },
    {
      name: 'Redis that is not there',
      change: async () => ({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
      says: ['redis', /does not answer: nothing listens there/, /REDIS_URL/],
    },
    {
      name: 'a wrong password of Redis',
      change: async () => ({ REDIS_URL: installation.env.REDIS_URL?.replace(/:[^:@]*@/, ':wrong@') ?? '' }),
      says: ['redis', /refuses the user or password/, /REDIS_URL/],
    },
    {
      name: 'Temporal that is not there',
      change: async () => ({ TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` }),
      says: ['temporal', /does not answer: nothing listens there/, /TEMPORAL_ADDRESS/],
    },
    {
      name: 'a namespace that Temporal does not know',
      change: async () => ({ TEMPORAL_NAMESPACE: 'nowhere' }),
      says: ['temporal', /no namespace "nowhere"/, /temporal operator namespace create --namespace nowhere/],
    },
    {
      name: 'a database that does not exist',
      change: async () => ({ DATABASE_URL: `${installation.env.DATABASE_URL}x` }),
      says: ['database', /does not exist/, /createdb/],
    },
    {
      name: 'a wrong password of the database',
      change: async () => ({ DATABASE_URL: installation.env.DATABASE_URL?.replace(/:[^:@]*@/, ':wrong@') ?? '' }),
      says: ['database', /password authentication failed/, /user and password/],
    },
    {
      name: 'an API that is not there',
      change: async () => ({ API_PORT: String(await freePort()) }),
      says: ['api', /does not answer.*nothing listens there/, /bootready api/],
    },
    {
      name: 'something else where the API should be',
      change: async () => ({ API_PUBLIC_URL: installation.env.S3_ENDPOINT ?? '' }),
      says: ['api', /.*/, /API_PUBLIC_URL/],
    },
    {
      name: 'an issuer of sign-ins that is not there',
      change: async () => ({ ...signIns(), OIDC_ISSUER: `http://127.0.0.1:${await freePort()}` }),
      says: ['oidc', /does not publish its metadata: nothing listens there/, /OIDC_ISSUER/],
    },
    {
      name: 'something else where the issuer should be',
      change: async () => ({ ...signIns(), OIDC_ISSUER: installation.apiUrl }),
      says: ['oidc', /does not publish its metadata/, /OIDC_ISSUER/],
    },
    {
      name: 'an issuer whose roles mean nothing',
      change: async () => ({ ...signIns(), OIDC_ISSUER: installation.apiUrl, OIDC_ROLES: '' }),
      says: ['oidc', /OIDC_ROLES is missing/, /OIDC_ROLES=/],
    },
    {
      name: 'a scratch folder that cannot be',
      change: async () => ({ SCRATCH_DIR: '/dev/null/scratch' }),
      says: ['scratch', /cannot be written/, /SCRATCH_DIR/],
    },
    {
      name: 'a target whose folder is not mounted',
      change: async () => ({ TARGETS: JSON.stringify({ shelf: { kind: 'directory', path: '/dev/null/shelf' } }) }),
      says: ['targets', /folder of target "shelf" does not exist/, /"path" of the target in TARGETS/],
    },
    {
      name: 'a target that nobody has described',
      change: async () => ({ DELIVER_TO: 'moon' }),
      says: ['targets', /DELIVER_TO names "moon"/, /Add it to TARGETS/],
    },
  ])('one thing broken, one failure with its remedy: $name', async ({ change, says }) => {
    const [dependency, message, remedy] = says;
    const { code, checks } = await askDoctor({ ...installation.env, ...(await change()) }, '--only', others);
    expect(brief(checks, 'failed')).toEqual([
      [dependency, expect.stringMatching(message), expect.stringMatching(remedy)],
    ]);
    expect(code).toBe(1);
  });

  test('a database that was never migrated', async () => {
    const bare = await freshDatabase({ migrated: false });
    try {
      const { checks } = await askDoctor(
        { ...installation.env, DATABASE_URL: bare.url },
        '--only',
        'database,notifications',
      );
      expect(brief(checks, 'failed')).toEqual([
        ['database', expect.stringContaining('0001-main'), 'Run: bootready migrate'],
      ]);
      expect(brief(checks, 'warning')).toEqual([
        ['notifications', expect.stringMatching(/could not be tested/), expect.anything()],
      ]);
    } finally {
      await bare.drop();
    }
  });

  test('a database that keeps no projects apart', async () => {
    const open = await freshDatabase();
    const failures = async () => {
      const { checks } = await askDoctor({ ...installation.env, DATABASE_URL: open.url }, '--only', 'database');
      return brief(checks, 'failed');
    };
    try {
      expect(await failures()).toEqual([]);
      await sql`alter table images disable row level security`.execute(open.db);
      expect(await failures()).toEqual([
        ['database', expect.stringMatching(/^Row-level security is not active/), expect.stringMatching(/nobypassrls/)],
      ]);
    } finally {
      await open.drop();
    }
  });

  test('no secret is printed, whatever is wrong', async () => {
    const { env } = installation;
    const { stdout, stderr } = await askDoctor({ ...env, TEMPORAL_NAMESPACE: 'nowhere' }, '--only', others);
    const secrets = [
      env.S3_SECRET_KEY,
      new URL(env.DATABASE_URL ?? '').password,
      new URL(env.REDIS_URL ?? '').password,
    ];
    // The password of the test's database is "test".
    for (const secret of secrets) if (secret && secret !== 'test') expect(stdout + stderr).not.toContain(secret);
    expect(stdout + stderr).not.toMatch(/:test@/);
  });
});

describe('an installation that works badly', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation({ events: false, roles: [] });
  });
  afterAll(() => installation?.close());

  test('warns of notifications that do not come, of missing workers, and of browsers that cannot upload', async () => {
    const { code, checks } = await askDoctor(installation.env, '--only', 'temporal,object-store,notifications');
    expect(brief(checks, 'failed')).toEqual([]);
    expect(brief(checks, 'warning')).toEqual([
      [
        'temporal',
        expect.stringMatching(/No worker processes runs/),
        expect.stringMatching(/bootready worker --steps/),
      ],
      ['object-store', expect.stringMatching(/Browsers cannot upload/), expect.stringMatching(/put-bucket-cors/)],
      [
        'notifications',
        expect.stringMatching(/No notification arrived.*the sweep.*3600 seconds/),
        expect.stringMatching(/events\/s3/),
      ],
    ]);
    expect(code).toBe(0);
  });

  test('the CORS rule that it advises is the one that is missing', async () => {
    await putCors(installation.s3, 'uploads', ['http://elsewhere.example']);
    const ask = () => askDoctor(installation.env, '--only', 'object-store');
    expect(brief((await ask()).checks, 'warning')).toHaveLength(1);
    await putCors(installation.s3, 'uploads', [installation.apiUrl]);
    expect(brief((await ask()).checks, 'warning')).toEqual([]);
  });

  test('a Redis that forgets', async () => {
    const client = new Redis(installation.env.REDIS_URL ?? '');
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.config('SET', 'appendonly', 'no');
    client.disconnect();
    const { checks } = await askDoctor(installation.env, '--only', 'redis');
    expect(brief(checks, 'failed')).toEqual([
      ['redis', expect.stringMatching(/allkeys-lru/), expect.stringMatching(/maxmemory-policy noeviction/)],
    ]);
    expect(brief(checks, 'warning')).toEqual([
      ['redis', expect.stringMatching(/append-only/), expect.stringMatching(/appendonly yes/)],
    ]);
  });
});

describe('servers that accept and say nothing', () => {
  let server: Server;
  let address: string;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    server = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('are told after their time, all at once, and the command ends', async () => {
    const env = {
      DATABASE_URL: `postgres://a:b@${address}/c`,
      REDIS_URL: `redis://${address}`,
      TEMPORAL_ADDRESS: address,
      S3_ENDPOINT: `http://${address}`,
      S3_ACCESS_KEY: 'a',
      S3_SECRET_KEY: 'b',
      EVENTS_SECRET: 'sixteen characters',
      API_PUBLIC_URL: `http://${address}`,
    };
    const begun = Date.now();
    const { code, checks } = await askDoctor(env, '--only', 'database,redis,temporal,object-store,api');
    expect(brief(checks, 'failed').map(([dependency]) => dependency)).toEqual([
      'database',
      'redis',
      'temporal',
      'object-store',
      'api',
    ]);
    expect(code).toBe(1);
    expect(Date.now() - begun).toBeLessThan(60_000);
  });
});

test('variables that are missing are told all at once', async () => {
  const { code, stderr } = await askDoctor({});
  expect(code).toBe(2);
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'EVENTS_SECRET']) {
    expect(stderr).toContain(name);
  }
});

test('a dependency that does not exist', async () => {
  const { code, stderr } = await askDoctor({}, '--only', 'redis,weather');
  expect(code).toBe(2);
  expect(stderr).toContain('weather');
  expect(stderr).toContain('object-store');
});
