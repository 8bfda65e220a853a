/// <reference lib="dom" />
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createEventStore } from '../../adapters/database/event-store.ts';
import type { Image } from '../../shared/ports/image.ts';
import { findEnglishOn } from '../support/page-texts.ts';
import { activeImage, convertingImage, rejectedImage, repairedImage, stuckImage } from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** Walks every page, dialog and refusal in German, and finds no English in it. */

const portal = visitPortal({
  roles: [],
  env: { TARGETS: JSON.stringify({ shelf: { kind: 'directory', path: '/mnt/shelf' } }), DELIVER_TO: 'shelf' },
});
let images: Record<'active' | 'rejected' | 'repaired' | 'fetched', Image>;
let folder: string;
let admin: string;

beforeAll(async () => {
  const { installation, project } = portal;
  const { db } = installation;
  folder = await mkdtemp(join(tmpdir(), 'german-'));
  admin = await portal.newKey('admin');
  const active = await activeImage(installation, project, 'Debian 12', 'Linux');
  const rejected = await rejectedImage(installation, project, 'Alma 9');
  await convertingImage(installation, project, 'Ubuntu 24.04');
  await stuckImage(installation, project, 'Fedora 41', 'The scratch space of the worker is full.');
  const downloads = createDownloadStore(db);
  const fetched = await downloads.create({
    projectId: project.id,
    name: 'Arch',
    settings: {},
    bucket: 'uploads',
    source: { url: 'http://mirror.example/arch.qcow2' },
  });
  await downloads.begin(fetched.id);
  await downloads.end(fetched.id, {
    code: 'invalid-input',
    message: 'There is no host mirror.example.',
    remedy: 'Check the address.',
  });
  const deliveries = createDeliveryStore(db);
  const order = await deliveries.order(active.id, 'shelf');
  await deliveries.fail(order, {
    code: 'not-found',
    message: 'The folder of target "shelf" does not exist.',
    remedy:
      'Mount or create it on every worker, or correct "path" of the target in TARGETS, then deliver the image again ("bootready deliver IMAGE --target NAME").',
  });
  const events = createEventStore(db);
  const [id] = await events.record('minio', [
    {
      fingerprint: 'one',
      eventName: 's3:ObjectCreated:Put',
      bucket: 'images',
      key: 'demo/a',
      versionId: null,
      etag: null,
      size: null,
      sequencer: null,
      raw: {},
    } as never,
  ]);
  if (id !== undefined) await events.settle(Number(id), 'ignored', 'bucket images is not the uploads bucket');
  images = { active, rejected, repaired: await repairedImage(installation, rejected), fetched };
});
afterAll(() => rm(folder, { recursive: true }));

/** @param ready a text that shows that the page is complete */
async function expectGerman(where: string, ready?: string): Promise<void> {
  const { page } = portal;
  if (ready !== undefined) await page.getByText(ready).first().waitFor();
  expect([where, await findEnglishOn(page)]).toEqual([where, []]);
}

test('who signs in, or cannot', async () => {
  const { page } = portal;
  await page.goto('/images');
  await expectGerman('sign-in', 'Bei bootready anmelden');
  await page.getByLabel('API-Schlüssel').fill('brk_wrong');
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await expectGerman('wrong key', 'Dieser Schlüssel gilt nicht.');
});

