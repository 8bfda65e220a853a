import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { createApiClient } from '../../cli/client/api/api-client.ts';
import { startServer } from '../../dev/stack/service.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { tellFigure } from './figures.ts';
import { type HostsInstallation, project, startOnHosts } from './installation.ts';

/** Connections to Postgres whose other end has vanished without a word: nobody waits for it for hours. */

let on: HostsInstallation;
beforeAll(async () => {
  on = await startOnHosts({ workers: ['worker-1'] });
});
afterAll(() => on?.close());

test('a host that is cut off in a transaction keeps its locks for a minute', async () => {
  const { servers, workers } = on;
  const [host] = workers;
  if (!host) throw new Error('no host');
  const logFile = join(servers.home, 'hold-row.log');
  const [command = '', ...words] = [...host.by, process.execPath, 'test/hosts/hold-row.ts'];
  const holder = await startServer({
    name: 'who holds the row',
    command,
    args: [...words, servers.env.DATABASE_URL ?? '', project],
    cwd: join(import.meta.dirname, '../..'),
    logFile,
    ready: async () => (await readFile(logFile, 'utf8')).includes('held'),
  });
  await host.cut();
  const cutAt = Date.now();
  await servers.db.selectFrom('projects').where('id', '=', project).forUpdate().select('id').execute();
  const free = Date.now() - cutAt;
  holder.kill();
  await host.plugIn();
  tellFigure('locks of a host that was cut off', { free });
  expect(free).toBeLessThan(90_000);
}, 180_000);

test('an API whose connections to Postgres were forgotten shows changes again', async () => {
  const { servers, apis } = on;
  const [cut, other] = apis as [(typeof apis)[number], (typeof apis)[number]];
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(servers.db).create({ projectId: project, name: 't', hash, hint, role: 'member' });
  const makeClient = ({ host, port }: (typeof apis)[number]) =>
    createApiClient({ url: `http://${host.address}:${port}`, apiKey: key });
  const image = await makeClient(other).createImage({ name: 'first' });
  const names: string[] = [];
  let isOver = false;
  const streaming = (async () => {
    // As browsers do: a stream that ends is opened again.
    while (!isOver) {
      try {
        for await (const { name } of makeClient(cut).stream(image.id)) names.push(name);
      } catch {
        // It could not be opened.
      }
      await pause(500);
    }
  })();
  await eventually(async () => names.includes('first'), { within: 30, what: 'the stream has begun' });

  await cut.host.cut();
  await cut.host.forgetAt(Number(new URL(servers.env.DATABASE_URL ?? '').port));
  await cut.host.plugIn();
  const backAt = Date.now();
  await makeClient(other).changeImage(image.id, { name: 'second' });
  await eventually(async () => names.includes('second'), { within: 60, what: 'the stream shows the new name' });
  tellFigure('an API with a lost database', { shownAfter: Date.now() - backAt });
  isOver = true;
  cut.service.kill();
  await streaming;
}, 240_000);
