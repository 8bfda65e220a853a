import { beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../shared/ports/images.ts';
import { expectAccessible, picture } from '../support/browser.ts';
import { activeImage, manyImages, rejectedImage, repairedImage } from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** What is done with images that are there. No worker runs: what was ordered stays ordered. */

const portal = visitPortal({ roles: [] });
let member: string;
let images: Record<'active' | 'rejected' | 'repaired', Image>;

beforeAll(async () => {
  const { installation, project } = portal;
  member = await portal.newKey('member');
  const rejected = await rejectedImage(installation, project, 'Web server');
  await installation.s3.putObject('uploads', rejected.upload.key, 'the upload');
  images = {
    active: await activeImage(installation, project, 'Debian 12', 'console'),
    rejected,
    repaired: await repairedImage(installation, rejected),
  };
});

describe('a repair', () => {
  test('is offered with what the report asks for, and makes a new image', async () => {
    await portal.signIn(member, `/images/${images.rejected.id}`);
    const { page } = portal;
    await page.getByRole('button', { name: 'Reparieren …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Image reparieren' });
    const cleaning = dialog.getByRole('checkbox', { name: 'Zum Klonen bereinigen' });
    expect(await cleaning.isChecked()).toBe(true);
    expect(await dialog.getByRole('checkbox', { name: 'Netzwerk per DHCP' }).isChecked()).toBe(false);
    expect(await dialog.getByLabel('Name des neuen Images').inputValue()).toBe('Web server (repariert)');
    await expectAccessible(page);
    await picture(page, 'repair-dialog-de-light');
    for (const box of await dialog.getByRole('checkbox').all()) await box.uncheck();
    expect(await dialog.getByRole('button', { name: 'Reparieren' }).isDisabled()).toBe(true);
    await cleaning.check();
    await dialog.getByLabel('Name des neuen Images').fill('Web server, clean');
    await dialog.getByRole('button', { name: 'Reparieren' }).click();

    await page.getByRole('heading', { name: 'Web server, clean', level: 1 }).waitFor();
    await page.getByText('Die Reparatur wartet auf einen Worker.').waitFor();
    const order = await portal.installation.db
      .selectFrom('repairs')
      .innerJoin('images', 'images.id', 'repairs.image_id')
      .where('images.name', '=', 'Web server, clean')
      .select(['repairs.remedies', 'repairs.parent_id'])
      .executeTakeFirstOrThrow();
    expect(order).toEqual({ remedies: ['clean-for-cloning'], parent_id: images.rejected.id });
  });

  test('tells what was found before and what was changed, as text only', async () => {
    await portal.signIn(member, `/images/${images.repaired.id}`);
    const { page } = portal;
    await page.getByText('Durch die Reparatur eines anderen Images entstanden.').waitFor();
    await page.getByRole('heading', { name: 'Im Original gefunden' }).waitFor();
    await page.getByText('removed <b>/root/.bash_history</b>').waitFor();
    await expectAccessible(page);
    await picture(page, 'repaired-de-light');
    await page.getByRole('link', { name: 'Original anzeigen' }).click();
    await page.getByRole('heading', { name: 'Web server', level: 1 }).waitFor();
  });

  test('that the API refuses is told in the dialog', async () => {
    const { installation } = portal;
    await installation.s3.removeObject('uploads', images.rejected.upload.key);
    await portal.signIn(member, `/images/${images.rejected.id}`);
    const { page } = portal;
    await page.getByRole('button', { name: 'Reparieren …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Image reparieren' });
    await dialog.getByRole('button', { name: 'Reparieren' }).click();
    await dialog.getByText('The bytes of this image are no longer there.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Reparieren' }).isEnabled()).toBe(true);
    await installation.s3.putObject('uploads', images.rejected.upload.key, 'the upload');
  });
});

test('what can be kept of an image are links to what the API really has', async () => {
  await portal.signIn(member, `/images/${images.active.id}`);
  const { page } = portal;
  const link = page.getByRole('link', { name: 'Bericht als Seite' });
  await link.waitFor();
  const answers = await page.evaluate(async () => {
    const links = [...document.querySelectorAll<HTMLAnchorElement>('main a[href^="/v1/"]')];
    return Promise.all(
      links.map(async ({ textContent, href }) => {
        const answer = await fetch(href);
        return [textContent, answer.status, answer.headers.get('content-type')];
      }),
    );
  });
  expect(answers).toEqual([
    ['Bericht als Seite', 200, 'text/html; charset=utf-8'],
    ['Bericht als JSON', 200, 'application/json; charset=utf-8'],
    ['Signierter Herkunftsnachweis', 200, 'application/json'],
  ]);
});

test('several images are deleted at once, and only those that were chosen', async () => {
  const { installation } = portal;
  const key = await portal.newKey('member', 'several');
  const { id } = await installation.db
    .selectFrom('projects')
    .where('id', '=', 'several')
    .selectAll()
    .executeTakeFirstOrThrow();
  await manyImages(installation, { ...portal.project, id, keyPrefix: 'several/' }, 4);
  await portal.signIn(key);
  const { page } = portal;
  await page.getByRole('checkbox', { name: 'Alle auf dieser Seite auswählen' }).check();
  await page.getByRole('checkbox', { name: 'bulk-00002 auswählen' }).uncheck();
  await page.getByRole('button', { name: '3 ausgewählte löschen' }).click();
  const dialog = page.getByRole('dialog', { name: '3 Images löschen?' });
  await dialog.getByText('bulk-00004').waitFor();
  await expectAccessible(page);
  await picture(page, 'delete-several-de-light');
  await dialog.getByRole('button', { name: 'Löschen' }).click();
  await page.getByText('3 Images werden gelöscht.').waitFor();
  const left = await installation.db
    .selectFrom('images')
    .where('project_id', '=', 'several')
    .where('status', '=', 'queued')
    .select('name')
    .execute();
  expect(left).toEqual([{ name: 'bulk-00002' }]);
});
