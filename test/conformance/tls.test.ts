import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openImageFeed } from '../../adapters/database/image-feed.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { createQueues } from '../../adapters/queues/bullmq.ts';
import { temporalTlsVariables, toConnectionOptions, toTemporalConfig } from '../../adapters/temporal/config.ts';
import { connectTemporal } from '../../adapters/temporal/connect.ts';
import { tlsTrouble } from '../../adapters/tls-trouble.ts';
import { startPostgres } from '../../dev/stack/postgres.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { freePort } from '../../dev/stack/service.ts';
import { type Authority, makeAuthority, type Pair } from '../support/certificates.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';
import { startTlsProxy } from '../support/tls-proxy.ts';

/** Real servers with certificates of our own: who is verified gets in, and everybody else hears what to do. */
let dir: string;
let ours: Authority;
let foreign: Authority;
let server: Pair;
let misnamed: Pair;
let client: Pair;
let stranger: Pair;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tls-'));
  undo.push(() => rm(dir, { recursive: true }));
  ours = await makeAuthority(dir, 'ours');
  foreign = await makeAuthority(dir, 'foreign');
  server = await ours.issue('server', 'DNS:temporal.internal,DNS:localhost,IP:127.0.0.1');
  misnamed = await ours.issue('misnamed', 'DNS:localhost,DNS:elsewhere.internal');
  client = await ours.issue('client', 'DNS:client');
  stranger = await foreign.issue('stranger', 'DNS:client');
  await Promise.all([server, misnamed].map(({ keyFile }) => chmod(keyFile, 0o600)));
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

/** What "bootready doctor" says of one dependency. */
async function diagnosis(only: string, env: Record<string, string>): Promise<string> {
  const run: CliRun = await runCli(['--json', 'doctor', '--only', only], {
    env: {
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      S3_ENDPOINT: 'http://127.0.0.1:1',
      S3_ACCESS_KEY: 'none',
      S3_SECRET_KEY: 'none',
      EVENTS_SECRET: 'none'.repeat(4),
      ...env,
    },
  });
  const { checks } = JSON.parse(run.stdout) as { checks: { outcome: string; message: string; remedy?: string }[] };
  return checks
    .filter(({ outcome }) => outcome !== 'warning')
    .map(({ outcome, message, remedy }) => `${outcome}: ${message} ${remedy ?? ''}`)
    .join('\n');
}

