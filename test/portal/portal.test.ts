import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import type { Image } from '../../shared/ports/image.ts';
import { expectAccessible, inBothThemes, picture, widerThanScreen } from '../support/browser.ts';
import type { Installation } from '../support/installation.ts';
import {
  activeImage,
  beginInspection,
  convertingImage,
  pastInspections,
  rejectedImage,
} from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** The portal as it was built, served by the API, in a real Chromium, against real Postgres, Redis, Temporal and object store. */

/** A guest that would like to be more than text. */
const hostileName = '<img src=x onerror=alert(1)>\u202egpj.exe';
const serialLog = 'Linux version 6.1.0\n<script>alert(1)</script>\n[  OK  ] Reached target cloud-init.target\n';

const targets = { shelf: { kind: 'directory', path: '/nonexistent/mount' } };
const portal = visitPortal({
  roles: ['queues', 'steps'],
  env: { TARGETS: JSON.stringify(targets), DELIVER_TO: 'shelf' },
});
const { enter, newKey } = portal;
let installation: Installation;
let page: Page;
const keys: Record<'member' | 'reader', string> = { member: '', reader: '' };
let images: Record<'active' | 'rejected' | 'converting', Image>;

beforeAll(async () => {
  ({ installation } = portal);
  await pastInspections(installation, [20, 22, 40, 90, 110, 130]);
  for (const role of ['member', 'reader'] as const) keys[role] = await newKey(role);
  images = {
    active: await activeImage(installation, portal.project, 'Debian 12', serialLog),
    rejected: await rejectedImage(installation, portal.project, hostileName),
    converting: await convertingImage(installation, portal.project, 'Ubuntu 24.04'),
  };
});
beforeEach(() => {
  ({ page } = portal);
});

function signIn(role: 'member' | 'reader' = 'member', path?: string): Promise<void> {
  return portal.signIn(keys[role], path);
}

