/// <reference lib="dom" />
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { Client } from 'minio';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleVmdk } from '../../dev/main-job/sample-vmdk.ts';
import root from '../../package.json' with { type: 'json' };
import { type ImageDetail, ImageDetail as ImageDetailSchema } from '../../shared/contracts/api.ts';
import { newVisit, openBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { type Engine, startEngine } from './engine.ts';
import { type ComposeInstallation, openCompose } from './installation.ts';
import { buildStandIns, namedImages, standIns } from './stand-ins.ts';

/**
 * docker-compose.yml and the Dockerfile, really built and run by Docker's engine, as docs/operate.md says. The images of other projects are stand-ins
 * (stand-ins.ts). The tests build on each other.
 */

const image = `bootready:${root.version}`;
const apiUrl = 'http://127.0.0.1:8480';
const ours = ['api', 'worker', 'queue-worker'];

let engine: Engine;
let installation: ComposeInstallation;
let browser: Browser;
let sample: string;
let key: string;
let first: ImageDetail;

beforeAll(async () => {
  sample = await sampleVmdk(new AbortController().signal);
  engine = await startEngine();
  await buildStandIns(engine);
  installation = await openCompose(engine);
  await engine.docker('build', '--quiet', '--network', 'host', '-t', image, installation.folder);
  browser = await openBrowser();
}, 3_600_000);
afterAll(async () => {
  await browser?.close();
  await installation?.remove();
  await engine?.stop();
}, 300_000);

async function getJson(path: string): Promise<unknown> {
  const answer = await fetch(`${apiUrl}${path}`, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
async function findImage(name: string): Promise<ImageDetail | undefined> {
  const { images } = (await getJson(`/v1/images?${new URLSearchParams({ name })}`)) as { images: { id: string }[] };
  return images[0] && ImageDetailSchema.parse(await getJson(`/v1/images/${images[0].id}`));
}
/** Of the image, once its run has ended. */
function ended(name: string): Promise<ImageDetail> {
  return eventually(
    async () => {
      const found = await findImage(name);
      return found && ['active', 'killed'].includes(found.status) && found.runs[0]?.finishedAt ? found : undefined;
    },
    { within: 1500, what: `the run of ${name} ends`, every: 1000 },
  );
}

function expectPublished(found: ImageDetail): void {
  expect(found.status).toBe('active');
  const outcomes = Object.fromEntries((found.runs[0]?.findings ?? []).map(({ code, outcome }) => [code, outcome]));
  // The appliance has looked into it, and QEMU has started it: in sandboxes, inside of the container.
  expect(outcomes).toMatchObject({
    'virtio-block-initramfs': 'pass',
    'cloud-init-installed': 'pass',
    'boot-reached-cloud-init': 'pass',
  });
}

/** The identifiers of the namespaces of a process, and of all below it, as the host sees them. */
function namespacesBelow(pid: number): { name: string; user: string; net: string }[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, parent] = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(entry)]);
    } catch {
      // Gone meanwhile.
    }
  }
  const found: { name: string; user: string; net: string }[] = [];
  const walk = (at: number): void => {
    try {
      const link = (kind: string): string => readlinkSync(`/proc/${at}/ns/${kind}`);
      found.push({ name: basename(readlinkSync(`/proc/${at}/exe`)), user: link('user'), net: link('net') });
    } catch {
      // Gone meanwhile.
    }
    for (const child of children.get(at) ?? []) walk(child);
  };
  walk(pid);
  return found;
}

async function findPid(service: string): Promise<number> {
  const { id = '' } = (await installation.containers()).find((each) => each.service === service) ?? {};
  return Number(await engine.docker('inspect', '--format', '{{.State.Pid}}', id));
}

test('stand-ins have the names of the images that our files name', () => {
  const named = [...namedImages('docker-compose.yml'), ...namedImages('Dockerfile')];
  expect([...new Set(named.filter((name) => !name.startsWith('bootready:')))].sort()).toEqual(
    Object.keys(standIns).sort(),
  );
});

test('the image: its size, its user, its labels, its version', async () => {
  const [found] = JSON.parse(await engine.docker('inspect', image)) as {
    Size: number;
    Config: { User: string; Labels: Record<string, string>; Entrypoint: string[] };
  }[];
  expect(found?.Config.User).toBe('bootready');
  expect(found?.Config.Labels).toMatchObject({
    'org.opencontainers.image.title': 'bootready',
    'org.opencontainers.image.version': root.version,
  });
  console.log(`The image has ${((found?.Size ?? 0) / 1e9).toFixed(2)} GB.`);
  expect(found?.Size).toBeLessThan(1.9e9);
  const run = [
    'run',
    '--rm',
    '--read-only',
    '--network',
    'none',
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
  ];
  expect(await engine.docker(...run, image, '--version')).toBe(root.version);
  expect(await engine.docker(...run, '--entrypoint', 'id', image, '-u')).toBe('10001');
});

