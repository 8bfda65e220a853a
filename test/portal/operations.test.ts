/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createWorkerRegistry } from '../../adapters/database/worker-registry.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import { newApiKey } from '../../shared/api-key.ts';
import { expectAccessible, newVisit, openBrowser, picture, type Visit } from '../support/browser.ts';
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
    ...{ scratch: { free: 12 * GiB, size: 100 * GiB }, slots: { count: 2, busy: 1, waiting: 0 }, kvm: true },
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
      ...{ fingerprint: 'hostile', eventName: 's3:ObjectCreated:Put', bucket: 'uploads', key: hostileKey, etag: null },
      ...{ versionId: null, sequencer: null, raw: {} },
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

const signIn = async (role: 'admin' | 'member', path: string): Promise<void> => {
  await page.goto(path);
  await page.getByLabel('API-Schlüssel').fill(keys[role]);
  await page.getByRole('button', { name: 'Anmelden' }).click();
  await page.getByRole('button', { name: 'Abmelden' }).waitFor();
};
const tab = (name: string) => page.getByRole('tab', { name }).click();

test('members have no such page', async () => {
  await signIn('member', '/operations');
  await page.getByText('Diese Seite gibt es nicht').waitFor();
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
  expect(converting).toMatch(/\d+%/);
  await page.getByText('1 hängen').waitFor();
  const temporal = page.getByRole('link', { name: 'in Temporal' }).first();
  expect(await temporal.getAttribute('href')).toMatch(/^http:\/\/127\.0\.0\.1:8233\/\?query=WorkflowId%3D%22image-/);
  await expectAccessible(page);
  await picture(page, 'operations-runs-de-light');
  await page.getByRole('button', { name: 'Dunkle Darstellung' }).click();
  await expectAccessible(page);
  await picture(page, 'operations-runs-de-dark');
});

test('workers are shown with what is left of their room; the dead one is marked', async () => {
  await signIn('admin', '/operations/workers');
  const rows = page.getByRole('grid', { name: 'Worker' }).locator('tbody tr');
  // The worker for queues is a real one.
  await expect.poll(() => rows.count()).toBe(3);
  const texts = await rows.allInnerTexts();
  expect(texts.find((text) => text.startsWith('worker-1'))).toMatch(
    /12,0 GiB von 100,0 GiB frei[\s\S]*1 von 2 belegt[\s\S]*mit KVM/,
  );
  expect(texts.find((text) => text.startsWith('worker-2'))).toContain('Weg');
  const queues = page.getByRole('grid', { name: 'Warteschlangen' }).locator('tbody tr');
  expect((await queues.allInnerTexts()).map((text) => text.split(/\s/)[0])).toEqual([
    'intake',
    'notify',
    'housekeeping',
  ]);
  await expectAccessible(page);
  await picture(page, 'operations-workers-de-light');
});

test('a notification is replayed by a button, and that stands in the audit log', async () => {
  await signIn('admin', '/operations');
  await tab('Benachrichtigungen');
  const row = page.getByRole('row').filter({ hasText: hostileKey });
  await row.getByText('Nicht beachtet').waitFor();
  await expectAccessible(page);
  await picture(page, 'operations-notifications-de-light');
  await row.getByRole('button').click();
  await page.getByText('Die Benachrichtigung wird noch einmal bearbeitet.').waitFor();
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
  await picture(page, 'operations-audit-de-light');
});

test('in English, by the menu', async () => {
  await signIn('admin', '/images');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('link', { name: 'Operations' }).click();
  await page.getByRole('heading', { name: 'Operations' }).waitFor();
  await page.getByText('Fails again and again').waitFor();
  await tab('Audit log');
  await page.getByRole('grid', { name: 'Audit log' }).waitFor();
  await picture(page, 'operations-audit-en-light');
});