describe('who is there', () => {
  test('signs in with a key, sees it nowhere again, and signs out', async () => {
    await page.goto('/images');
    await expectAccessible(page);
    await picture(page, 'sign-in-de');
    await page.getByLabel('API-Schlüssel').fill('brk_wrong');
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('alert').getByText('Dieser Schlüssel gilt nicht.').waitFor();
    await page.getByLabel('API-Schlüssel').fill(keys.member);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('heading', { name: 'Meine Images' }).waitFor();

    const [cookie] = await portal.visit.context.cookies();
    expect(cookie).toMatchObject({ name: 'bootready-on-this-machine', httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.value).not.toContain(keys.member);
    const kept = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(kept).not.toMatch(/br[ks]_/);

    await page.getByRole('button', { name: 'Abmelden' }).click();
    await page.getByLabel('API-Schlüssel').waitFor();
    await page.reload();
    await page.getByLabel('API-Schlüssel').waitFor();
  });

  test('is asked for the key again when the session is over', async () => {
    await signIn();
    await page.getByRole('link', { name: 'Debian 12' }).waitFor();
    await installation.db.deleteFrom('sessions').execute();
    await page.getByRole('link', { name: 'Debian 12' }).click();
    await page.getByLabel('API-Schlüssel').waitFor();
    await page.getByText('Ihre Sitzung ist abgelaufen.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('API-Schlüssel').fill(keys.member);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('heading', { name: 'Debian 12', level: 1 }).waitFor();
    // Whoever signs out knows that.
    await page.getByRole('button', { name: 'Abmelden' }).click();
    await page.getByLabel('API-Schlüssel').waitFor();
    expect(await page.getByText('Ihre Sitzung ist abgelaufen.').count()).toBe(0);
  });

  test('sees nothing of what the last user of the browser has read', async () => {
    const key = await newKey('member', 'next');
    await signIn();
    await page.getByRole('link', { name: 'Debian 12' }).waitFor();
    await installation.db.deleteFrom('sessions').execute();
    await page.getByRole('link', { name: 'Debian 12' }).click();
    // No list arrives any more: what is shown then is what was kept.
    await page.route(/\/v1\/images\?/, () => undefined);
    await page.getByLabel('API-Schlüssel').fill(key);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('link', { name: 'Meine Images' }).click();
    await page.getByRole('heading', { name: 'Meine Images' }).waitFor();
    expect(await page.getByRole('link', { name: 'Debian 12' }).count()).toBe(0);
  });

  test('finds nothing to change as a reader', async () => {
    await signIn('reader');
    await page.getByRole('link', { name: 'Debian 12' }).waitFor();
    expect(await page.getByRole('button', { name: 'Image hochladen' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Aktionen für Debian 12' }).click();
    expect(await page.getByRole('menuitem', { name: 'Löschen' }).isDisabled()).toBe(true);
    expect(await page.getByRole('menuitem', { name: 'Herunterladen' }).isEnabled()).toBe(true);
  });
});

describe('pages', () => {
  test('may load nothing inline and nothing from elsewhere; hashed files never change; only pages fall back', async () => {
    const ask = (path: string, accept: string) => fetch(installation.apiUrl + path, { headers: { accept } });
    const html = 'text/html,application/xhtml+xml';
    const index = await ask('/images/anything', html);
    const policy = index.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await index.text())?.[1] ?? '';
    const asset = await ask(script, '*/*');
    expect(asset.headers.get('content-encoding')).toMatch(/^(br|gzip)$/);
    expect([asset.status, asset.headers.get('cache-control'), asset.headers.get('x-content-type-options')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'nosniff',
    ]);
    expect(asset.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    // These are for pages. A picture of this kind is one, once somebody opens its address.
    const ofPages = ['content-security-policy', 'cross-origin-opener-policy', 'permissions-policy'];
    expect(ofPages.filter((name) => asset.headers.has(name))).toEqual([]);
    const pictures = (await readdir(join(import.meta.dirname, '../../portal/dist/assets'))).filter((name) =>
      name.endsWith('.svg'),
    );
    const picture = await ask(`/assets/${pictures[0]}`, html);
    expect([picture.status, ofPages.filter((name) => picture.headers.has(name))]).toEqual([200, ofPages]);
    for (const [path, accept] of [
      ['/v1/nothing', html],
      ['/assets/nothing.js', html],
      ['/images/anything', 'application/json'],
      ['/assets/../../../package.json', '*/*'],
    ] as const) {
      const answer = await ask(path, accept);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/json; charset=utf-8',
      ]);
    }
  });

  test('change their language at once, and remember it', async () => {
    await signIn();
    await page.getByRole('heading', { name: 'Meine Images' }).waitFor();
    let loads = 0;
    page.on('load', () => loads++);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'My images' }).waitFor();
    expect([loads, await page.getAttribute('html', 'lang')]).toEqual([0, 'en']);
    await page.goto(`/images/${images.rejected.id}`);
    await page.getByText('cloud-init is not installed').first().waitFor();
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByText('cloud-init ist nicht installiert').first().waitFor();
  });

  test('tell what is found, with guests’ text as text only', async () => {
    await signIn('member', `/images/${images.rejected.id}`);
    await page.getByRole('heading', { name: hostileName, exact: true }).waitFor();
    await page.getByText('Dieses Image wurde nicht veröffentlicht').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await expectAccessible(page);
    await page.goto(`/images/${images.active.id}`);
    await page.getByRole('button', { name: 'Konsolenprotokoll anzeigen' }).click();
    await page.getByText('<script>alert(1)</script>').waitFor();
    await page.getByRole('button', { name: /Prüfungen bestanden/ }).click();
    for (const [area, check] of [
      ['Datei', 'Format:'],
      ['cloud-init', 'cloud-init ist'],
      ['Starttest', 'cloud-init'],
    ] as const)
      await page.getByRole('region', { name: area, exact: true }).getByText(check).first().waitFor();
    expect(await page.locator('figure img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
    await expectAccessible(page);
  });

  test('tell where an image went, why it did not get there, and send it again', async () => {
    const deliveries = createDeliveryStore(installation.db);
    const order = await deliveries.order(images.active.id, 'shelf');
    const reason = { code: 'unavailable', message: 'The folder is full.', remedy: 'Give it more room.' };
    await deliveries.fail(order, reason);
    const step = () => page.getByRole('listitem').filter({ hasText: 'Weitergabe an shelf' });
    const again = () => step().getByRole('button', { name: 'Erneut weitergeben' });
    await signIn('reader', `/images/${images.active.id}`);
    await step().getByText('Fehlgeschlagen').waitFor();
    expect(await again().count()).toBe(0);
    await enter();
    ({ page } = portal);
    await signIn('member', `/images/${images.active.id}`);
    for (const text of ['Ein benötigter Dienst antwortet gerade nicht.', reason.message, reason.remedy]) {
      await step().getByText(text).waitFor();
    }
    await expectAccessible(page);
    await picture(page, 'delivery-failed');
    await again().click();
    // The worker has looked: what the target says now.
    await step().getByText('Den Ordner des Ziels „shelf“ gibt es nicht.').waitFor({ timeout: 60_000 });
    await step().getByText('Fehlgeschlagen').waitFor();
  });

  test('stop a delivery that is under way, and tell while it is cleared away', async () => {
    const deliveries = createDeliveryStore(installation.db);
    const order = await deliveries.order(images.active.id, 'shelf');
    await deliveries.begin(order, 'a worker');
    const step = () => page.getByRole('listitem').filter({ hasText: 'Weitergabe an shelf' });
    await signIn('member', `/images/${images.active.id}`);
    await step().getByRole('button', { name: 'Abbrechen' }).click();
    await step().getByText('Abgebrochen').waitFor();
    await step().getByText('Die unvollständige Kopie wird entfernt.').waitFor();
    expect(await step().getByRole('button').count()).toBe(0);
    await expectAccessible(page);
    await deliveries.cleared(order, undefined);
    await step().getByRole('button', { name: 'Erneut weitergeben' }).waitFor();
  });

  test('follow an image live', async () => {
    await signIn('member', `/images/${images.converting.id}`);
    await page.getByText('Wird konvertiert 62 %').waitFor();
    await installation.db.updateTable('run_steps').set({ percent: 71 }).where('status', '=', 'running').execute();
    await page.getByText('Wird konvertiert 71 %').waitFor();
    await page.goto('/images');
    await page.getByText('Wird konvertiert 71 %').waitFor();
    await installation.db.updateTable('run_steps').set({ percent: 62 }).where('status', '=', 'running').execute();
    await page.getByText('Wird konvertiert 62 %').waitFor();
  });

  test('say how long the inspection usually takes', async () => {
    await beginInspection(installation, images.converting, 15);
    await signIn('member', `/images/${images.converting.id}`);
    const inspection = page.getByRole('listitem').filter({ has: page.getByText('Prüfung', { exact: true }) });
    await inspection.getByText(/Läuft · 1\d s · meist 21 s bis 2 min/).waitFor();
    await installation.db
      .deleteFrom('run_steps')
      .where('step', '=', 'inspect')
      .where('status', '=', 'running')
      .execute();
  });

  test('are reached and used by keyboard alone', async () => {
    await page.goto('/images');
    await page.getByRole('heading', { name: 'Bei bootready anmelden' }).waitFor();
    await page.keyboard.type(keys.member);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Aktionen für Debian 12' }).focus();
    await page.keyboard.press('Enter');
    const focusedItem = page.locator('[role=menuitem]:focus');
    await focusedItem.getByText('Details').waitFor();
    await page.keyboard.press('ArrowDown');
    await focusedItem.getByText('Umbenennen').waitFor();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Image umbenennen' });
    await dialog.waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('[aria-label="Aktionen für Debian 12"]:focus').waitFor();
    // The context menu of the row, as this key asks for it everywhere.
    await page.getByRole('link', { name: 'Debian 12' }).focus();
    await page.keyboard.press('Shift+F10');
    await focusedItem.getByText('Details').waitFor();
  });
});

describe('the list', () => {
  test('keeps its filters in the address', async () => {
    await signIn('member', '/images?text=debian&status=active');
    await page.getByRole('link', { name: 'Debian 12' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.getByLabel('Nach Name filtern').fill('gibt es nicht');
    await page.getByRole('heading', { name: 'Kein Image gefunden' }).waitFor();
    expect(new URL(page.url()).searchParams.get('text')).toBe('gibt es nicht');
    await page.getByRole('button', { name: 'Filter zurücksetzen' }).last().click();
    await page.getByRole('link', { name: 'Ubuntu 24.04' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.getByRole('link', { name: 'Plattform-Images' }).click();
    await page.getByRole('heading', { name: 'Keine Plattform-Images' }).waitFor();
    await expectAccessible(page);
  });

  test('says what to do while it is empty', async () => {
    await portal.signIn(await newKey('member', 'empty'));
    await page.getByRole('heading', { name: 'Noch keine Images' }).waitFor();
    await expectAccessible(page);
    await picture(page, 'empty-de');
  });
});

describe('pictures', () => {
  test.each([
    ['de', 'wide'],
    ['en', 'wide'],
    ['de', 'narrow'],
  ] as const)(
    'in %s, %s, are made in light and dark, and accessible',
    async (language, width) => {
      await enter({
        viewport: width === 'wide' ? { width: 1280, height: 900 } : { width: 390, height: 844 },
        locale: language === 'de' ? 'de-DE' : 'en-GB',
      });
      ({ page } = portal);
      await page.goto('/images');
      await page.getByLabel(language === 'de' ? 'API-Schlüssel' : 'API key').fill(keys.member);
      await page.keyboard.press('Enter');
      const suffix = `${language}-${width}`;
      const look = async (name: string): Promise<void> => {
        await inBothThemes(page, () => expectAccessible(page));
        expect(await widerThanScreen(page)).toEqual([]);
        await picture(page, `${name}-${suffix}`);
      };
      await page.getByRole('link', { name: 'Debian 12' }).waitFor();
      await look('list');
      for (const [name, { id }] of Object.entries(images)) {
        await page.goto(`/images/${id}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await look(`detail-${name}`);
      }
    },
    240_000,
  );
});