test('every page', async () => {
  await portal.signIn(admin);
  const { page } = portal;
  await expectGerman('list', 'Alma 9');
  const pages: readonly (readonly [path: string, ready: string])[] = [
    ['/images/shared', 'Keine freigegebenen Images'],
    ['/images/platform', 'Keine Plattform-Images'],
    [`/images/${images.active.id}`, 'Signierter Herkunftsnachweis'],
    [`/images/${images.rejected.id}`, 'cloud-init'],
    [`/images/${images.repaired.id}`, 'Im Original gefunden'],
    [`/images/${images.fetched.id}`, 'mirror.example'],
    ['/images/00000000-0000-4000-8000-000000000000', 'Image nicht gefunden'],
    ['/sessions', 'Dieser Browser'],
    ['/operations/runs', 'In den letzten 24 Stunden beendet'],
    ['/operations/notifications', 'ausgeblendet'],
    ['/operations/workers', 'Warteschlange'],
    ['/operations/quotas', 'demo'],
    ['/operations/families', 'Noch keine Plattform-Images und keine Quellen.'],
    ['/operations/keys', 'Zuletzt benutzt'],
    ['/operations/audit', 'Protokoll'],
    ['/webhooks', 'Noch keine Webhooks'],
    ['/nowhere', 'Seite nicht gefunden'],
  ];
  for (const [path, ready] of pages) {
    await page.goto(path);
    await expectGerman(path, ready);
    for (const fold of await page
      .getByRole('button', { name: /Prüfungen bestanden|Konsolenprotokoll anzeigen|Einblenden/ })
      .all())
      await fold.click();
    await expectGerman(`${path}, unfolded`);
  }
});

test('every dialog, and what it refuses', async () => {
  await portal.signIn(admin);
  const { page } = portal;
  const item = async (name: string, image = 'Debian 12'): Promise<void> => {
    await page.getByRole('button', { name: `Aktionen für ${image}`, exact: true }).click();
    await expectGerman('menu');
    await page.getByRole('menuitem', { name }).click();
    await page.getByRole('dialog').waitFor();
    await expectGerman(name);
  };
  const close = () => page.keyboard.press('Escape');
  for (const name of ['Umbenennen', 'Löschen', 'Zum Plattform-Image machen']) {
    await item(name);
    await close();
  }
  await item('Freigeben');
  await page.getByRole('dialog').getByLabel('Projekt').fill('demo');
  await page.getByRole('dialog').getByRole('button', { name: 'Freigeben' }).click();
  await expectGerman('shared with its own project', 'Das Image gehört diesem Projekt.');
  await close();
  await item('Eigenschaften');
  await page.getByRole('button', { name: 'Eigenschaft hinzufügen' }).click();
  await page.getByLabel('Name der Eigenschaft').last().fill('os_hash_algo');
  await page.getByLabel('Wert von os_hash_algo').fill('md5');
  await page.getByRole('button', { name: 'Speichern' }).click();
  await expectGerman('a property that is read-only', 'lässt sich nur lesen');
  await close();
  await item('Reparieren', 'Alma 9');
  await expectGerman('repair', 'Name des neuen Images');
  await close();

  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await expectGerman('upload');
  const choose = async (name: string, bytes: Buffer): Promise<void> => {
    await writeFile(join(folder, name), bytes);
    await page.locator('input[type=file]').setInputFiles(join(folder, name));
  };
  await choose('wahllos.raw', Buffer.alloc(2 * 1024 ** 2, 'wahllos'));
  await expectGerman('a file that is no image', 'Daten ohne bekannten Aufbau');
});

test('answers of the API, by Accept-Language', async () => {
  const { apiUrl } = portal.installation;
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    const headers = { 'accept-language': 'de', authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
    const { error } = (await (await fetch(`${apiUrl}${path}`, { headers, ...init })).json()) as {
      error: { message: string; remedy?: string };
    };
    return [error.message, error.remedy].filter(Boolean).join(' | ');
  };
  expect(await ask('/v1/nowhere')).toBe('Diese Adresse gibt es nicht. | GET /openapi.json nennt alle Adressen.');
  expect(await ask('/v1/images', { headers: { 'accept-language': 'de-DE,en;q=0.5' } })).toBe(
    'Die Anfrage enthält keinen API-Schlüssel. | Prüfen Sie den Schlüssel. Neue Schlüssel gibt Ihnen der Betreiber.',
  );
  expect(await ask('/v1/images', { method: 'POST', body: '{"name":""}' })).toMatch(
    /^Die Anfrage ist ungültig: name: Zu klein: .*\| Siehe GET \/openapi.json.$/,
  );
  expect(await ask('/v1/images', { headers: { authorization: `Bearer ${admin}x` } })).toBe(
    'The API key is invalid or has expired. | Send "Authorization: Bearer KEY". An operator creates keys with "bootready key create".',
  );
});
