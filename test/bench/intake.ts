import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'minio';
import { grantRights } from '../../adapters/database/grant-rights.ts';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { startPostgres } from '../../dev/stack/postgres.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { freePort, tieToUs } from '../../dev/stack/service.ts';
import { newSecretsKey } from '../../shared/secrets/secret-keys.ts';

/**
 * How many storage notifications one API process takes in, each in a request of its own and acknowledged when it is on disk: `npm run bench:intake -- [--seconds 20]
 * [--senders 64]`. Postgres, Redis and the senders are on the first processor, the API alone on the second. Prints the rate, what an event costs the API in CPU time,
 * and how long a sender waits. The events are about objects that do not exist. `--settle 1000`: then so many more, and what all processes together spend on each until it is settled.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    senders: { type: 'string', default: '64' },
    settle: { type: 'string' },
  },
});
const seconds = Math.min(120, Number(values.seconds));
const root = join(import.meta.dirname, '../..');
const secret = randomUUID();
function openS3(endpoint: string) {
  return { endPoint: '127.0.0.1', port: Number(new URL(endpoint).port), useSSL: false };
}

const ticks = 100;
/** Of a process and all that it has started, user and system: proc(5). */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .split(' ')
    .filter((each) => each !== '');
  const theirs = await Promise.all(children.map((child) => cpuSeconds(Number(child))));
  return (Number(fields[11]) + Number(fields[12])) / ticks + theirs.reduce((sum, each) => sum + each, 0);
}

const home = await mkdtemp(join(tmpdir(), 'bench-intake-'));
const undo: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
try {
  const postgres = await startPostgres({ dataDir: join(home, 'postgres'), port: await freePort(), password: 'bench' });
  undo.push(postgres.stop);
  await mkdir(join(home, 'redis'));
  const redis = await startRedis({ dataDir: join(home, 'redis'), port: await freePort(), password: 'bench' });
  undo.push(redis.stop);
  const store = await startObjectStore({
    dataDir: join(home, 'store'),
    port: await freePort(),
    accessKey: 'nobody',
    secretKey: 'nobody-nobody',
  });
  undo.push(store.stop);
  const s3 = new Client({ ...openS3(store.endpoint), accessKey: 'nobody', secretKey: 'nobody-nobody' });
  for (const bucket of ['uploads', 'images']) await s3.makeBucket(bucket);
  const database = openDatabase(postgres.url);
  await migrateToLatest(database.db);
  await grantRights(database.db);
  for (let number = 1; number <= 50; number++) await createProjectStore(database.db).ensure({ id: `p-${number}` });

  const port = await freePort();
  const plenty = '1000000000';
  const product = (processor: string, ...args: string[]) => {
    const child = spawn(...tieToUs('taskset', ['-c', processor, process.execPath, 'cli/main.ts', ...args]), {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? '',
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        API_PORT: `${port}`,
        S3_ENDPOINT: store.endpoint,
        S3_ACCESS_KEY: 'nobody',
        S3_SECRET_KEY: 'nobody-nobody',
        EVENTS_SECRET: secret,
        SECRETS_KEY: newSecretsKey(),
        LOG_LEVEL: 'warn',
        RATE_PER_ADDRESS: plenty,
        RATE_PER_KEY: plenty,
        RATE_PER_PROJECT: plenty,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    undo.push(async () => child.kill());
    return child.pid ?? 0;
  };
  const pid = product('1', 'api');
  const agent = new Agent({ keepAlive: true, maxSockets: Number(values.senders) });
  const send = (number: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const key = `p-${1 + (number % 50)}/${randomUUID()}.qcow2`;
      const record = {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventTime: new Date().toISOString(),
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'uploads' }, object: { key, size: 1024, eTag: randomUUID(), sequencer: '1A' } },
      };
      const body = JSON.stringify({ Records: [record] });
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      const asked = request(
        { host: '127.0.0.1', port, path: '/events/s3/bench', method: 'POST', agent, headers },
        (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode ?? 0));
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
  for (let tries = 0; ; tries++) {
    if ((await send(0).catch(() => 0)) === 200) break;
    if (tries > 300) throw new Error('The API does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  let [sent, number] = [0, 0];
  const waits: number[] = [];
  const run = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now();
      const status = await send(number++);
      if (status !== 200) throw new Error(`an event was answered with ${status}`);
      sent++;
      waits.push(performance.now() - begun);
    }
  };
  const storm = (length: number) =>
    Promise.all(Array.from({ length: Number(values.senders) }, () => run(performance.now() + length * 1000)));
  // Compiled and connected.
  await storm(3);
  [sent, waits.length] = [0, 0];
  const [begun, before] = [performance.now(), await cpuSeconds(pid)];
  await storm(seconds);
  const [took, cpu] = [(performance.now() - begun) / 1000, (await cpuSeconds(pid)) - before];
  const { count } = await database.db
    .selectFrom('upload_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  waits.sort((a, b) => a - b);
  const at = (q: number): string => (waits[Math.floor(waits.length * q)] ?? 0).toFixed(1);
  console.log(`${sent} events in ${took.toFixed(1)} s: ${(sent / took).toFixed(0)} a second; ${count} rows in all`);
  console.log(
    `CPU of the API: ${((cpu / sent) * 1000).toFixed(3)} ms an event, so ${(sent / cpu).toFixed(0)} a second of a whole processor`,
  );
  console.log(`a sender waits: median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  if (values.settle) {
    // What came before is nobody's business here.
    await database.db.updateTable('upload_events').set({ settled_at: new Date(), outcome: 'ignored' }).execute();
    const queues = product('0', 'worker', '--queues');
    const processes = [queues, pid, ...[postgres, redis, store].flatMap((service) => service.pid ?? [])];
    const spent = async (): Promise<number> =>
      (await Promise.all(processes.map(cpuSeconds))).reduce((sum, each) => sum + each, 0);
    const open = async (): Promise<number> => {
      const found = await database.db
        .selectFrom('upload_events')
        .where('settled_at', 'is', null)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return found.count;
    };
    const pause = (length: number) => new Promise((resolve) => setTimeout(resolve, length));
    /** Jobs of the storm are looked at once and found settled; after that nothing is left but what is told now. */
    const quiet = async (): Promise<void> => {
      for (let last = await spent(); ; last = await spent()) {
        await pause(3000);
        if ((await spent()) - last < 0.5) return;
      }
    };
    await pause(5000);
    await quiet();
    const [start, idle] = [performance.now(), await spent()];
    await pause(10_000);
    const idling = ((await spent()) - idle) / ((performance.now() - start) / 1000);
    const [from, most] = [await spent(), Number(values.settle)];
    const first = performance.now();
    for (let told = 0; told < most; told += 16) await Promise.all(Array.from({ length: 16 }, () => send(number++)));
    while ((await open()) > 0) await pause(200);
    const took = (performance.now() - first) / 1000;
    const cost = (await spent()) - from - idling * took;
    console.log(
      `${most} told and settled in ${took.toFixed(1)} s: ${((cost / most) * 1000).toFixed(2)} ms CPU each, all processes together`,
    );
  }
  await database.close();
} finally {
  for (const step of undo.reverse()) await step();
}
