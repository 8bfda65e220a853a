/// <reference lib="dom" />
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, picture } from '../support/browser.ts';
import { writeOverlay } from '../support/overlay-file.ts';
import { visitPortal } from '../support/portal-visit.ts';
import { writeSparseDisk } from '../support/sparse-disk.ts';

/** Uploads besides those of one-upload.test.ts: many, sparse, from another tab, and with the keyboard alone. No worker runs. */

const MiB = 1024 ** 2;
const portal = visitPortal({ roles: [] });
let folder: string;
let member: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portal-uploads-'));
  member = await portal.newKey('member');
});
afterAll(() => rm(folder, { recursive: true }));

async function sparseDisk(name: string, size: number, fill: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeSparseDisk(path, size, fill);
  return path;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
async function storedHash(name: string): Promise<string> {
  const { upload_key } = await portal.installation.db
    .selectFrom('images')
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .select('upload_key')
    .executeTakeFirstOrThrow();
  return sha256(await buffer(await portal.installation.s3.getObject('uploads', upload_key)));
}
function findDock(page: Page) {
  return page.getByRole('region', { name: 'Uploads' });
}

test('every byte is sent: zeros arrive as zeros', async () => {
  const size = 40 * MiB;
  const path = await sparseDisk('sparse.raw', size, randomBytes(MiB));
  await portal.signIn(member);
  const { page } = portal;
  const parts = new Set<number>();
  page.on('request', (request) => {
    const number = new URL(request.url()).searchParams.get('partNumber');
    if (request.method() === 'PUT' && number) parts.add(Number(number));
  });
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByText(/^Erkannt: raw/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
  await findDock(page).getByText('Hochgeladen').waitFor();
  expect(parts).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(await storedHash('sparse')).toBe(sha256(await readFile(path)));
});

test('several files become several images, chosen in the dialog or dropped on the page', async () => {
  const paths: string[] = [];
  for (const name of ['web', 'mail', 'news']) {
    paths.push(await sparseDisk(`${name}.raw`, 20 * MiB, randomBytes(1000)));
  }
  await portal.signIn(member);
  const { page } = portal;
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles(paths.slice(0, 2));
  const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
  await expect.poll(() => dialog.getByText(/^Erkannt: raw/).count()).toBe(2);
  const names = dialog.getByLabel('Name');
  expect([await names.nth(0).inputValue(), await names.nth(1).inputValue()]).toEqual(['web', 'mail']);
  await expectAccessible(page);
  await picture(page, 'upload-several-de');
  await dialog.getByRole('button', { name: 'Erstelle' }).click();
  await expect.poll(() => findDock(page).getByText('Hochgeladen').count(), { timeout: 60_000 }).toBe(2);

  const content = (await readFile(paths[2] as string)).toString('base64');
  const dropped = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([raw], 'news.raw', { lastModified: 1_700_000_000_000 }));
    return transfer;
  }, content);
  await page.locator('.drop-area').dispatchEvent('drop', { dataTransfer: dropped });
  await dialog.getByText(/^Erkannt: raw/).waitFor();
  await dialog.getByRole('button', { name: 'Erstelle' }).click();
  await expect.poll(() => findDock(page).getByText('Hochgeladen').count(), { timeout: 60_000 }).toBe(3);
  await expectAccessible(page);
  await picture(page, 'dock-several-de');
  for (const [index, name] of ['web', 'mail', 'news'].entries()) {
    expect(await storedHash(name)).toBe(sha256(await readFile(paths[index] as string)));
  }
  // What is done stays until it is put away, one by one.
  await findDock(page).getByRole('button', { name: 'web aus dieser Liste entfernen' }).click();
  await expect.poll(() => findDock(page).getByText('Hochgeladen').count(), { timeout: 60_000 }).toBe(2);
});

