/// <reference lib="dom" />
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import type { Image } from '../../shared/ports/image.ts';
import { expectAccessible, widerThanScreen } from '../support/browser.ts';
import { activeImage, convertingImage, manyImages, rejectedImage, stuckImage } from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** What moves on the pages by itself, and what one click does. No worker runs. */

const portal = visitPortal({ roles: [] });
let member: string;
let images: Record<'converting' | 'rejected', Image>;
let loads: number;

beforeAll(async () => {
  const { installation, project } = portal;
  member = await portal.newKey('member');
  images = {
    converting: await convertingImage(installation, project, 'Ubuntu 24.04'),
    rejected: await rejectedImage(installation, project, 'Web server'),
  };
  await installation.s3.putObject('uploads', images.rejected.upload.key, 'the upload');
  // Fewer images have no filters.
  await manyImages(installation, project, 10);
});
beforeEach(() => {
  loads = 0;
});
function countLoads(): void {
  portal.page.on('load', () => loads++);
}
function setPercent(percent: number): Promise<unknown> {
  return portal.installation.db.updateTable('run_steps').set({ percent }).where('status', '=', 'running').execute();
}

test('a page that has lost the server says so, and is right again as soon as it is back', async () => {
  const { installation } = portal;
  await setPercent(62);
  await portal.signIn(member, `/images/${images.converting.id}`);
  const { page } = portal;
  countLoads();
  await page.getByText('Wird konvertiert 62 %').waitFor();
  await installation.api.stop('SIGKILL');
  await page.getByText('Die Verbindung ist unterbrochen').waitFor();
  // Nobody tells the page of this: only asking anew does.
  await setPercent(83);
  await installation.start('api');
  await page.getByText('Wird konvertiert 83 %').waitFor({ timeout: 60_000 });
  await page.getByText('Die Verbindung ist unterbrochen').waitFor({ state: 'detached' });
  await setPercent(84);
  await page.getByText('Wird konvertiert 84 %').waitFor();
  expect(loads).toBe(0);
});

test('a page whose code does not arrive says so, and is there with its styles as soon as the server is back', async () => {
  await portal.signIn(member);
  const { page } = portal;
  countLoads();
  await page.route('**/{assets/*,livez}', (route) => route.abort('connectionrefused'));
  await page.getByRole('link', { name: 'Ubuntu 24.04' }).click();
  await page.getByText('Der Server ist nicht erreichbar.').waitFor();
  await page.unroute('**/{assets/*,livez}');
  await page.getByRole('heading', { name: 'Ubuntu 24.04' }).waitFor();
  // Browsers let nobody read the rules of a sheet that did not arrive.
  const rules = await page.evaluate(() => [...document.styleSheets].map(({ cssRules }) => cssRules.length));
  expect(rules.length).toBeGreaterThan(1);
  expect(loads).toBe(0);
});

test('a page whose code is gone since an update asks the reader to reload', async () => {
  await portal.signIn(member);
  const { page } = portal;
  await page.route('**/assets/*', (route) => route.fulfill({ status: 404 }));
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  await page.getByText('bootready wurde aktualisiert.').waitFor();
  await page.getByRole('link', { name: 'Ubuntu 24.04' }).click();
  const reload = page.getByRole('button', { name: 'Neu laden' });
  await reload.waitFor();
  await page.unroute('**/assets/*');
  await reload.click();
  await page.getByRole('heading', { name: 'Ubuntu 24.04' }).waitFor();
});

test('a page that is loaded while the server is away goes on by itself within five seconds', async () => {
  await portal.signIn(member, `/images/${images.converting.id}`);
  const { page } = portal;
  await page.getByRole('heading', { name: 'Ubuntu 24.04' }).waitFor();
  await page.route('**/v1/**', (route) => route.abort('connectionrefused'));
  await page.reload();
  await page.getByRole('heading', { name: 'Der Server ist nicht erreichbar.' }).waitFor();
  await page.getByRole('button', { name: 'Erneut versuchen' }).waitFor();
  await page.unroute('**/v1/**');
  const since = Date.now();
  await page.getByRole('heading', { name: 'Ubuntu 24.04' }).waitFor();
  expect(Date.now() - since).toBeLessThan(5000);
});

test('dark and light are changed at once, and remembered', async () => {
  await portal.signIn(member);
  const { page } = portal;
  countLoads();
  const background = () =>
    page.evaluate(() => getComputedStyle(document.querySelector('.pf-v6-c-page') as Element).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: 'Dunkle Darstellung' }).click();
  await expect.poll(background).not.toBe(light);
  expect(loads).toBe(0);
  const dark = await background();
  await page.reload();
  await page.getByRole('button', { name: 'Helle Darstellung' }).waitFor();
  expect(await background()).toBe(dark);
});

