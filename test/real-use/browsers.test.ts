/// <reference lib="dom" />
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { putCors } from '../../adapters/object-store/cors.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { guestImages, packings } from '../support/guest-images.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type Engine, type EngineVisit, visitWith } from './browsers.ts';

/** The way of the product page in browsers of both engines, through a real installation. Starting the systems is left to test/e2e/portal-way.test.ts. */

/** Without KVM on a busy machine. */
const inspectionMs = 1_200_000;

let installation: Installation;
let folder: string;
let key: string;
let debian: string;
const packed = { good: '', 'no-cloud-init': '' };
beforeAll(async () => {
  await buildPortal();
  folder = await mkdtemp(join(tmpdir(), 'browsers-'));
  const images = await guestImages();
  debian = images.good;
  for (const variant of ['good', 'no-cloud-init'] as const) {
    packed[variant] = join(folder, `${variant}.qcow2`);
    packings.qcow2?.(images[variant], packed[variant]);
  }
  installation = await startInstallation({ roles: ['queues', 'steps'], env: { BOOT_CHECK: 'off' } });
  await putCors(installation.s3, 'uploads', [installation.apiUrl]);
  const { id } = await createProjectStore(installation.db).ensure({ id: 'demo' });
  const made = newApiKey();
  ({ key } = made);
  await createApiKeyStore(installation.db).create({ projectId: id, name: 'member', role: 'member', ...made });
});
afterAll(async () => {
  await installation?.close();
  await rm(folder, { recursive: true, force: true });
});

let visit: EngineVisit | undefined;
afterEach(async () => {
  const complaints = visit?.complaints;
  await visit?.close();
  visit = undefined;
  expect(complaints).toEqual([]);
});

async function computeSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

describe.each<Engine>(['Chromium', 'Firefox'])('in %s', { timeout: 1_800_000 }, (engine) => {
  let page: EngineVisit['page'];
  beforeEach(async () => {
    visit = await visitWith(engine);
    ({ page } = visit);
    page.setDefaultTimeout(120_000);
    await page.goto(`${installation.apiUrl}/images`);
    await named('button', 'Deutsch').click();
    await page.locator('#api-key').fill(key);
    await named('button', 'Anmelden').click();
    await named('button', 'Abmelden').wait();
  });

  const named = (role: 'button' | 'link', name: string) =>
    page.locator(`::-p-xpath(//${role === 'link' ? 'a' : role}[normalize-space()="${name}"])`);
  const text = (words: string) => page.locator(`::-p-text(${words})`);

  /** From the menu to the page of the image that the dialog has made. */
  async function upload(path: string, name: string): Promise<void> {
    await named('link', 'Meine Images').click();
    await named('button', 'Image hochladen').click();
    await page.locator('[role=dialog] input[type=text]').fill(name);
    const chooser = await page.waitForSelector('[role=dialog] input[type=file]');
    await (chooser as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
    await text('Erkannt: qcow2').wait();
    await named('button', 'Erstelle').click();
    await text('Hochgeladen.').setTimeout(300_000).wait();
    await page.locator('section[aria-label=Uploads] a').click();
    await page.locator(`h1 ::-p-text(${name})`).wait();
  }

  test('what a page throws or writes as an error is noticed', async () => {
    const { complaints } = visit as EngineVisit;
    await page.evaluate(() => {
      console.error('written on purpose');
      setTimeout(() => {
        throw new Error('thrown on purpose');
      });
    });
    await expect
      .poll(() => complaints.toSorted())
      .toEqual([expect.stringMatching(/^thrown: .*thrown on purpose/), 'written on purpose']);
    complaints.length = 0;
  });

  test('a Debian goes from the menu to “Aktiv”, and its bytes come back', async () => {
    const name = `debian-${engine}`;
    await upload(packed.good, name);
    await text('Aktiv, nicht gestartet').setTimeout(inspectionMs).wait();
    await named('button', 'Herunterladen').click();
    const { downloads } = visit as EngineVisit;
    // While it goes on, there is another file, or another name.
    const isThere = async (): Promise<boolean> => (await readdir(downloads)).join() === `${name}.raw`;
    await eventually(isThere, { within: 240, what: 'the download has ended', every: 500 });
    expect(await computeSha256(join(downloads, `${name}.raw`))).toBe(await computeSha256(debian));
  });

  test('what no cloud can use is refused, with the cause, the command and the repair', async () => {
    await upload(packed['no-cloud-init'], `shop-${engine}`);
    await text('Dieses Image wurde nicht veröffentlicht').setTimeout(inspectionMs).wait();
    await text('cloud-init ist nicht installiert').wait();
    await text('apt-get install cloud-init').wait();
    await named('button', 'Reparieren …').click();
    await text('Empfohlen').wait();
    await named('button', 'Abbrechen').click();
  });
});