describe('Postgres', () => {
  let port: number;
  const url = (parameters: string, host = '127.0.0.1') =>
    `postgres://bootready:test@${host}:${port}/bootready${parameters}`;
  const start = async (name: string, pair: Pair): Promise<number> => {
    const at = await freePort();
    const settings = ['ssl=on', `ssl_cert_file=${pair.certFile}`, `ssl_key_file=${pair.keyFile}`];
    const service = await startPostgres({
      dataDir: join(dir, name),
      port: at,
      password: 'test',
      isFleeting: true,
      settings,
    });
    undo.push(() => service.stop());
    return at;
  };
  let misnamedPort: number;
  beforeAll(async () => {
    port = await start('postgres', server);
    misnamedPort = await start('postgres-misnamed', misnamed);
  });
  const isEncrypted = async (of: string): Promise<boolean | undefined> => {
    const { db, close } = openDatabase(of, { max: 1 });
    try {
      const { rows } = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(
        db,
      );
      return rows[0]?.ssl;
    } finally {
      await close();
    }
  };

  test.each(['?sslmode=verify-full&sslrootcert=', '?sslrootcert=', '?sslmode=require&sslrootcert='])(
    'with the right authority: %s',
    async (parameters) => {
      expect(await isEncrypted(url(`${parameters}${ours.certFile}`))).toBe(true);
      expect(await isEncrypted(url(`${parameters}${ours.certFile}`, 'localhost'))).toBe(true);
    },
  );

  test('without TLS only where nothing asks for it', async () => {
    expect(await isEncrypted(url(''))).toBe(false);
    expect(await isEncrypted(url(`?sslmode=disable&sslrootcert=${ours.certFile}`))).toBe(false);
  });

  test.each([
    ['another authority', () => url(`?sslrootcert=${foreign.certFile}`), /authority that is not trusted.*sslrootcert/],
    ['no authority named', () => url('?sslmode=verify-full'), /authority that is not trusted.*sslrootcert/],
    ['require verifies too', () => url('?sslmode=require'), /authority that is not trusted.*sslrootcert/],
    [
      'the certificate is for another name, of an address too',
      () => `postgres://bootready:test@127.0.0.1:${misnamedPort}/bootready?sslrootcert=${ours.certFile}`,
      /for another name.*DATABASE_URL/,
    ],
    ['a mode that verifies nothing', () => url('?sslmode=no-verify'), /sslmode=no-verify.*verify-full/],
    ['a mode that falls back', () => url('?sslmode=prefer'), /sslmode=prefer.*verify-full/],
    ['a file that is not there', () => url('?sslrootcert=/nowhere'), /sslrootcert.*cannot be read/],
    [
      'a server without TLS',
      () => `${inject('stack').databaseUrl}?sslmode=verify-full`,
      /does not speak TLS.*sslmode=disable/,
    ],
  ])('%s', async (_name, of, says) => {
    await expect(isEncrypted(of())).rejects.toThrow();
    expect(await diagnosis('database', { DATABASE_URL: of() })).toMatch(says);
  });

  test('the feed of images goes by the same rules', async () => {
    const feed = openImageFeed(url(`?sslrootcert=${ours.certFile}`));
    const heard = new Promise<void>((resolve) => feed.subscribeAll(() => resolve()));
    const { db, close } = openDatabase(url(''), { max: 1 });
    const calling = setInterval(() => void sql`notify image, 'x'`.execute(db), 50);
    try {
      await heard;
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_ssl s
        join pg_stat_activity a using (pid) where a.query = 'listen image' and s.ssl`.execute(db);
      expect(rows).toEqual([{ count: 1 }]);
    } finally {
      clearInterval(calling);
      await feed.close();
      await close();
    }
  });
});

describe('Redis', () => {
  let port: number;
  let misnamedPort: number;
  const start = async (name: string, pair: Pair): Promise<number> => {
    const tlsPort = await freePort();
    const service = await startRedis({
      dataDir: join(dir, name),
      port: await freePort(),
      password: 'test',
      settings: [
        ...[`tls-port ${tlsPort}`, `tls-cert-file ${pair.certFile}`, `tls-key-file ${pair.keyFile}`],
        ...[`tls-ca-cert-file ${ours.certFile}`, 'tls-auth-clients yes'],
      ],
    });
    undo.push(() => service.stop());
    return tlsPort;
  };
  beforeAll(async () => {
    port = await start('redis', server);
    misnamedPort = await start('redis-misnamed', misnamed);
  });
  const complete = (at = port) => ({
    REDIS_URL: `rediss://:test@127.0.0.1:${at}`,
    REDIS_TLS_CA: ours.cert,
    REDIS_TLS_CERT: client.cert,
    REDIS_TLS_KEY: client.key,
  });
  const without = (...names: string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(complete()).filter(([name]) => !names.includes(name)));

  test('with the right authority and certificate, from files too', async () => {
    const queues = createQueues(complete());
    try {
      expect(await queues.states()).toHaveLength(3);
    } finally {
      await queues.close();
    }
    const env = {
      REDIS_URL: complete().REDIS_URL,
      REDIS_TLS_CA_FILE: ours.certFile,
      REDIS_TLS_CERT_FILE: client.certFile,
      REDIS_TLS_KEY_FILE: client.keyFile,
    };
    expect(await diagnosis('redis', env)).toMatch(/^ok: Redis 7/);
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'another authority',
      () => ({ ...complete(), REDIS_TLS_CA: foreign.cert }),
      /authority that is not trusted.*REDIS_TLS_CA_FILE/,
    ],
    ['no authority named', () => without('REDIS_TLS_CA'), /authority that is not trusted.*REDIS_TLS_CA_FILE/],
    ['the certificate is for another name', () => complete(misnamedPort), /for another name.*REDIS_URL/],
    [
      'no certificate of ours',
      () => without('REDIS_TLS_CERT', 'REDIS_TLS_KEY'),
      /requires a client certificate.*REDIS_TLS_CERT_FILE/,
    ],
    [
      'a certificate of a stranger',
      () => ({ ...complete(), REDIS_TLS_CERT: stranger.cert, REDIS_TLS_KEY: stranger.key }),
      /does not accept the client certificate.*REDIS_TLS_CERT_FILE/,
    ],
    ['half a pair', () => without('REDIS_TLS_KEY'), /belong together/],
    ['variables of TLS for a URL without it', () => ({ ...complete(), REDIS_URL: 'redis://127.0.0.1:1' }), /rediss:/],
    ['a path where text is wanted', () => ({ ...complete(), REDIS_TLS_CA: ours.certFile }), /^$/],
  ])('%s', async (_name, env, says) => {
    if (says.source === '^$') {
      const run = await runCli(['doctor', '--only', 'redis'], { env: env() });
      expect(run.stderr).toMatch(/REDIS_TLS_CA: PEM text.*_FILE/);
      return;
    }
    expect(await diagnosis('redis', env())).toMatch(says);
  });
});

