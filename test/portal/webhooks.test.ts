import { expect, test } from 'vitest';
import { expectAccessible, inBothThemes, picture, widerThanScreen } from '../support/browser.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** Pages for what the command line does too: webhooks of a project, and sources of platform images. No worker runs. */

const portal = visitPortal({ roles: [] });

/** As wide as a desktop and as a phone, light and dark. */
async function look(name: string): Promise<void> {
  const { page } = portal;
  for (const [width, height] of [
    [1280, 900],
    [375, 812],
  ] as const) {
    await page.setViewportSize({ width, height });
    await inBothThemes(page, () => expectAccessible(page));
    expect(await widerThanScreen(page)).toEqual([]);
    await picture(page, `${name}-${width}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function audited(): Promise<string[]> {
  const rows = await portal.installation.db.selectFrom('audit_log').select('action').orderBy('id').execute();
  return rows.map(({ action }) => action).filter((action) => !action.startsWith('session.'));
}

test('a webhook is added, its secret is shown once, and it is disabled', async () => {
  const { page } = portal;
  await portal.signIn(await portal.newKey('member'), '/webhooks');
  await page.getByRole('heading', { name: 'Noch keine Webhooks' }).waitFor();
  await look('webhooks-empty-de');
  const before = await audited();
  await page.getByRole('button', { name: 'Webhook hinzufügen' }).click();
  const dialog = page.getByRole('dialog', { name: 'Webhook hinzufügen' });
  const add = dialog.getByRole('button', { name: 'Webhook hinzufügen' });
  await dialog.getByLabel('Adresse').fill('hooks.example.org');
  await dialog.getByText('Geben Sie eine Adresse ein, die mit http:// oder https:// beginnt.').waitFor();
  expect(await add.isDisabled()).toBe(true);
  // What only the API knows is told in its words.
  await dialog.getByLabel('Adresse').fill('https://hooks.example.org:22/images');
  await add.click();
  await dialog.locator('.pf-v6-c-alert.pf-m-danger').waitFor();
  await dialog.getByLabel('Adresse').fill('https://hooks.example.org/images');
  await look('webhooks-dialog-de');
  await add.click();
  const told = page.getByRole('dialog', { name: 'Der Webhook ist hinzugefügt' });
  expect(await told.getByLabel('Signaturschlüssel', { exact: true }).inputValue()).toMatch(/^whsec_[\w+/]{43}=$/);
  await look('webhooks-secret-de');
  await told.getByRole('button', { name: 'Schließen' }).click();

  const row = page.getByRole('row', { name: /hooks\.example\.org/ });
  await row.getByText('Aktiv').waitFor();
  await look('webhooks-de');
  await page.reload();
  await row.waitFor();
  expect(await page.content()).not.toContain('whsec_');
  await row.getByRole('button', { name: 'https://hooks.example.org/images abschalten' }).click();
  await page.getByRole('dialog', { name: 'Webhook abschalten?' }).getByRole('button', { name: 'Abschalten' }).click();
  await row.getByText('Abgeschaltet').waitFor();
  expect(await row.getByRole('button').count()).toBe(0);
  expect((await audited()).slice(before.length)).toEqual(['webhook.create', 'webhook.delete']);
});

test('who only reads sees no webhooks, and who is no administrator no sources', async () => {
  const { page } = portal;
  await portal.signIn(await portal.newKey('reader'));
  expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(0);
  for (const path of ['/webhooks', '/operations/families']) {
    await page.goto(path);
    await page.getByRole('heading', { name: 'Seite nicht gefunden' }).waitFor();
  }
});

test('a source of platform images is set, refreshed and removed', async () => {
  const { page, installation } = portal;
  await portal.signIn(await portal.newKey('admin'), '/operations/families');
  await page.getByText('Noch keine Plattform-Images und keine Quellen.').waitFor();
  const before = await audited();
  const set = page.getByRole('button', { name: 'Quelle festlegen' });
  await set.click();
  const dialog = page.getByRole('dialog', { name: 'Quelle festlegen' });
  const save = dialog.getByRole('button', { name: 'Quelle festlegen' });
  await dialog.getByLabel('Familie').fill('Debian 12');
  await dialog.getByText('Verwenden Sie 1 bis 63 Zeichen').waitFor();
  await dialog.getByLabel('Familie').fill('debian-12');
  await dialog.getByLabel('Adresse (URL)').fill('https://cloud.example.org/debian-12.qcow2');
  await dialog.getByLabel(/^Prüfsumme oder Adresse/).fill('no checksum');
  await dialog.getByText('Geben Sie eine Adresse oder 64').waitFor();
  expect(await save.isDisabled()).toBe(true);
  await dialog.getByLabel(/^Prüfsumme oder Adresse/).fill('https://cloud.example.org/SHA512SUMS');
  await dialog.getByLabel('Prüfen alle (Stunden)').fill('12');
  await dialog.getByLabel('Frühere Images behalten').fill('3');
  await look('sources-dialog-de');
  await save.click();
  const row = page.getByRole('row', { name: /debian-12/ });
  await row.getByText('https://cloud.example.org/debian-12.qcow2').waitFor();
  await row.getByText('alle 12 Stunden').waitFor();
  const { rows } = { rows: await installation.db.selectFrom('image_sources').selectAll().execute() };
  expect(rows).toMatchObject([
    {
      family: 'debian-12',
      checksum_url: 'https://cloud.example.org/SHA512SUMS',
      every_seconds: 43_200,
      keep: 3,
      signing_keys: null,
    },
  ]);
  await look('sources-de');
  await row.getByRole('button', { name: 'debian-12 aktualisieren' }).click();
  await page.getByText('debian-12 wird aktualisiert.').waitFor();
  await row.getByRole('button', { name: 'Quelle entfernen: debian-12' }).click();
  await page
    .getByRole('dialog', { name: 'Quelle entfernen?' })
    .getByRole('button', { name: 'Quelle entfernen' })
    .click();
  await page.getByText('Noch keine Plattform-Images und keine Quellen.').waitFor();
  expect((await audited()).slice(before.length)).toEqual(['source.set', 'source.refresh', 'source.delete']);
});