test('an image whose last try failed is not shown as being worked on, and the reason stands at its step', async () => {
  const { installation, project } = portal;
  const { id } = await stuckImage(installation, project, 'Rocky 9', 'The object store does not answer.');
  await portal.signIn(member);
  const { page } = portal;
  await page
    .getByRole('row', { name: /Rocky 9/ })
    .getByText('Wird erneut versucht', { exact: true })
    .waitFor();
  await page.getByRole('link', { name: 'Rocky 9' }).click();
  await page.getByText('Der letzte Versuch ist fehlgeschlagen. Der nächste startet automatisch.').waitFor();
  const step = page.getByRole('listitem').filter({ has: page.getByText('Konvertierung', { exact: true }) });
  await step.getByText(/Wird erneut versucht .* Versuch 4/).waitFor();
  await step.getByText('The object store does not answer.').waitFor();
  expect(await page.getByText('Wird konvertiert').count()).toBe(0);
  await expectAccessible(page);
  await installation.db.deleteFrom('run_steps').where('message', 'is not', null).execute();
  await installation.db.updateTable('images').set({ deleted_at: new Date() }).where('id', '=', id).execute();
});

test('a command of a remedy is copied by its button', async () => {
  await portal.enter({ permissions: ['clipboard-read', 'clipboard-write'] });
  await portal.signIn(member, `/images/${images.rejected.id}`);
  const { page } = portal;
  const command = page.getByRole('group', { name: 'Befehl' }).first().locator('code');
  const text = (await command.textContent()) ?? '';
  // On a phone as well it is seen whole: people run it as root.
  await page.setViewportSize({ width: 375, height: 812 });
  const cut = await page.locator('.command code').evaluateAll((codes) =>
    codes.map((code) => {
      const [its, room] = [code, code.closest('.pf-v6-c-card__body, .pf-v6-c-alert') as Element].map((each) =>
        each.getBoundingClientRect(),
      ) as [DOMRect, DOMRect];
      return its.right <= room.right && its.width > 0 && !/hidden|clip/.test(getComputedStyle(code).overflow);
    }),
  );
  expect(cut).toEqual(cut.map(() => true));
  expect(cut.length).toBeGreaterThan(1);
  expect(text.length).toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Kopieren' }).first().click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(text);
});