test('a refused file holds up no other, and one key throws nothing away', async () => {
  const good = [
    await sparseDisk('fine.raw', 20 * MiB, randomBytes(1000)),
    await sparseDisk('also.raw', 20 * MiB, randomBytes(1000)),
  ];
  const overlay = join(folder, 'overlay.qcow2');
  await writeOverlay(overlay);
  await portal.signIn(member);
  const { page } = portal;
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles([good[0] as string, overlay, good[1] as string]);
  const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
  await dialog.getByText('Aus dieser Datei kann kein Image werden').waitFor();
  await expect.poll(() => dialog.getByText(/^Erkannt: raw/).count()).toBe(2);
  await page.keyboard.press('Escape');
  await dialog.getByText('Eingaben verwerfen?').waitFor();
  await dialog.getByRole('button', { name: 'Weiter bearbeiten' }).click();
  expect(await dialog.getByLabel('Name').count()).toBe(3);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: '2 von 3 erstellen' }).click();
  // The open dialog covers the dock.
  await expect.poll(() => page.locator('.dock').getByText('Hochgeladen').count(), { timeout: 60_000 }).toBe(2);
  // What was refused stays, to be read or replaced.
  await dialog.getByText('Aus dieser Datei kann kein Image werden').waitFor();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('overlay');
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Verwerfen' }).click();
  await dialog.waitFor({ state: 'detached' });
});

