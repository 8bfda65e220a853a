import { beforeAll, describe, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import type { Image } from '../../shared/ports/image.ts';
import { expectAccessible, picture } from '../support/browser.ts';
import { activeImage, manyImages, rejectedImage, repairedImage } from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** What is done with images that are there. No worker runs: what was ordered stays ordered. */

/** A name that would like to be another address, a placeholder, and a pattern of replacements. */
const hostileName = `"><b>{id}</b>$& $' ../?x=1&y=%2F#z \u{1F4A5}`;
const launchUrl = 'https://cloud.example.org/{id}/launch?image={id}&name={name}&back=yes#{name}';

const portal = visitPortal({ roles: [], env: { LAUNCH_URL: launchUrl } });
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
    // The others are folded away.
    await dialog.getByRole('button', { name: /weitere Reparaturen/ }).click();
    expect(await dialog.getByRole('checkbox', { name: 'Netzwerk per DHCP' }).isChecked()).toBe(false);
    expect(await dialog.getByLabel('Name des neuen Images').inputValue()).toBe('Web server (repariert)');
    await expectAccessible(page);
    await picture(page, 'repair-dialog-de');
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
    await page.getByText('Shell-Verlauf entfernt: <b>/root/.bash_history</b>').waitFor();
    await expectAccessible(page);
    await picture(page, 'repaired-de');
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
    await dialog.getByText('Die Daten dieses Images gibt es nicht mehr.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Reparieren' }).isEnabled()).toBe(true);
    await installation.s3.putObject('uploads', images.rejected.upload.key, 'the upload');
  });
});