describe('Temporal', () => {
  const ends: Record<'mutual' | 'open' | 'misnamed', number> = { mutual: 0, open: 0, misnamed: 0 };
  beforeAll(async () => {
    const target = inject('stack').temporalAddress;
    const mutual = { requestCert: true, rejectUnauthorized: true, ca: ours.cert };
    const proxies = {
      mutual: await startTlsProxy(target, { ...server, ...mutual }),
      open: await startTlsProxy(target, { ...server }),
      misnamed: await startTlsProxy(target, { ...misnamed }),
    };
    for (const [name, proxy] of Object.entries(proxies)) {
      ends[name as keyof typeof ends] = proxy.port;
      undo.push(() => proxy.close());
    }
  });
  const complete = (end: keyof typeof ends = 'mutual') => ({
    TEMPORAL_ADDRESS: `127.0.0.1:${ends[end]}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TLS_CA: ours.cert,
    TEMPORAL_TLS_CERT: client.cert,
    TEMPORAL_TLS_KEY: client.key,
  });
  type Variables = Parameters<typeof toTemporalConfig>[0];
  const without = (names: readonly string[], of: Record<string, string> = complete()): Record<string, string> =>
    Object.fromEntries(Object.entries(of).filter(([name]) => !names.includes(name)));
  const half = ['TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY'];
  const config = (env: Record<string, string>) => toTemporalConfig(env as unknown as Variables);

  test.each<[string, () => Record<string, string>]>([
    ['mutually', () => complete()],
    ['the server only', () => without(half, complete('open'))],
    ['by the name of its certificate', () => ({ ...complete(), TEMPORAL_TLS_SERVER_NAME: 'temporal.internal' })],
  ])('with the right authority, client and worker: %s', async (_name, env) => {
    const temporal = connectTemporal(config(env()));
    try {
      const { namespaceInfo } = await temporal.workflowService.describeNamespace({ namespace: 'default' });
      expect(namespaceInfo?.name).toBe('default');
    } finally {
      await temporal.close();
    }
    const native = await NativeConnection.connect(toConnectionOptions(config(env())));
    await native.close();
    expect(await diagnosis('temporal', env())).toMatch(/^ok: Temporal at/m);
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'another authority',
      () => ({ ...complete(), TEMPORAL_TLS_CA: foreign.cert }),
      /authority that is not trusted.*TEMPORAL_TLS_CA_FILE/,
    ],
    ['no authority named', () => without(['TEMPORAL_TLS_CA']), /authority that is not trusted.*TEMPORAL_TLS_CA_FILE/],
    [
      'the certificate is for another name',
      () => without(half, complete('misnamed')),
      /for another name.*TEMPORAL_TLS_SERVER_NAME/,
    ],
    [
      'another name is asked for',
      () => ({ ...complete(), TEMPORAL_TLS_SERVER_NAME: 'other.internal' }),
      /for another name.*TEMPORAL_TLS_SERVER_NAME/,
    ],
    // Which of the two comes first, the alert or the end of the connection, is a matter of chance.
    [
      'no certificate of ours',
      () => without(half),
      /(requires a client certificate|closes the connection after the handshake).*TEMPORAL_TLS_CERT_FILE/,
    ],
    [
      'a certificate of a stranger',
      () => ({ ...complete(), TEMPORAL_TLS_CERT: stranger.cert, TEMPORAL_TLS_KEY: stranger.key }),
      /closes the connection.*TEMPORAL_TLS_CERT_FILE/,
    ],
    [
      'a server without TLS',
      () => ({ ...complete(), TEMPORAL_ADDRESS: inject('stack').temporalAddress }),
      /does not speak TLS.*TEMPORAL_TLS=false/,
    ],
  ])('%s: neither client nor worker gets in; worker and doctor say why', async (name, env, says) => {
    const temporal = connectTemporal(config(env()));
    const asked = temporal.withDeadline(Date.now() + 1500, () =>
      temporal.workflowService.describeNamespace({ namespace: 'default' }),
    );
    await expect(asked).rejects.toThrow();
    await temporal.close();
    const refused: unknown = await NativeConnection.connect(toConnectionOptions(config(env()))).then(
      () => 'got in',
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(Error);
    // Node's TLS closes on a stranger without a word; Temporal's own server (Go) sends an alert.
    if (!name.includes('stranger')) {
      const { reason, remedy } = tlsTrouble(refused, temporalTlsVariables) ?? { reason: String(refused), remedy: '' };
      expect(`${reason}. ${remedy}`).toMatch(says);
    }
    expect(await diagnosis('temporal', env())).toMatch(says);
  });

  test('an API key goes with each call, of client and worker', async () => {
    const seen: (string | undefined)[] = [];
    const fake = createSecureServer({ cert: server.cert, key: server.key });
    fake.on('stream', (stream, headers) => {
      seen.push(headers.authorization);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' }, { endStream: true });
    });
    const port = await freePort();
    await new Promise<void>((resolve) => fake.listen(port, '127.0.0.1', resolve));
    const keyed = config({
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_TLS_CA: ours.cert,
      TEMPORAL_API_KEY: 'the-key',
    });
    const temporal = connectTemporal(keyed);
    try {
      await expect(temporal.workflowService.describeNamespace({ namespace: 'default' })).rejects.toThrow();
      const byClient = seen.splice(0);
      await expect(NativeConnection.connect(toConnectionOptions(keyed))).rejects.toThrow();
      expect([new Set(byClient), new Set(seen)]).toEqual([new Set(['Bearer the-key']), new Set(['Bearer the-key'])]);
    } finally {
      await temporal.close();
      fake.close();
    }
  });

  test('what does not fit together is refused before anything is sent', () => {
    expect(() => config(without(['TEMPORAL_TLS_KEY']))).toThrow(/belong together/);
    const open = { TEMPORAL_ADDRESS: 'x', TEMPORAL_NAMESPACE: 'y', TEMPORAL_API_KEY: 'secret' };
    expect(() => toTemporalConfig({ ...open, TEMPORAL_TLS: false } as Variables)).toThrow(/TEMPORAL_API_KEY needs it/);
    expect(config(open)).toEqual({ address: 'x', namespace: 'y', tls: {}, apiKey: 'secret' });
    expect(config({ TEMPORAL_ADDRESS: 'x', TEMPORAL_NAMESPACE: 'y' })).toEqual({ address: 'x', namespace: 'y' });
  });
});