test('says when nothing is answered, and asks before it throws away what was sent', async () => {
  const path = await sparseDisk('much.raw', 40 * MiB, randomBytes(1000));
  await portal.signIn(member);
  const { page } = portal;
  await page.route(/partNumber=/, async (route) => {
    if (/partNumber=[1-3](&|$)/.test(route.request().url())) await route.continue();
  });
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByText(/^Erkannt: raw/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
  const dock = findDock(page);
  await dock.getByText(/Seit \d+ s keine Antwort/).waitFor();
  expect(await dock.textContent()).not.toMatch(/iB\/s/);
  const away = dock.getByRole('button', { name: 'Upload von much abbrechen' });
  await away.click();
  const asking = page.getByRole('dialog', { name: 'Upload abbrechen?' });
  await asking.getByText('Von „much“ sind 24,0 MiB gesendet.').waitFor();
  await expectAccessible(page);
  await asking.getByRole('button', { name: 'Abbrechen', exact: true }).click();
  await asking.waitFor({ state: 'detached' });
  await away.click();
  await asking.getByRole('button', { name: 'Upload abbrechen' }).click();
  await dock.waitFor({ state: 'detached' });
  const { status } = await portal.installation.db
    .selectFrom('images')
    .where('name', '=', 'much')
    .select('status')
    .executeTakeFirstOrThrow();
  expect(status).toMatch(/^(pending_delete|deleted)$/);
});

test('is not sent twice from two tabs; a tab that was closed is gone on with in another', async () => {
  const path = await sparseDisk('tabs.raw', 40 * MiB, randomBytes(1000));
  await portal.signIn(member);
  const { page, visit } = portal;
  let isCut = true;
  await visit.context.route(/partNumber=/, async (route) => {
    if (isCut && /partNumber=[3-9]/.test(route.request().url())) return;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByText(/^Erkannt: raw/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
  await findDock(page)
    .getByText(/MiB von 40,0 MiB/)
    .waitFor();
  await expect
    .poll(async () => (await findDock(page).getByRole('progressbar').getAttribute('aria-valuenow')) ?? '0', {
      timeout: 30_000,
    })
    .toMatch(/^(3\d|4\d)$/);

  const second = await visit.context.newPage();
  await second.goto('/images');
  await second.getByRole('link', { name: 'tabs' }).waitFor();
  expect(await findDock(second).count()).toBe(0);
  await page.close({ runBeforeUnload: false });
  await second.reload();
  await findDock(second)
    .getByText(/unterbrochen. Wählen Sie „tabs.raw“/)
    .waitFor();
  isCut = false;
  await findDock(second).locator('input[type=file]').setInputFiles(path);
  await findDock(second).getByText('Hochgeladen').waitFor({ timeout: 60_000 });
  // Parts that were cut off in the middle are sent again, whatever the store made of them.
  expect(await storedHash('tabs')).toBe(sha256(await readFile(path)));
});

test('waits while there is no network at all, tells no speed of old, and goes on by itself', async () => {
  const path = await sparseDisk('offline.raw', 40 * MiB, randomBytes(1000));
  await portal.signIn(member);
  const { page, visit } = portal;
  let isStuck = true;
  await page.route(/partNumber=/, async (route) => {
    if (isStuck && /partNumber=[3-9]/.test(route.request().url())) return;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.locator('input[type=file]').setInputFiles(path);
  await page.getByText(/^Erkannt: raw/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
  const dock = findDock(page);
  await dock.getByText('16,0 MiB von 40,0 MiB').waitFor();
  const speed = async (): Promise<string> => /· (\S+ \SiB)\/s/.exec((await dock.textContent()) ?? '')?.[1] ?? '';
  await expect.poll(speed).not.toBe('');
  const before = await speed();
  await expect.poll(speed).not.toBe(before);
  await visit.context.setOffline(true);
  isStuck = false;
  await dock.getByRole('button', { name: 'Upload von offline pausieren' }).click();
  await dock.getByText('Pausiert').waitFor();
  await dock.getByRole('button', { name: 'Upload von offline fortsetzen' }).click();
  await dock.getByText('Wartet auf das Netzwerk').waitFor();
  await visit.context.setOffline(false);
  await dock.getByText('Hochgeladen').waitFor({ timeout: 60_000 });
  expect(await storedHash('offline')).toBe(sha256(await readFile(path)));
});

test('goes by keyboard alone, from the menu to “Löschen”', async () => {
  const path = await sparseDisk('by-keyboard.raw', 20 * MiB, randomBytes(1000));
  await portal.signIn(member, '/images/platform');
  const { page } = portal;
  page.on('filechooser', (chooser) => void chooser.setFiles(path));
  /** Tab, as often as it takes; what has the focus must be seen to have it. */
  const tabTo = async (name: string, role = 'button'): Promise<void> => {
    const wanted = page.getByRole(role as 'button', { name, exact: true });
    for (let times = 0; times < 60; times++) {
      await page.keyboard.press('Tab');
      const found = await wanted.evaluateAll((all) => all.some((each) => each === document.activeElement));
      if (!found) continue;
      const isSeen = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement as Element);
        const ring = getComputedStyle(document.activeElement as Element, '::after');
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none' || ring.borderStyle !== 'none';
      });
      expect([name, isSeen]).toEqual([name, true]);
      return;
    }
    throw new Error(`no Tab leads to ${name}`);
  };
  await tabTo('Zum Inhalt springen', 'link');
  await tabTo('Meine Images', 'link');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Meine Images' }).waitFor();
  await tabTo('Image hochladen');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
  await dialog.waitFor();
  await tabTo('Name', 'textbox');
  await page.keyboard.type('by keyboard');
  await tabTo('Datei auswählen');
  await page.keyboard.press('Enter');
  await dialog.getByText(/^Erkannt: raw/).waitFor();
  await tabTo('Erstelle');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await findDock(page).getByText('Hochgeladen').waitFor();
  await tabTo('by keyboard aus dieser Liste entfernen');
  await page.keyboard.press('Enter');
  await findDock(page).waitFor({ state: 'detached' });
  await tabTo('Aktionen für by keyboard');
  await page.keyboard.press('Enter');
  await page.locator('[role=menuitem]:focus').waitFor();
  await page.keyboard.press('ArrowUp');
  await page.locator('[role=menuitem]:focus').getByText('Löschen').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Image löschen?' }).waitFor();
  await tabTo('Löschen');
  await page.keyboard.press('Enter');
  await page.getByText('„by keyboard“ wird gelöscht.').waitFor();
});