test('everything comes up by the commands of the documentation, and doctor is content', async () => {
  await installation.compose('up', '--detach');
  await installation.settled(240);
  await installation.compose('run', '--rm', '--no-deps', 'migrate', 'project', 'create', 'demo');
  key = await installation.compose(
    ...['run', '--rm', '--no-deps', 'migrate'],
    ...['key', 'create', '--project', 'demo', '--name', 'me', '--role', 'member'],
  );
  expect(key).toMatch(/^brk_/);
  // Not the address of the store for clients: that is this host, which containers do not reach by it.
  const questions = {
    api: ['api', 'database,redis,temporal,secrets'],
    'queue-worker': ['queues', 'database,redis,temporal,secrets'],
    worker: ['worker', 'database,temporal,object-store,tools,scratch'],
  } as const;
  for (const [service, [role, only]] of Object.entries(questions)) {
    const ask = ['node', 'cli/main.ts', 'doctor', '--role', role, '--only', only];
    const said = await installation.compose('exec', '-T', service, ...ask);
    expect(said).not.toContain('failed ');
  }
});

test('every process of ours: not root, no capabilities, a root that cannot be written, one program', async () => {
  for (const service of ours) {
    const pid = await findPid(service);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t10001\t10001/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    // tini, and what it waits for; the parsers of foreign bytes are Node's too.
    expect(new Set(namespacesBelow(pid).map(({ name }) => name))).toEqual(new Set(['tini', 'node']));
    await expect(installation.compose('exec', '-T', service, 'touch', '/opt/bootready/new')).rejects.toThrow(
      /Read-only file system/,
    );
  }
});

test('an upload by a plain S3 client is published, with inspection and start in sandboxes within the container', async () => {
  const s3 = new Client({
    endPoint: '127.0.0.1',
    port: 7070,
    useSSL: false,
    accessKey: installation.secret('s3-access-key'),
    secretKey: installation.secret('s3-secret-key'),
  });
  await s3.fPutObject('uploads', 'demo/debian.vmdk', sample, { 'x-amz-meta-name': 'By S3' });
  const worker = await findPid('worker');
  const own = { user: readlinkSync(`/proc/${worker}/ns/user`), net: readlinkSync(`/proc/${worker}/ns/net`) };
  // Not the machine that makes the appliance of the worker's own files, and is no sandbox's.
  await eventually(
    async () =>
      namespacesBelow(worker).find(
        ({ name, user, net }) => name.startsWith('qemu-system') && user !== own.user && net !== own.net,
      ),
    { within: 900, what: 'a machine runs in a sandbox of the worker', every: 500 },
  );
  first = await ended('By S3');
  expectPublished(first);
}, 1_800_000);

test('every service restarts, and says that it ended in order', async () => {
  for (const { service, state } of await installation.containers()) {
    if (state !== 'running') continue;
    await installation.compose('stop', service);
    const stopped = (await installation.containers()).find((each) => each.service === service);
    if (ours.includes(service)) {
      expect({ service, exitCode: stopped?.exitCode }).toEqual({ service, exitCode: 0 });
      expect(await installation.compose('logs', '--no-log-prefix', '--tail', '5', service)).toContain(
        '"msg":"stopped"',
      );
    }
    await installation.compose('start', service);
    await installation.settled(180);
  }
}, 1_800_000);

test('an upload by the portal in Chromium is published afterwards', async () => {
  const visit = await newVisit(browser, { baseURL: apiUrl });
  const { page } = visit;
  await page.goto('/images');
  await page.getByLabel('API-Schlüssel').fill(key);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByRole('link', { name: 'By S3' }).first().waitFor();
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
  await dialog.getByLabel('Name').fill('By portal');
  const choosing = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Datei auswählen' }).click();
  await (await choosing).setFiles(sample);
  await dialog.getByText(/^Erkannt: vmdk/i).waitFor();
  await dialog.getByRole('button', { name: 'Erstelle' }).click();
  await page
    .getByRole('region', { name: 'Uploads' })
    .getByText(/^Hochgeladen\./)
    .waitFor({ timeout: 300_000 });
  const image = await ended('By portal');
  expectPublished(image);
  expect(image.published?.sha256).toBe(first.published?.sha256);
  expect(visit.complaints).toEqual([]);
  await visit.context.close();
}, 1_800_000);

test('down and up: images, keys and secrets are as before, and the bytes are those of the report', async () => {
  await installation.compose('down');
  expect(await installation.containers()).toEqual([]);
  await installation.compose('up', '--detach');
  await installation.settled(240);
  const again = await findImage('By S3');
  expect(again?.published).toEqual(first.published);
  const answer = await fetch(`${apiUrl}/v1/images/${first.id}/download`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const hash = createHash('sha256');
  for await (const chunk of answer.body ?? []) hash.update(chunk);
  expect(hash.digest('hex')).toBe(first.published?.sha256);
}, 900_000);
