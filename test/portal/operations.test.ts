/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createWorkerRegistry } from '../../adapters/database/worker-registry.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import {
  expectAccessible,
  inBothThemes,
  newVisit,
  openBrowser,
  picture,
  type Visit,
  widerThanScreen,
} from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { convertingImage, stuckImage } from '../support/portal-images.ts';

/** The page of operators as it was built, in a real Chromium, against a real installation. */

const hostileKey = 'demo/<img src=x onerror=alert(1)>.qcow2';
const GiB = 1024 ** 3;

let installation: Installation;
let browser: Browser;
const keys: Record<'admin' | 'member', string> = { admin: '', member: '' };
let visit: Visit;
let page: Page;

beforeAll(async () => {
  await buildPortal();
  installation = await startInstallation({ roles: ['queues'], env: { TEMPORAL_UI_URL: 'http://127.0.0.1:8233' } });
  const { db } = installation;
  const project = await createProjectStore(db).ensure({ id: 'demo' });
  for (const role of ['admin', 'member'] as const) {
    const { key, hash, hint } = newApiKey();
    keys[role] = key;
    await createApiKeyStore(db).create({ projectId: project.id, name: `key of ${role}`, hash, hint, role });
  }
  await convertingImage(installation, project, 'Ubuntu 24.04');
  await stuckImage(installation, project, 'Debian 12', 'The object store does not answer.');
  const worker = {
    host: 'node-1',
    version: '0.1.0',
    roles: ['steps' as const],
    tools: { 'qemu-img': 'qemu-img version 7.2.22' },
  };
  const registry = createWorkerRegistry(db);
  await registry.beat('worker-1', {
    ...worker,
    scratch: { free: 12 * GiB, size: 100 * GiB },
    slots: { count: 2, busy: 1, waiting: 0 },
    kvm: true,
  });
  await registry.beat('worker-2', { ...worker, host: 'node-2' });
  await db
    .updateTable('workers')
    .set({ seen_at: new Date(Date.now() - 600_000) })
    .where('id', '=', 'worker-2')
    .execute();
  const events = createEventStore(db);
  const [id] = await events.record('minio', [
    {
      fingerprint: 'hostile',
      eventName: 's3:ObjectCreated:Put',
      bucket: 'uploads',
      key: hostileKey,
      etag: null,
      versionId: null,
      sequencer: null,
      raw: {},
    },
  ]);
  await events.settle(id as number, 'ignored', 'a probe');
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});
beforeEach(async () => {
  visit = await newVisit(browser, { baseURL: installation.apiUrl });
  ({ page } = visit);
});
afterEach(async () => {
  await visit.context.close();
  expect(visit.complaints).toEqual([]);
});

async function signIn(role: 'admin' | 'member', path: string): Promise<void> {
  await page.goto(path);
  await page.getByLabel('API-Schlüssel').fill(keys[role]);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByRole('button', { name: 'Abmelden' }).waitFor();
}
function tab(name: string) {
  return page.getByRole('tab', { name }).click();
}

test('members have no such page', async () => {
  await signIn('member', '/operations');
  await page.getByText('Seite nicht gefunden').waitFor();
  expect(await page.getByRole('link', { name: 'Betrieb' }).count()).toBe(0);
});

