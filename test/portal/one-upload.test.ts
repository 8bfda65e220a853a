/// <reference lib="dom" />
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { formatBytes } from '../../shared/text/quantities.ts';
import { expectAccessible, picture } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';
import { writeOverlay } from '../support/overlay-file.ts';
import { activeImage } from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** One upload by the portal, from the check of the file to what the run says: refused, paused, broken off, continued. uploads.test.ts has many at once. */

const MiB = 1024 ** 2;
const portal = visitPortal({ roles: ['queues', 'steps'] });
let installation: Installation;
let page: Page;
let folder: string;
let member: string;
beforeAll(async () => {
  ({ installation } = portal);
  folder = await mkdtemp(join(tmpdir(), 'portal-upload-'));
  member = await portal.newKey('member');
  await activeImage(installation, portal.project, 'Debian 12', '');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  ({ page } = portal);
});

function signIn(path?: string): Promise<void> {
  return portal.signIn(member, path);
}

/** A raw disk with one partition: all that the pre-check asks of it. */
async function diskFile(name: string, size: number): Promise<string> {
  const path = join(folder, name);
  const head = Buffer.alloc(MiB);
  head.set([0x80, 0, 2, 0, 0x83, 0, 0, 0], 446);
  head.writeUInt32LE(2048, 454);
  head.writeUInt32LE(size / 512 - 2048, 458);
  head.set([0x55, 0xaa], 510);
  await writeFile(path, Buffer.concat([head, randomBytes(size - MiB)]));
  await utimes(path, 1_700_000_000, 1_700_000_000);
  return path;
}

/** Says that it is compressed by xz, which no browser can look into, and is not: the installation refuses it at once. */
async function damagedFile(name: string, size: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), randomBytes(size - 6)]));
  await utimes(path, 1_700_000_000, 1_700_000_000);
  return path;
}

