/// <reference lib="dom" />
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { makePublicPem, readPublicKeys, readSigningKey } from '../../shared/provenance/keys.ts';
import { verifyProvenance } from '../../shared/provenance/verify.ts';
import { expectAccessible, picture } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { guestImages } from '../support/guest-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/**
 * The way of the product page, in German, with a real Debian through a real installation: from the menu to "Löschen". The browser sends
 * every byte of a raw disk, the pages that follow it are never loaded again.
 */

const portal = visitPortal({ roles: ['queues', 'steps'], env: { BOOT_CHECK: 'require' } });

let debian: string;
beforeAll(async () => {
  debian = (await guestImages()).good;
});

async function computeSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The steps that the timeline has shown as running, each with the highest percentage; kept by the page itself. */
function watchTimeline(page: Page): Promise<void> {
  return page.evaluate(() => {
    const seen: Record<string, number> = {};
    const look = (): void => {
      const entry = document.querySelector('.timeline-entry[aria-current=step]');
      const title = entry?.querySelector('strong')?.textContent;
      if (!title) return;
      const percent = Number.parseInt(
        entry?.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ?? '',
        10,
      );
      seen[title] = Math.max(seen[title] ?? 0, percent || 0);
    };
    new MutationObserver(look).observe(document.body, {
      childList: true,
      subtree: true,
      characterData: true,
      attributes: true,
    });
    look();
    Object.assign(window, { seenSteps: seen });
  });
}
function seenSteps(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => (window as unknown as { seenSteps: Record<string, number> }).seenSteps);
}

async function listObjects(bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { name } of portal.installation.s3.listObjectsV2(bucket, prefix, true)) keys.push(name as string);
  return keys;
}