test('runs are shown with their step, what is stuck with why', async () => {
  await signIn('admin', '/operations');
  const rows = page.getByRole('grid', { name: 'Durchläufe' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(2);
  const [stuck, converting] = await rows.allInnerTexts();
  expect(stuck).toContain('Debian 12');
  expect(stuck).toContain('Schlägt immer wieder fehl');
  expect(stuck).toContain('The object store does not answer.');
  expect(stuck).toContain('Versuch 4');
  expect(converting).toContain('Ubuntu 24.04');
  expect(converting).toMatch(/\d+ %/);
  await page.getByText('1 hängt').waitFor();
  const temporal = page.getByRole('link', { name: 'in Temporal' }).first();
  expect(await temporal.getAttribute('href')).toMatch(
    /^http:\/\/127\.0\.0\.1:8233\/namespaces\/[\w-]+\/workflows\/image-[0-9a-f-]+-run-\d+$/,
  );
  await expectAccessible(page);
  await picture(page, 'operations-runs-de');
  await page.getByRole('button', { name: 'Dunkle Darstellung' }).click();
  await expectAccessible(page);
});

test('workers are shown with what is left of their room; the dead one is marked', async () => {
  await signIn('admin', '/operations/workers');
  const rows = page.getByRole('grid', { name: 'Worker' }).locator('tbody tr');
  // The worker for queues is a real one.
  await expect.poll(() => rows.count()).toBe(3);
  const texts = await rows.allInnerTexts();
  expect(texts.find((text) => text.startsWith('worker-1'))).toMatch(
    /12,0 GiB von 100 GiB frei[\s\S]*1 von 2 belegt[\s\S]*mit KVM/,
  );
  expect(texts.find((text) => text.startsWith('worker-2'))).toContain('Ausgefallen');
  const queues = page.getByRole('grid', { name: 'Warteschlangen' }).locator('tbody tr');
  expect((await queues.allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual([
    'intake',
    'notify',
    'housekeeping',
  ]);
  await expectAccessible(page);
  await picture(page, 'operations-workers-de');
});

test('a notification is replayed by a button, and that stands in the audit log', async () => {
  // A sweep may have taken it up between its record and its end.
  await installation.db
    .updateTable('upload_events')
    .set({ outcome: 'ignored', detail: 'a probe' })
    .where('key', '=', hostileKey)
    .execute();
  await signIn('admin', '/operations');
  await tab('Benachrichtigungen');
  const row = page.getByRole('row').filter({ hasText: hostileKey });
  await page.getByText(/ausgeblendet/).waitFor();
  expect(await row.count()).toBe(0);
  await page.getByRole('button', { name: 'Einblenden' }).click();
  await row.getByText('Ignoriert').waitFor();
  await expectAccessible(page);
  await picture(page, 'operations-notifications-de');
  await row.getByRole('button').click();
  await page.getByText('Die Benachrichtigung wird erneut verarbeitet.').waitFor();
  // The real worker for queues has asked the store for the object.
  await eventually(
    async () => {
      const event = await installation.db
        .selectFrom('upload_events')
        .where('key', '=', hostileKey)
        .select(['outcome', 'detail', 'settled_at'])
        .executeTakeFirstOrThrow();
      return event.detail !== 'a probe';
    },
    { within: 60, what: 'it is taken up again' },
  );
  await tab('Protokoll');
  const entry = page.getByRole('grid', { name: 'Protokoll' }).locator('tbody tr').first();
  await entry.getByText('Benachrichtigung wiederholt').waitFor();
  expect(await entry.textContent()).toContain('key of admin');
  await page.getByLabel('Aktion').selectOption({ label: 'Projekt angelegt' });
  await expect.poll(() => page.getByRole('grid', { name: 'Protokoll' }).locator('tbody tr').count()).toBe(1);
  expect(await page.getByRole('link', { name: 'Exportieren' }).getAttribute('href')).toBe(
    '/v1/audit-log/export?action=project.create',
  );
  await expectAccessible(page);
  await picture(page, 'operations-audit-de');
});

test('notifications that nobody has settled are asked of the server, however many others came later', async () => {
  const events = createEventStore(installation.db);
  const notification = (key: string) => ({
    fingerprint: `inbox-${key}`,
    eventName: 's3:ObjectCreated:Put',
    bucket: 'uploads',
    key,
    etag: null,
    versionId: null,
    sequencer: null,
    raw: {},
  });
  await events.record('minio', [notification('demo/waits.qcow2')]);
  const later = await events.record(
    'minio',
    Array.from({ length: 60 }, (_, index) => notification(`demo/later-${index}.qcow2`)),
  );
  for (const id of later) await events.settle(id, 'ignored', 'x');
  await signIn('admin', '/operations/notifications');
  await page.getByRole('button', { name: 'Einblenden' }).click();
  await page
    .getByText(/^demo\/later-/)
    .first()
    .waitFor();
  expect(await page.getByText('demo/waits.qcow2').count()).toBe(0);
  await page.getByText('Nur offene').click();
  await page.getByText('demo/waits.qcow2').waitFor();
  expect(await page.getByText(/^demo\/later-/).count()).toBe(0);
});

test('quotas of all projects are shown with a bar, fullest first, and changed in a dialog', async () => {
  const projects = createProjectStore(installation.db);
  const full = await projects.ensure({ id: 'full', quota: { bytes: GiB, uploads: 2 } });
  await convertingImage(installation, full, 'half a GiB');
  await signIn('admin', '/operations/quotas');
  const rows = page.getByRole('grid', { name: 'Kontingente' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBeGreaterThan(1);
  const first = rows.first();
  expect(await first.textContent()).toMatch(/full\s*512 MiB von 1,0 GiB\s*50 %\s*1, unbegrenzt\s*0 von 2/);
  await expectAccessible(page);
  await picture(page, 'operations-quotas-de');
  await first.getByRole('button', { name: 'Kontingent von full ändern' }).click();
  const dialog = page.getByRole('dialog', { name: 'Kontingent von full' });
  expect(await dialog.getByLabel('Speicher (GiB)').inputValue()).toBe('1');
  await dialog.getByLabel('Speicher (GiB)').fill('viel');
  await dialog.getByText('Geben Sie eine Zahl über null ein').waitFor();
  expect(await dialog.getByRole('button', { name: 'Speichern' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Speicher (GiB)').fill('0,5');
  await dialog.getByLabel('Gleichzeitige Uploads').fill('');
  await expectAccessible(page);
  await picture(page, 'operations-quota-dialog-de');
  await dialog.getByRole('button', { name: 'Speichern' }).click();
  await page.getByText('Das Kontingent von full ist gespeichert.').waitFor();
  await first.getByText('512 MiB von 512 MiB').waitFor();
  expect((await projects.quota('full'))?.limits).toEqual({ bytes: GiB / 2, images: null, uploads: null });
  await page.getByLabel('Reihenfolge').selectOption({ label: 'Nach Projekt' });
  await expect.poll(() => first.textContent()).toContain('demo');
  expect(new URL(page.url()).search).toBe('?sort=project');
  await tab('Protokoll');
  const entry = page.getByRole('grid', { name: 'Protokoll' }).locator('tbody tr').first();
  await entry.getByText('Kontingent geändert').waitFor();
  expect(await entry.textContent()).toMatch(/Bytes: 536870912[\s\S]*Uploads: Standard/);
});

test('a page of quotas is an address', async () => {
  const projects = createProjectStore(installation.db);
  for (let number = 100; number < 160; number++) await projects.ensure({ id: `many-${number}` });
  await signIn('admin', '/operations/quotas?sort=project&page=2');
  const rows = page.getByRole('grid', { name: 'Kontingente' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBeGreaterThan(9);
  await page.getByText(/^51–\d+ von \d+$/).waitFor();
  expect(await page.getByRole('button', { name: 'Nächste Seite' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Vorherige Seite' }).click();
  await expect.poll(() => rows.count()).toBe(50);
  expect(new URL(page.url()).search).toBe('?sort=project');
});

test('a run whose object store is away says so, and goes on when it is back', async () => {
  await installation.upload('no-disk', Buffer.alloc(1024 ** 2));
  const open = () =>
    installation.db
      .selectFrom('images')
      .innerJoin('runs', 'runs.image_id', 'images.id')
      .where('images.upload_key', '=', 'demo/no-disk')
      .select('runs.id')
      .executeTakeFirst();
  await eventually(open, { within: 60, what: 'its run is there' });
  await installation.stopStore();
  await installation.start('steps');
  try {
    await signIn('admin', '/operations');
    const row = page.getByRole('row', { name: /no-disk/ });
    await row.getByText('Der Objektspeicher antwortet nicht', { exact: true }).waitFor({ timeout: 120_000 });
    await row.getByText('Der Objektspeicher antwortet nicht richtig.').waitFor();
    await picture(page, 'operations-store-away-de');
  } finally {
    await installation.startStore();
  }
  expect(await installation.ended('no-disk', 120)).toMatchObject({ status: 'rejected' });
});

test('keys are seen with their last use and revoked, and that stands in the audit log', async () => {
  const { db } = installation;
  const store = createApiKeyStore(db);
  const made = newApiKey();
  const { key, ...kept } = made;
  const project = { projectId: 'demo', role: 'member' as const };
  await store.create({ ...project, ...kept, name: '<b>leaked</b>' });
  const { key: _old, ...past } = newApiKey();
  await store.create({ ...project, ...past, name: 'long ago', expiresAt: new Date(Date.now() - 1000) });
  const works = async () =>
    (await fetch(`${installation.apiUrl}/v1/self`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await works()).toBe(200);
  await signIn('admin', '/operations/keys');
  const rows = page.getByRole('grid', { name: 'Schlüssel' }).locator('tbody tr');
  const leaked = rows.filter({ hasText: '<b>leaked</b>' });
  await leaked.getByText('Gültig').waitFor();
  expect(await leaked.textContent()).toContain(kept.hint);
  expect(await page.content()).not.toContain(key);
  expect(await rows.filter({ hasText: 'long ago' }).count()).toBe(0);
  await page.getByText(/^bootready key create/).waitFor();
  // What is above the table leads to what it counts.
  await page.getByRole('button', { name: /offenen? Benachrichtigungen/i }).click();
  await page.waitForURL('**/operations/notifications');
  await tab('Schlüssel');
  await expectAccessible(page);
  await leaked.getByRole('button', { name: '<b>leaked</b> von demo widerrufen' }).click();
  const dialog = page.getByRole('dialog', { name: 'Schlüssel widerrufen?' });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Widerrufen' }).click();
  await page.getByText('Der Schlüssel „<b>leaked</b>“ ist widerrufen.').waitFor();
  await leaked.waitFor({ state: 'detached' });
  expect(await works()).toBe(401);
  await page.getByLabel('Auch abgelaufene und widerrufene').check();
  await leaked.getByText('Widerrufen').waitFor();
  await rows.filter({ hasText: 'long ago' }).getByText('Abgelaufen').waitFor();
  expect(await leaked.getByRole('button').count()).toBe(0);
  await tab('Protokoll');
  const entry = page.getByRole('grid', { name: 'Protokoll' }).locator('tbody tr').first();
  await entry.getByText('Schlüssel widerrufen').waitFor();
  expect(await entry.textContent()).toContain('key of admin');
});

test.each([
  ['wide', 1280],
  ['narrow', 390],
] as const)(
  'pictures of every tab, %s, in light and dark, accessible',
  async (name, width) => {
    await page.setViewportSize({ width, height: 844 });
    await signIn('admin', '/operations');
    for (const tabName of ['runs', 'notifications', 'workers', 'quotas', 'keys', 'audit']) {
      await page.goto(`/operations/${tabName}`);
      await page.getByRole('grid').first().waitFor();
      // However many tabs there are: the chosen one is seen whole.
      await expect
        .poll(() =>
          page.locator('[role=tab][aria-selected=true]').evaluate((item) => {
            const [of, its] = [item.closest('ul') as Element, item].map((each) => each.getBoundingClientRect()) as [
              DOMRect,
              DOMRect,
            ];
            return its.left >= of.left - 1 && its.right <= of.right + 1;
          }),
        )
        .toBe(true);
      await inBothThemes(page, () => expectAccessible(page));
      expect(await widerThanScreen(page)).toEqual([]);
      await picture(page, `operations-${tabName}-de-${name}`);
    }
  },
  240_000,
);

test('in English, by the menu', async () => {
  await signIn('admin', '/images');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('link', { name: 'Operations' }).click();
  await page.getByRole('heading', { name: 'Operations' }).waitFor();
  await page
    .getByText(/Keeps failing|The worker is gone/)
    .first()
    .waitFor();
  await tab('Audit log');
  await page.getByRole('grid', { name: 'Audit log' }).waitFor();
  await picture(page, 'operations-audit-en');
});