/** The bytes of an image's upload as the store has them. */
async function storedBytes(name: string): Promise<Buffer | undefined> {
  const row = await installation.db
    .selectFrom('images')
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .select('upload_key')
    .executeTakeFirst();
  if (!row) return undefined;
  const pieces: Buffer[] = [];
  for await (const piece of await installation.s3.getObject('uploads', row.upload_key)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function openUploadDialog(): Promise<void> {
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.getByRole('dialog', { name: 'Image hochladen' }).waitFor();
}

describe('an upload', () => {
  test('goes the way of the product page, from the menu to what is wrong with it, and to “Löschen”', async () => {
    const path = await damagedFile('debian-10.qcow2.xz', 20 * MiB);
    await signIn('/images/platform');
    await page.getByRole('link', { name: 'Meine Images' }).click();
    await openUploadDialog();
    const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
    await dialog.getByRole('button', { name: 'Erstelle' }).click();
    await dialog.getByText('Geben Sie einen Namen ein.').waitFor();
    await dialog.getByText('Wählen Sie eine Datei aus.').waitFor();
    await dialog.getByLabel('Name').fill('Debian 12');
    await dialog.getByText('Sie haben schon ein Image mit diesem Namen.').waitFor();
    await dialog.getByLabel('Name').fill('Debian-10');
    const choosing = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'Datei auswählen' }).click();
    await (await choosing).setFiles(path);
    await dialog.getByText('Die Datei ist komprimiert').waitFor();
    await picture(page, 'upload-dialog-de');
    await dialog.getByRole('button', { name: 'Erstelle' }).click();
    await page.getByText('Hochgeladen.').waitFor();
    expect((await storedBytes('Debian-10'))?.equals(await readFile(path))).toBe(true);
    await expectAccessible(page);

    const row = page.getByRole('row', { name: /Debian-10/ });
    await row.getByText('Aktion nötig').waitFor({ timeout: 60_000 });
    // The dock follows it to its end, and says so once, on whatever page.
    await page.getByRole('region', { name: 'Uploads' }).getByText('Aktion nötig').waitFor();
    await page.getByText('„Debian-10“: Aktion nötig').waitFor();
    await row.getByRole('link', { name: 'Debian-10' }).click();
    await page.getByRole('heading', { name: 'Dieses Image wurde nicht veröffentlicht' }).waitFor();
    await page.getByText('Muss behoben werden').first().waitFor();

    await page.getByRole('button', { name: 'Aktionen' }).click();
    await page.getByRole('menuitem', { name: 'Löschen' }).click();
    await page.getByRole('dialog', { name: 'Image löschen?' }).getByRole('button', { name: 'Löschen' }).click();
    await page.getByText('„Debian-10“ wird gelöscht.').waitFor();
    await page.getByRole('heading', { name: 'Meine Images' }).waitFor();
    const status = () =>
      installation.db.selectFrom('images').where('name', '=', 'Debian-10').select('status').executeTakeFirst();
    expect((await status())?.status).toMatch(/^(pending_delete|deleted)$/);
  });

  test('that would be refused is refused before a byte is sent', async () => {
    const path = join(folder, 'linked.qcow2');
    await writeOverlay(path);
    const sent: string[] = [];
    page.on(
      'request',
      (request) => request.method() !== 'GET' && sent.push(`${request.method()} ${new URL(request.url()).pathname}`),
    );
    await signIn();
    await openUploadDialog();
    await page.locator('input[type=file]').setInputFiles(await diskFile('good.raw', 2 * MiB));
    await page.getByText('Erkannt: raw (mbr), 2,0 MiB').waitFor();
    expect(await page.getByRole('dialog').getByLabel('Name').inputValue()).toBe('good');
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText('Aus dieser Datei kann kein Image werden').waitFor();
    const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
    await dialog.getByText('Das QCOW2-Image ist nur ein Overlay').waitFor();
    expect(await dialog.getByRole('button', { name: 'Erstelle' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await picture(page, 'upload-refused-de');
    expect(sent).toEqual(['POST /v1/session']);

    const huge = join(folder, 'huge.raw');
    await writeFile(huge, '');
    await truncate(huge, 600 * 1024 ** 3);
    await page.locator('input[type=file]').setInputFiles(huge);
    await dialog
      .getByText(/512 GiB|549755813888/)
      .first()
      .waitFor();
    await rm(huge);
  });

  test('that is over the quota is refused before a byte is sent, and the list tells what is in use', async () => {
    const { setQuota, quota } = createProjectStore(installation.db);
    const { bytes = 0 } = (await quota(portal.project.id))?.used ?? {};
    await setQuota(portal.project.id, { bytes: bytes + MiB });
    try {
      const sent: string[] = [];
      page.on('request', (request) => request.method() !== 'GET' && sent.push(new URL(request.url()).pathname));
      await signIn();
      await page.getByText(/[\d,]+ (Byte|[KMGT]iB) von [\d,]+ (Byte|[KMGT]iB) belegt/).waitFor();
      await openUploadDialog();
      await page.locator('input[type=file]').setInputFiles(await diskFile('over.raw', 2 * MiB));
      const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
      await dialog
        .getByText(
          `Das Projekt darf ${formatBytes(bytes + MiB, 'de')} belegen und belegt ${formatBytes(bytes, 'de')}. Für weitere 2,0 MiB ist kein Platz.`,
        )
        .waitFor();
      expect(await dialog.getByRole('button', { name: 'Erstelle' }).isDisabled()).toBe(true);
      expect(sent).toEqual(['/v1/session']);
      await picture(page, 'upload-over-quota-de');
    } finally {
      await setQuota(portal.project.id, { bytes: null });
    }
  });

  test('that a reload interrupts goes on where it was, with the same file only', async () => {
    const size = 64 * MiB;
    const path = await damagedFile('big.xz', size);
    const other = await damagedFile('other.xz', size);
    await signIn();
    await openUploadDialog();
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText('Die Datei ist komprimiert').waitFor();
    // The store takes two parts, and then the line is too slow to be waited for.
    let taken = 0;
    let isSlow = true;
    const puts: number[] = [];
    let answered = 0;
    page.on('response', (response) => {
      if (/partNumber=/.test(response.url()) && response.request().method() === 'PUT' && response.ok()) answered++;
    });
    await page.route(/partNumber=/, async (route) => {
      if (isSlow && taken >= 2) return;
      taken++;
      puts.push(Number(new URL(route.request().url()).searchParams.get('partNumber')));
      await route.continue();
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
    await eventually(async () => puts.length === 2, { within: 20, what: 'two parts are on their way' });
    await eventually(
      async () => {
        const { uploads } = await installation.s3.listIncompleteUploadsQuery('uploads', 'demo/', '', '', '');
        return uploads.length > 0;
      },
      { within: 10, what: 'the store has an open upload' },
    );
    // Both parts are taken, however slow the machine is, and noted.
    await eventually(async () => answered === 2, { within: 60, what: 'the store has taken two parts' });
    await page.getByText(/MiB von 64,0 MiB/).waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.reload();
    expect(asked).toEqual(['beforeunload']);
    await page.getByText('Bei 25 % unterbrochen.').waitFor();
    await expectAccessible(page);
    await picture(page, 'upload-interrupted-de');
    isSlow = false;
    const dock = page.getByRole('region', { name: 'Uploads' });
    await dock.locator('input[type=file]').setInputFiles(other);
    await dock.getByText('Das ist eine andere Datei').waitFor();
    expect(puts.length).toBe(2);
    await dock.locator('input[type=file]').setInputFiles(path);
    await dock.getByText('Hochgeladen').waitFor();
    expect(puts.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await storedBytes('big'))?.equals(await readFile(path))).toBe(true);
    await page.reload();
    await page.getByRole('link', { name: 'big', exact: true }).waitFor();
    expect(await page.getByRole('region', { name: 'Uploads' }).count()).toBe(0);
  });

  test('is paused and resumed, outlives a lost network and expired links, and is cancelled without a trace', async () => {
    const path = await damagedFile('patient.xz', 40 * MiB);
    const query = { uploadId: 'any', partNumber: '3' };
    const expired = await installation.s3.presignedUrl('PUT', 'uploads', 'demo/patient', 1, query);
    await expect.poll(async () => (await fetch(expired, { method: 'PUT', body: 'x' })).status).toBe(403);
    await signIn();
    const puts = new Map<number, number>();
    let line: 'open' | 'cut' | 'stuck' = 'stuck';
    await page.route(/partNumber=/, async (route) => {
      if (line === 'cut') return route.abort('internetdisconnected');
      if (line === 'stuck') return;
      const part = Number(new URL(route.request().url()).searchParams.get('partNumber'));
      puts.set(part, (puts.get(part) ?? 0) + 1);
      // The link of the third part is too old when it is first used: the store itself says so.
      if (part === 3 && puts.get(3) === 1) return route.continue({ url: expired });
      return route.continue();
    });
    await openUploadDialog();
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText('Die Datei ist komprimiert').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
    const dock = page.getByRole('region', { name: 'Uploads' });
    await dock.getByRole('button', { name: 'Upload von patient pausieren' }).click();
    await dock.getByText('Pausiert').waitFor();
    line = 'cut';
    await dock.getByRole('button', { name: 'Upload von patient fortsetzen' }).click();
    await dock.getByText('Der Server oder der Objektspeicher antwortet nicht.').waitFor();
    line = 'open';
    await dock.getByText('Hochgeladen').waitFor();
    expect(puts.get(3)).toBe(2);
    // This store refuses without a word on CORS: to a page that is a network that is lost. Those that have one: send-file.test.ts.
    expect(portal.visit.complaints.splice(0)).toEqual([
      expect.stringMatching(/partNumber=3.* has been blocked by CORS/),
    ]);
    expect((await storedBytes('patient'))?.equals(await readFile(path))).toBe(true);

    line = 'stuck';
    await openUploadDialog();
    await page.locator('input[type=file]').setInputFiles(await damagedFile('given-up.xz', 20 * MiB));
    await page.getByText('Die Datei ist komprimiert').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Erstelle' }).click();
    await dock.getByRole('button', { name: 'Upload von given-up abbrechen' }).click();
    await dock.getByText('given-up').waitFor({ state: 'detached' });
    const { uploads } = await installation.s3.listIncompleteUploadsQuery('uploads', `demo/`, '', '', '');
    expect(uploads).toEqual([]);
    expect(await page.evaluate(() => localStorage.getItem('bootready.uploads'))).toBe('[]');
  });
});
