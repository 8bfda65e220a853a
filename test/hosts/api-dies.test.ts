/// <reference lib="dom" />
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { createApiClient } from '../../cli/client/api/api-client.ts';
import { toChanges } from '../../cli/client/look/follow.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import { steps } from '../../shared/contracts/step.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { isUnderWay } from '../../shared/status/under-way.ts';
import { newVisit, openBrowser, type Visit } from '../support/browser.ts';
import { noisyDisk } from '../support/cli-user.ts';
import { eventually } from '../support/eventually.ts';
import { startCli } from '../support/run-cli.ts';
import { tellFigure } from './figures.ts';
import { type HostsInstallation, type Placed, project, startOnHosts, untilPresent } from './installation.ts';

/** API processes die, one after the other, while an image is uploaded and watched through the proxy in front of them. */

let dir: string;
let on: HostsInstallation;
let browser: Browser;
let visit: Visit;
let key: string;
beforeAll(async () => {
  await buildPortal();
  dir = await mkdtemp(join(tmpdir(), 'api-dies-'));
  on = await startOnHosts({ workers: ['worker-1'] });
  const [host] = on.workers;
  if (!host) throw new Error('no host');
  await Promise.all([on.start('worker', host), on.start('queues', host)]);
  await untilPresent(on.servers, 1);
  const made = newApiKey();
  key = made.key;
  const { hash, hint } = made;
  await createApiKeyStore(on.servers.db).create({ projectId: project, name: 't', hash, hint, role: 'member' });
  browser = await openBrowser();
  visit = await newVisit(browser, { baseURL: on.front.url });
});
afterAll(async () => {
  await browser?.close();
  await on?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Ends the process with no warning, calls `meanwhile`, and starts it again behind the proxy. */
async function dies(api: Placed, meanwhile: () => Promise<unknown>): Promise<void> {
  api.service.kill();
  await api.service.gone;
  await meanwhile();
  api.service = await on.startApi(api);
  await eventually(async () => (await on.front.usable()).includes(api.host.name), {
    within: 30,
    what: 'the proxy has seen that it is back',
  });
}

test('an upload and whoever watches it go on when each API process dies in turn', async () => {
  const disk = await noisyDisk(join(dir, 'disk.raw'));
  const env = {
    HOME: dir,
    XDG_STATE_HOME: join(dir, 'state'),
    BOOTREADY_URL: on.front.url,
    BOOTREADY_API_KEY: key,
    NODE_COMPILE_CACHE: on.servers.env.NODE_COMPILE_CACHE ?? '',
  };
  const uploading = startCli(
    ['upload', disk, '--name', 'watched', '--policy', 'warn', '--bwlimit', '1M', '--parallel', '1'],
    { cwd: dir, env },
  );
  const api = createApiClient({ url: on.front.url, apiKey: key });
  const image = await eventually(async () => (await api.images({ name: 'watched' })).images[0], {
    within: 60,
    what: 'the upload has begun',
  });

  // Somebody looks at it in the portal, somebody by the command line, and we ourselves.
  const { page } = visit;
  let loads = 0;
  await page.goto(`/images/${image.id}`);
  await page.getByLabel('API-Schlüssel').fill(key);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByRole('heading', { name: 'watched', level: 1 }).waitFor();
  page.on('load', () => loads++);
  const watching = startCli(['watch', image.id], { cwd: dir, env });
  const stop = new AbortController();
  const seen: { at: number; done: string[] }[] = [];
  const seeing = (async () => {
    for await (const now of toChanges(api, image.id, stop.signal)) {
      const done = now.runs[0]?.steps.filter(({ status }) => status === 'done').map(({ step }) => step) ?? [];
      seen.push({ at: Date.now(), done });
      if (now.activity && !isUnderWay(now.activity.status)) return;
    }
  })();

  const blind: number[] = [];
  const seesAgain = async (): Promise<void> => {
    const diedAt = Date.now();
    await eventually(async () => (seen.at(-1)?.at ?? 0) > diedAt, { within: 60, what: 'the image is seen again' });
    blind.push(Date.now() - diedAt);
  };
  const partsSent = async (): Promise<number> => {
    for await (const { size } of on.servers.s3.listIncompleteUploads('uploads', `${project}/`, true)) return size;
    return 0;
  };
  for (const each of on.apis) {
    const before = await partsSent();
    await dies(each, async () => {
      await seesAgain();
      await eventually(async () => (await partsSent()) > before, { within: 60, what: 'the upload goes on' });
    });
  }
  expect(uploading.child.exitCode).toBeNull();

  await eventually(
    async () =>
      (await api.image(image.id)).runs[0]?.steps.some(({ step, status }) => step === 'inspect' && status === 'running'),
    { within: 240, what: 'the image is inspected' },
  );
  for (const each of on.apis) await dies(each, seesAgain);

  const [uploaded, watched] = await Promise.all([uploading.ended, watching.ended, seeing]);
  expect(uploaded.code).toBe(0);
  expect(watched.code).toBe(0);
  const told = steps.filter((step) => step !== 'boot-check').map((step) => [step, 1]);
  for (const { stderr } of [uploaded, watched]) {
    const lines = [...stderr.matchAll(/^ {2}(\S+) +done, /gm)].map(([, step]) => step);
    expect(
      Object.entries(Object.groupBy(lines, (step) => step ?? '')).map(([step, all]) => [step, all?.length]),
    ).toEqual(told);
  }
  expect(seen.at(-1)?.done).toEqual(told.map(([step]) => step));
  await page
    .getByText(/^Aktiv, (mit|nicht) /)
    .first()
    .waitFor();
  expect(loads).toBe(0);
  expect(visit.complaints).toEqual([]);
  const { db } = on.servers;
  expect(await db.selectFrom('publications').select('image_id').execute()).toEqual([{ image_id: image.id }]);
  expect(await db.selectFrom('runs').select('status').execute()).toEqual([{ status: 'published' }]);
  tellFigure('API processes that died', Object.fromEntries(blind.map((ms, index) => [`${index + 1}.`, ms])));
});
