import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { lockDataDir } from './lock.ts';
import { choosePorts } from './ports.ts';
import { startProduct } from './product.ts';
import { freePortFrom, startServer } from './service.ts';
import { newState, Ports, readState, writeState } from './state.ts';

const ports = Ports.parse({ api: 1, s3: 2, temporal: 3, temporalUi: 4, postgres: 5, redis: 6 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the data folder', () => {
  test('serves one stack at a time', async () => {
    const { unlock } = await lockDataDir(folder);
    await expect(lockDataDir(folder)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    await unlock();
    await (await lockDataDir(folder)).unlock();
  });

  test('is free again when its stack was killed, even when the pid was given away since', async () => {
    writeFileSync(join(folder, 'lock'), `${process.pid} 1`);
    const { unlock } = await lockDataDir(folder);
    await unlock();
  });

  test('keeps secrets for its owner only, and knows them again', async () => {
    const state = newState(ports);
    await writeState(folder, state);
    expect(statSync(join(folder, 'stack.json')).mode & 0o777).toBe(0o600);
    expect(await readState(folder)).toEqual(state);
    expect(newState(ports).eventsSecret).not.toBe(state.eventsSecret);
  });

  test('says so when its secrets are damaged, rather than making others', async () => {
    await writeState(folder, newState(ports));
    const path = join(folder, 'stack.json');
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 50));
    await expect(readState(folder)).rejects.toMatchObject({ message: expect.stringContaining('damaged') });
  });
});

describe('ports', () => {
  let other: Server;
  let taken: number;
  beforeEach(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    taken = (other.address() as AddressInfo).port;
  });
  afterEach(() => new Promise((resolve) => other.close(resolve)));

  /** Below those that the system hands out, so that no other test gets one meanwhile. */
  const remembered = async (): Promise<Ports> => {
    const found: number[] = [];
    for (let port = 20_000 + randomInt(5000); found.length < 9; port = (found.at(-1) ?? port) + 1) {
      found.push(await freePortFrom(port, []));
    }
    const names = Object.keys(ports).filter((name) => name !== 'api');
    return Ports.parse({ api: taken, ...Object.fromEntries(names.map((name, index) => [name, found[index]])) });
  };

  test('that were remembered are asked for again, and the taken one is named', async () => {
    const choice = choosePorts({ remembered: await remembered(), replaceTaken: false }, () => undefined);
    await expect(choice).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(String(taken)) });
  });

  test('are chosen again with --new-ports where they are taken, and only there', async () => {
    const before = await remembered();
    const said: string[] = [];
    const after = await choosePorts({ remembered: before, replaceTaken: true }, (line) => said.push(line));
    expect(after).toEqual({ ...before, api: after.api });
    expect(after.api).not.toBe(taken);
    expect(said).toEqual([`Port ${taken} is taken by another program: the API gets ${after.api}.`]);
  });

  test('of metrics move aside, for no client knows them', async () => {
    const before = { ...(await remembered()), api: await freePortFrom(26_000, []), metricsSteps: taken };
    const said: string[] = [];
    const after = await choosePorts({ remembered: before, replaceTaken: false }, (line) => said.push(line));
    expect(after).toEqual({ ...before, metricsSteps: after.metricsSteps });
    expect(said.join()).toContain('the metrics of the worker for steps gets');
  });

  test('that a data folder of an older version lacks are those of the example for Prometheus', async () => {
    const { metricsApi, metricsSteps, metricsQueues, metricsTemporal, ...older } = ports;
    await writeState(folder, { ...newState(ports), ports: older as Ports });
    expect((await readState(folder))?.ports).toEqual(ports);
    const example = readFileSync(join(import.meta.dirname, '../../deploy/prometheus/prometheus.yml'), 'utf8');
    const targets = [...example.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
    expect(targets).toEqual([metricsApi, metricsSteps, metricsQueues, metricsTemporal]);
  });

  test('are not exchanged for others when the user asked for one', async () => {
    const choice = choosePorts({ apiPort: taken, replaceTaken: true }, () => undefined);
    await expect(choice).rejects.toMatchObject({ remedy: expect.stringContaining('--api-port') });
  });

  test('are given once each', async () => {
    const before = await remembered();
    const after = await choosePorts({ remembered: { ...before, api: before.s3 }, replaceTaken: true }, () => undefined);
    expect(new Set(Object.values(after)).size).toBe(10);
  });
});

describe('a server', () => {
  const server = (script: string) =>
    startServer({
      name: 'The server',
      command: 'sh',
      args: ['-c', script],
      logFile: join(folder, 'log'),
      ready: async () => readFileSync(join(folder, 'log'), 'utf8').includes('ready'),
      graceSeconds: 1,
    });

  test('that ends at its start is reported with its last words', async () => {
    await expect(server('echo the disk is gone >&2; exit 4')).rejects.toMatchObject({
      message: 'The server did not start: exit code 4: the disk is gone',
      remedy: `See ${join(folder, 'log')}.`,
    });
  });

  test('that ends later says how', async () => {
    const { gone } = await server('echo ready; sleep 0.3; echo out of memory; exit 5');
    expect(await gone).toBe('exit code 5: ready | out of memory');
  });

  test('that does not want to end is killed after its time of grace', async () => {
    const { gone, stop } = await server("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    await stop();
    expect(await gone).toBe('by SIGKILL');
  });
});

test('a child that is tied to a process ends with it, even when the process is killed', async () => {
  const service = pathToFileURL(join(import.meta.dirname, 'service.ts')).href;
  const script = `import { spawn } from 'node:child_process';
    import { tieToUs } from '${service}';
    console.log(spawn(...tieToUs('sleep', ['60']), { detached: true }).pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(parent.stdout, 'data')).map(Number);
  const command = (): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  const when = (what: string, ask: () => boolean) => eventually(async () => ask(), { within: 20, what, every: 20 });
  await when('it runs', () => command().startsWith('sleep'));
  parent.kill('SIGKILL');
  await when('it is gone', () => command() === '');
});

test('a process of the product that dies is reported and started again', async () => {
  const said: string[] = [];
  const service = await startProduct({
    name: 'The API',
    args: ['no-such-command'],
    env: {},
    logFile: join(folder, 'log'),
    say: (line) => said.push(line),
  });
  await eventually(() => Promise.resolve(said.length >= 2), { within: 30, what: 'it has died twice' });
  await service.stop();
  expect(said[0]).toMatch(/^The API ended unexpectedly \(exit code 2: .*\); it is started again in 1\.0 s\./);
  expect(said[1]).toContain('again in 2.0 s');
});