test('a rejected image is tried again, and stopped, from its menu', async () => {
  await portal.signIn(member);
  const { page, installation } = portal;
  const choose = async (item: string): Promise<void> => {
    await page.getByRole('button', { name: 'Aktionen für Web server', exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const row = page.getByRole('row', { name: /Web server/ });
  await row.getByText('Aktion nötig').waitFor();
  await choose('Erneut versuchen');
  await page.getByText('„Web server“ wird erneut versucht.').waitFor();
  await row.getByText('In Warteschlange').waitFor();
  await choose('Verarbeitung abbrechen');
  await page.getByText('Die Verarbeitung von „Web server“ wird abgebrochen.').waitFor();
  const actions = await installation.db
    .selectFrom('audit_log')
    .where('image_id', '=', images.rejected.id)
    .where('action', 'like', 'run.%')
    .orderBy('id')
    .select('action')
    .execute();
  expect(actions.map(({ action }) => action)).toEqual(['run.retry', 'run.cancel']);

  // Both runs are kept, and each can be looked at.
  await page.getByRole('link', { name: 'Web server' }).click();
  const history = page.getByRole('region', { name: 'Historie' });
  await history.getByRole('button', { name: 'Durchlauf 2' }).waitFor();
  expect(await page.getByText('cloud-init ist nicht installiert').count()).toBe(0);
  await history.getByRole('button', { name: 'Durchlauf 1' }).click();
  await page.getByText('cloud-init ist nicht installiert').first().waitFor();
  await page.getByText('Versuch 2').waitFor();
});

test('snapshots stand among the images, and are listed alone by an address', async () => {
  const { installation, project } = portal;
  const { id } = await convertingImage(installation, project, 'Backup of web-1');
  await installation.db
    .updateTable('images')
    .set({ properties: JSON.stringify({ image_type: 'snapshot', snapshot_kind: 'backup' }) as never })
    .where('id', '=', id)
    .execute();
  await portal.signIn(member);
  const { page } = portal;
  await page.getByRole('row', { name: /Backup of web-1 Backup-Snapshot/ }).waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Art', { exact: true }).selectOption({ label: 'Nur Snapshots' });
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  expect(new URL(page.url()).search).toBe('?imageType=snapshot');
  await page.goto('/images?imageType=image&text=e');
  await page.getByRole('link', { name: 'Web server' }).waitFor();
  expect(await page.getByText('Backup of web-1').count()).toBe(0);
});

test('images are listed by what was found in them and by who may see them, by an address', async () => {
  const { installation, project } = portal;
  await activeImage(installation, project, 'Also others', 'a log');
  const { id } = await activeImage(installation, project, 'Only mine', 'a log');
  await installation.db.updateTable('images').set({ visibility: 'private' }).where('id', '=', id).execute();
  await portal.signIn(member);
  const { page } = portal;
  // Who may see them stands in the list where there is room for it.
  await page.setViewportSize({ width: 1600, height: 900 });
  const mine = page.getByRole('row', { name: /Only mine.*Privat/ });
  await mine.waitFor();
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('System', { exact: true }).selectOption({ label: 'Windows' });
  await page.getByText('Kein Image gefunden').waitFor();
  await page.getByLabel('System', { exact: true }).selectOption({ label: 'Debian' });
  await mine.waitFor();
  const debians = await page.locator('tbody tr').count();
  await page.getByLabel('Sichtbarkeit').selectOption({ label: 'Privat' });
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  expect(debians).toBeGreaterThan(1);
  expect(new URL(page.url()).search).toBe('?system=debian&visibility=private');
  await page.reload();
  await mine.waitFor();
  expect(await page.locator('tbody tr').count()).toBe(1);
});

test('images are told apart by how their boot test went', async () => {
  const { installation } = portal;
  const project = await createProjectStore(installation.db).ensure({ id: 'boots' });
  const { id: off } = await activeImage(installation, project, 'Switched off', 'a log');
  await activeImage(installation, project, 'Started', 'a log');
  await rejectedImage(installation, project, 'Not reached');
  await manyImages(installation, project, 8);
  await installation.db
    .updateTable('runs')
    .set({
      report: sql`jsonb_set(report, '{findings}', jsonb_path_query_array(report, '$.findings[*] ? (@.step != "boot-check")'))`,
    })
    .where('image_id', '=', off)
    .execute();
  await portal.signIn(await portal.newKey('member', 'boots'));
  const { page } = portal;
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  const choose = (label: string) => page.getByLabel('Starttest', { exact: true }).selectOption({ label });
  const names = () => page.locator('tbody a').allTextContents();
  await choose('Starttest bestanden');
  await expect.poll(names).toEqual(['Started']);
  await choose('Starttest ausgeschaltet');
  await expect.poll(names).toEqual(['Switched off']);
  await choose('Starttest nicht erreicht');
  await expect.poll(names).toEqual(['Not reached']);
  expect(new URL(page.url()).search).toBe('?boot=not-reached');
  await page.reload();
  await expect.poll(names).toEqual(['Not reached']);
  // What is chosen stands below the toolbar, and is taken back there.
  await page.getByRole('listitem').getByText('Starttest nicht erreicht', { exact: true }).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Filter', exact: false }).first().click();
  await choose('Starttest ohne Ergebnis');
  await expect.poll(names).toHaveLength(8);
  await page.getByRole('button', { name: 'Filter entfernen: Starttest' }).click();
  await expect.poll(names).toHaveLength(11);
  // On a phone there are the search and one button.
  await page.setViewportSize({ width: 375, height: 812 });
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByLabel('Status', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByLabel('Status', { exact: true }).selectOption({ label: 'Aktiv' });
  await expect.poll(names).toHaveLength(2);
  await page.getByText('Status: Aktiv').waitFor();
  expect(await widerThanScreen(page)).toEqual([]);
  await expectAccessible(page);
});

test('a list of few images has no filters, until one is asked for by its address', async () => {
  const { installation } = portal;
  const key = await portal.newKey('member', 'few');
  await manyImages(installation, await createProjectStore(installation.db).ensure({ id: 'few' }), 9);
  await portal.signIn(key);
  const { page } = portal;
  await page.getByRole('link', { name: 'bulk-00009' }).waitFor();
  expect(await page.getByRole('button', { name: 'Filter' }).count()).toBe(0);
  await page.goto('/images?text=bulk-00003');
  await page.getByRole('button', { name: 'Filter', exact: true }).waitFor();
  await expect.poll(() => page.locator('tbody a').allTextContents()).toEqual(['bulk-00003']);
  // Whoever empties the field is still in it.
  await page.getByLabel('Nach Name filtern').fill('');
  await page.getByRole('link', { name: 'bulk-00009' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Nach Name filtern');
});

test('platform images are found by their name, and say what they are for', async () => {
  const { installation } = portal;
  const project = await createProjectStore(installation.db).ensure({ id: 'offers' });
  await manyImages(installation, project, 10);
  await installation.db
    .updateTable('images')
    .set({
      status: 'active',
      visibility: 'public',
      properties: JSON.stringify({ description: 'For <b>web</b> servers' }) as never,
    })
    .where('project_id', '=', 'offers')
    .execute();
  await portal.signIn(member, '/images/platform');
  const { page } = portal;
  await page.getByText('For <b>web</b> servers').first().waitFor();
  await page.getByLabel('Nach Name filtern').fill('00007');
  await expect.poll(() => page.locator('tbody a').allTextContents()).toEqual(['bulk-00007']);
  expect(new URL(page.url()).search).toBe('?text=00007');
  await page.getByLabel('Nach Name filtern').fill('nothing');
  await page.getByRole('heading', { name: 'Kein Image gefunden' }).waitFor();
  await expectAccessible(page);
  await installation.db.deleteFrom('images').where('project_id', '=', 'offers').execute();
});

test('a list of 10,000 images is there at once, small, scrolls smoothly, and asks for no more than it shows', async () => {
  const { installation } = portal;
  const key = await portal.newKey('member', 'many');
  await manyImages(installation, await createProjectStore(installation.db).ensure({ id: 'many' }), 10_000);
  await portal.signIn(key);
  const { page } = portal;
  await page.getByRole('link', { name: 'bulk-00001' }).waitFor();
  // Signed in and nothing kept: how long until there are rows.
  const loads: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const begun = Date.now();
    await page.goto('/images');
    await page.getByRole('link', { name: 'bulk-00001' }).waitFor();
    loads.push(Date.now() - begun);
  }
  expect(await page.locator('tbody tr').count()).toBe(50);
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  expect(elements).toBeLessThan(2500);
  // A pass over the page and back: the median frame. A frame of a tenth of a second is what people see as a jerk.
  const pass = (): Promise<number> =>
    page.evaluate(async () => {
      const scroller = document.querySelector('.pf-v6-c-page__main') ?? document.documentElement;
      const times: number[] = [];
      let before = performance.now();
      for (let step = 0; step < 60; step++) {
        scroller.scrollTop = Math.abs(((step * 40) % 2400) - 1200);
        const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        times.push(now - before);
        before = now;
      }
      return times.toSorted((a, b) => a - b)[30] ?? 0;
    });
  const frames = [await pass(), await pass(), await pass()];
  const limits: string[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/v1/images') limits.push(searchParams.get('limit') ?? 'all');
  });
  const asked: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const since = Date.now();
    const first = `bulk-${String(50 * (turn + 1) + 1).padStart(5, '0')}`;
    await page.getByRole('button', { name: 'Nächste Seite' }).click();
    await page.getByRole('link', { name: first }).waitFor();
    asked.push(Date.now() - since);
  }
  await page.getByLabel('Nach Name filtern').fill('bulk-0999');
  await page.getByRole('link', { name: 'bulk-09990' }).waitFor();
  expect(await page.locator('tbody tr').count()).toBe(10);
  expect(new Set(limits)).toEqual(new Set(['50']));
  // Where one is, in which order, and at the top of the new page.
  await page.goto('/images?sort=name&direction=asc&offset=50');
  await page.getByText('51–100 von 10.000').waitFor();
  await page.getByRole('link', { name: 'bulk-00051' }).waitFor();
  await page.getByRole('button', { name: 'Name' }).click();
  await page.getByRole('link', { name: 'bulk-10000' }).waitFor();
  await page.evaluate(() => document.getElementById('main')?.scrollTo({ top: 2000 }));
  await page.getByRole('button', { name: 'Nächste Seite' }).click();
  await page.getByRole('link', { name: 'bulk-09950' }).waitFor();
  expect(await page.evaluate(() => document.getElementById('main')?.scrollTop)).toBe(0);
  // Keyboards go on at the top of the new page, and stay in a field that is being typed in.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.getByLabel('Nach Name filtern').pressSequentially('bulk-07', { delay: 60 });
  await page.getByRole('link', { name: 'bulk-07999' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Nach Name filtern');
  process.stderr.write(
    `10,000 images: first row after ${loads} ms, ${elements} elements, frames ${frames.map((ms) => ms.toFixed(1))} ms, next page ${asked} ms\n`,
  );
  // The best of each, for a busy machine only adds; what would grow with the number of images is far beyond these.
  expect(Math.min(...loads)).toBeLessThan(8000);
  expect(Math.min(...frames)).toBeLessThan(100);
  expect(Math.min(...asked)).toBeLessThan(2000);
});