test('a Debian goes from the menu to “Aktiv”, is seen, named, told its needs, fetched, and deleted', async () => {
  await portal.signIn(await portal.newKey('member'), '/images/platform');
  const { page } = portal;
  page.setDefaultTimeout(60_000);
  let loads = 0;
  page.on('load', () => loads++);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'GET') asked.push(new URL(request.url()).pathname);
  });

  // 1. The menu.
  const menu = page.getByRole('navigation', { name: 'Navigation' });
  await menu.getByRole('link', { name: 'Images', exact: true }).click();
  await menu.getByRole('link', { name: 'Plattform-Images' }).waitFor();
  await menu.getByRole('link', { name: 'Meine Images' }).click();
  await page.getByRole('heading', { name: 'Noch keine Images' }).waitFor();
  await picture(page, 'way-1-empty');

  // 2. and 3. The button, the name, the file, "Erstelle".
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
  await dialog.getByLabel('Name').fill('Debian-10');
  const choosing = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Datei auswählen' }).click();
  await (await choosing).setFiles(debian);
  await dialog.getByText(/^Erkannt: raw/).waitFor();
  await picture(page, 'way-2-dialog');
  await dialog.getByRole('button', { name: 'Erstelle' }).click();
  const dock = page.getByRole('region', { name: 'Uploads' });
  await dock.getByText(/iB von [\d.,]+ [MG]iB · [\d,]+ [KMG]iB\/s, noch/).waitFor();
  await picture(page, 'way-3-uploading');
  await dock.getByText('Hochgeladen.').waitFor({ timeout: 300_000 });

  // Watched, by what the server sends alone.
  await dock.getByRole('link', { name: 'Debian-10' }).click();
  await page.getByRole('heading', { name: 'Debian-10', level: 1 }).waitFor();
  await watchTimeline(page);
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  await dock.getByRole('button', { name: 'Debian-10 aus dieser Liste entfernen' }).click();
  const running = page.locator('.timeline-entry[aria-current=step]');
  await running.filter({ hasText: 'Starttest' }).waitFor({ timeout: 600_000 });
  await picture(page, 'way-4-watched');
  await page.getByText('Aktiv', { exact: true }).waitFor({ timeout: 800_000 });
  const steps = await seenSteps(page);
  expect(Object.keys(steps)).toEqual(
    expect.arrayContaining(['Konvertierung', 'Prüfung', 'Starttest', 'Veröffentlichung']),
  );
  expect(Math.max(...Object.values(steps))).toBeGreaterThan(0);
  expect(loads).toBe(0);
  expect(asked.filter((path) => path === `/v1/images/${id}`).length).toBeLessThan(5);

  // What was found.
  const timeline = page.getByRole('list', { name: 'Verlauf' }).getByRole('listitem');
  expect(await timeline.count()).toBe(5);
  // What is published is active before its step has ended.
  await expect.poll(() => timeline.filter({ hasText: /Fertig · [\d,]+/ }).count(), { timeout: 60_000 }).toBe(5);
  await page.getByRole('button', { name: /^\d\d Prüfungen bestanden/ }).click();
  await page.getByText('virtio-Treiber für Datenträger beim Start').first().waitFor();
  await page.getByText('Debian GNU/Linux 12 (bookworm)').waitFor();
  await page.getByRole('button', { name: 'Konsolenprotokoll anzeigen' }).click();
  await page.getByRole('region', { name: 'Konsolenprotokoll' }).getByText('Linux version').waitFor();
  await expect
    .poll(() => page.locator('figure img').evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(300);
  await expectAccessible(page);
  await picture(page, 'way-5-active');

  // The same bytes all the way: as they were uploaded, as they are published, as they are signed, as they are fetched.
  const sha256 = await computeSha256(debian);
  await page.getByText(sha256).waitFor();
  const provenance = await page.getByRole('link', { name: 'Signierter Herkunftsnachweis' }).getAttribute('href');
  const signed = await page.evaluate(async (url) => (await fetch(url)).text(), provenance ?? '');
  const keys = readPublicKeys(makePublicPem(readSigningKey(portal.installation.env.PROVENANCE_KEY ?? '')));
  expect(verifyProvenance(signed, sha256, keys)).toMatchObject({ trusted: true });
  const actions = page.getByRole('button', { name: 'Aktionen' });
  await actions.click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Herunterladen' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('Debian-10.raw');
  expect(await computeSha256(await download.path())).toBe(sha256);
  await download.delete();

  // What its owner says of it.
  await actions.click();
  await page.getByRole('menuitem', { name: 'Umbenennen' }).click();
  const renaming = page.getByRole('dialog', { name: 'Image umbenennen' });
  await renaming.getByLabel('Name').fill('Debian-10 (Web)');
  await picture(page, 'way-6-rename');
  await renaming.getByRole('button', { name: 'Speichern' }).click();
  await page.getByRole('heading', { name: 'Debian-10 (Web)', level: 1 }).waitFor();
  await actions.click();
  await page.getByRole('menuitem', { name: 'Eigenschaften …' }).click();
  const properties = page.getByRole('dialog', { name: 'Eigenschaften des Images' });
  await properties.getByLabel('Mindest-RAM (MiB)').fill('512');
  await picture(page, 'way-7-properties');
  await properties.getByRole('button', { name: 'Speichern' }).click();
  await page.getByText('512 MiB').waitFor();

  // The context menu, and "Löschen".
  const own = `${portal.project.id}/${id}/`;
  expect((await listObjects('images', own)).length).toBeGreaterThan(0);
  await menu.getByRole('link', { name: 'Meine Images' }).click();
  const row = page.getByRole('row', { name: /Debian-10 \(Web\)/ });
  await row.click({ button: 'right' });
  await picture(page, 'way-8-menu');
  await page.getByRole('menuitem', { name: 'Löschen' }).click();
  const deleting = page.getByRole('dialog', { name: 'Image löschen?' });
  await picture(page, 'way-9-delete');
  await deleting.getByRole('button', { name: 'Löschen' }).click();
  await page.getByText('„Debian-10 (Web)“ wird gelöscht.').waitFor();
  await row.waitFor({ state: 'detached', timeout: 200_000 });
  await page.getByRole('heading', { name: 'Noch keine Images' }).waitFor();
  await eventually(async () => (await listObjects('images', own)).length === 0, {
    within: 200,
    what: 'its objects are gone',
  });
  expect(await listObjects('uploads', portal.project.keyPrefix)).toEqual([]);
  expect(loads).toBe(0);
});