test('what can be kept of an image are links to what the API really has', async () => {
  await portal.signIn(member, `/images/${images.active.id}`);
  const { page } = portal;
  const link = page.getByRole('link', { name: 'Signierter Herkunftsnachweis' });
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

test('an instance is started on the page that the operator has named, whatever the image is called', async () => {
  const { installation, project } = portal;
  const { id } = await activeImage(installation, project, hostileName, 'console');
  await portal.signIn(member, `/images/${id}`);
  const { page } = portal;
  await page.getByRole('heading', { name: hostileName, exact: true, level: 1 }).waitFor();
  const href = await page.getByRole('link', { name: 'Instanz starten' }).getAttribute('href');
  const address = new URL(href ?? '');
  expect([address.origin, address.pathname]).toEqual(['https://cloud.example.org', `/${id}/launch`]);
  expect([...address.searchParams]).toEqual([
    ['image', id],
    ['name', hostileName],
    ['back', 'yes'],
  ]);
  expect(decodeURIComponent(address.hash)).toBe(`#${hostileName}`);
  // Command lines are for installations without such a page.
  expect(await page.getByText('virt-install').count()).toBe(0);
  expect(await page.locator('main b').count()).toBe(0);
  await expectAccessible(page);
  await page.goto(`/images/${images.rejected.id}`);
  await page.getByRole('heading', { name: 'Web server', level: 1 }).waitFor();
  expect(await page.getByRole('link', { name: 'Instanz starten' }).count()).toBe(0);
});

describe('an image', () => {
  const menu = async (name: string): Promise<void> => {
    await portal.page.getByRole('button', { name: `Aktionen für ${name}`, exact: true }).click();
  };
  const row = () =>
    portal.installation.db
      .selectFrom('images')
      .where('id', '=', images.active.id)
      .select(['min_ram', 'min_disk', 'properties', 'visibility', 'family'])
      .executeTakeFirstOrThrow();

  test('is told what it needs to boot, and its properties', async () => {
    await portal.signIn(member);
    const { page } = portal;
    await menu('Debian 12');
    await page.getByRole('menuitem', { name: 'Eigenschaften …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Eigenschaften des Images' });
    await dialog.getByLabel('Mindest-RAM (MiB)').fill('1024');
    await dialog.getByRole('button', { name: 'Mehr: Mindestgröße der Festplatte' }).click();
    await dialog.getByRole('button', { name: 'Eigenschaft hinzufügen' }).click();
    expect(await dialog.getByRole('button', { name: 'Speichern' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Name der Eigenschaft').last().fill('hw_disk_bus');
    await dialog.getByLabel('Wert von hw_disk_bus').fill('scsi');
    await expectAccessible(page);
    await picture(page, 'properties-de');
    const { min_disk: before } = await row();
    await dialog.getByRole('button', { name: 'Speichern' }).click();
    await page.getByText('Die Eigenschaften von „Debian 12“ sind gespeichert.').waitFor();
    expect(await row()).toMatchObject({ min_ram: 1024, min_disk: before + 1, properties: { hw_disk_bus: 'scsi' } });
    await page.getByRole('link', { name: 'Debian 12', exact: true }).click();
    await page.getByText('1.024 MiB').waitFor();
    await page.getByText('hw_disk_bus').waitFor();
  });

  test('is shared with another project, and not any more; what the API refuses is told', async () => {
    await portal.newKey('member', 'friends');
    await portal.signIn(member);
    const { page } = portal;
    const dialog = page.getByRole('dialog', { name: 'Image freigeben' });
    const open = async (): Promise<void> => {
      await menu('Debian 12');
      await page.getByRole('menuitem', { name: 'Freigeben …' }).click();
    };
    await open();
    // Its own project: the API's answer stands in the dialog.
    await dialog.getByLabel('Projekt').fill('demo');
    await dialog.getByRole('button', { name: 'Freigeben' }).click();
    await dialog.locator('.pf-v6-c-alert.pf-m-danger').waitFor();
    await dialog.getByLabel('Projekt').fill('friends');
    await dialog.getByRole('button', { name: 'Freigeben' }).click();
    await page.getByText('„Debian 12“ ist jetzt für friends freigegeben, falls es dieses Projekt gibt.').waitFor();
    await open();
    await dialog.getByText('Noch nicht beantwortet').waitFor();
    await expectAccessible(page);
    await picture(page, 'share-de');
    await dialog.getByRole('button', { name: 'Freigabe aufheben' }).click();
    await dialog.getByText('Noch nicht beantwortet').waitFor({ state: 'detached' });
    const members = await portal.installation.db.selectFrom('image_members').selectAll().execute();
    expect(members).toEqual([]);
  });

  test('that another project shares is seen by whose it is, and accepted or declined', async () => {
    const { db } = portal.installation;
    await portal.newKey('member', 'friends');
    const glance = createImageStore(db);
    await glance.addMember(images.active.id, 'friends');
    await portal.signIn(await portal.newKey('member', 'friends'));
    const { page } = portal;
    await page.getByRole('link', { name: 'Für mich freigegeben' }).click();
    const row = page.getByRole('row').filter({ hasText: 'Debian 12' });
    await row.getByText('Noch nicht beantwortet').waitFor();
    await row.getByText('demo', { exact: true }).waitFor();
    await expectAccessible(page);
    await picture(page, 'shared-de-light');
    await menu('Debian 12');
    // What only its project may do is not offered.
    expect(await page.getByRole('menuitem', { name: 'Löschen' }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Annehmen' }).click();
    await page.getByText('Sie haben „Debian 12“ angenommen.').waitFor();
    await row.getByText('Angenommen', { exact: true }).waitFor();
    const answer = async () => (await glance.readAnswers('friends', [images.active.id])).get(images.active.id);
    expect(await answer()).toBe('accepted');
    // The filter is the address.
    await page.getByRole('combobox', { name: 'Antwort' }).selectOption({ label: 'Abgelehnt' });
    await page.getByRole('heading', { name: 'Kein Image gefunden' }).waitFor();
    expect(new URL(page.url()).search).toBe('?answer=rejected');
    await page.getByRole('combobox', { name: 'Antwort' }).selectOption({ label: 'Alle Antworten' });
    await menu('Debian 12');
    expect(await page.getByRole('menuitem', { name: 'Annehmen' }).isDisabled()).toBe(true);
    await page.getByRole('menuitem', { name: 'Ablehnen' }).click();
    await row.getByText('Abgelehnt', { exact: true }).waitFor();
    expect(await answer()).toBe('rejected');
    await glance.removeMember(images.active.id, 'friends');

    // Whose it is has nothing to answer.
    await portal.enter();
    await portal.signIn(member);
    await portal.page.getByRole('link', { name: 'Für mich freigegeben' }).click();
    await portal.page.getByRole('heading', { name: 'Keine freigegebenen Images' }).waitFor();
    await portal.page.getByRole('link', { name: 'Meine Images' }).click();
    await portal.page.getByRole('button', { name: 'Aktionen für Debian 12', exact: true }).click();
    expect(await portal.page.getByRole('menuitem', { name: 'Annehmen' }).count()).toBe(0);
  });

  test('is made a platform image by an administrator, and is only looked at by all others', async () => {
    await portal.signIn(await portal.newKey('admin'));
    const { page } = portal;
    await menu('Debian 12');
    await page.getByRole('menuitem', { name: 'Zum Plattform-Image machen …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Zum Plattform-Image machen' });
    await dialog.getByLabel('Familie').fill('debian-12');
    await dialog.getByRole('button', { name: 'Allen anbieten' }).click();
    await page.getByText('„Debian 12“ ist das neueste Image von debian-12.').waitFor();
    expect(await row()).toMatchObject({ visibility: 'public', family: 'debian-12' });

    await portal.enter();
    await portal.signIn(await portal.newKey('member', 'elsewhere'), '/images/platform');
    await expectAccessible(portal.page);
    await picture(portal.page, 'platform-de');
    await menu('Debian 12');
    expect(await portal.page.getByRole('menuitem', { name: 'Löschen' }).count()).toBe(0);
    expect(await portal.page.getByRole('menuitem', { name: 'Herunterladen' }).isEnabled()).toBe(true);
    await portal.page.getByRole('menuitem', { name: 'Details' }).click();
    await portal.page.getByRole('heading', { name: 'Debian 12', level: 1 }).waitFor();
    await portal.page.getByText('debian-12', { exact: true }).waitFor();
    expect(await portal.page.getByText('Die Verbindung ist unterbrochen').count()).toBe(0);
  });
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
  await page.getByRole('button', { name: '3 Images löschen' }).click();
  const dialog = page.getByRole('dialog', { name: '3 Images löschen?' });
  await dialog.getByText('bulk-00004').waitFor();
  await expectAccessible(page);
  await picture(page, 'delete-several-de');
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

test('an image is fetched from an address, with a checksum and settings that only it has', async () => {
  const { installation } = portal;
  await portal.signIn(await portal.newKey('member', 'fetching'));
  const { page } = portal;
  await page.getByRole('button', { name: 'Image hochladen' }).click();
  const dialog = page.getByRole('dialog', { name: 'Image hochladen' });
  await dialog.getByRole('button', { name: 'Von einer Adresse' }).click();
  await dialog.getByLabel('Adresse (URL)').fill('ftp://images.example.org/alpine.qcow2');
  await dialog.getByText('Geben Sie eine Adresse ein, die mit http').waitFor();
  await dialog.getByLabel('Adresse (URL)').fill('https://images.example.org/alpine-3.qcow2');
  await dialog.getByLabel('Prüfsumme').fill('A'.repeat(64));
  expect(await dialog.getByLabel('Name').inputValue()).toBe('alpine-3');
  await dialog.getByRole('button', { name: 'Weitere Angaben' }).click();
  await dialog.getByLabel('Starttest').selectOption({ label: 'Ausgeschaltet' });
  await dialog.getByLabel('Sichtbarkeit').selectOption({ label: 'Privat: nur dieses Projekt' });
  await expectAccessible(page);
  // What was typed is not thrown away by one key.
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Weiter bearbeiten' }).click();
  await dialog.getByRole('button', { name: 'Erstelle' }).click();
  await page.getByText('„alpine-3“ wird heruntergeladen.').waitFor();
  await page
    .getByRole('row', { name: /alpine-3/ })
    .getByText('Download wartet')
    .waitFor();
  const row = await installation.db
    .selectFrom('images')
    .innerJoin('downloads', 'downloads.image_id', 'images.id')
    .where('name', '=', 'alpine-3')
    .select(['settings', 'visibility', 'url', 'checksum'])
    .executeTakeFirstOrThrow();
  expect(row).toEqual({
    settings: { bootCheck: 'off' },
    visibility: 'private',
    url: 'https://images.example.org/alpine-3.qcow2',
    checksum: `sha256:${'a'.repeat(64)}`,
  });
});

test('what is protected is not deleted, and says so; description and tags are seen', async () => {
  await portal.signIn(member, `/images/${images.rejected.id}`);
  const { page } = portal;
  await page.getByRole('button', { name: 'Aktionen' }).click();
  await page.getByRole('menuitem', { name: 'Eigenschaften …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Eigenschaften des Images' });
  await dialog.getByLabel('Beschreibung').fill('For the web servers');
  await dialog.getByLabel('Schlagwörter').fill('web, blue');
  await dialog.getByLabel('Löschschutz').check();
  await dialog.getByRole('button', { name: 'Speichern' }).click();
  await page.getByText('For the web servers').first().waitFor();
  await page.getByText('web, blue').waitFor();
  await page.getByRole('button', { name: 'Aktionen' }).click();
  const remove = page.getByRole('menuitem', { name: 'Löschen' });
  expect(await remove.isDisabled()).toBe(true);
  await page.getByText('Es ist vor dem Löschen geschützt.').waitFor();
});
