import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import { expectAccessible, newVisit, openBrowser, picture, type Visit } from '../support/browser.ts';
import type { Installation } from '../support/installation.ts';
import type { OidcIssuer } from '../support/oidc-issuer.ts';
import { activeImage } from '../support/portal-images.ts';
import { someAccounts, startWithIssuer } from '../support/signed-in.ts';

/** Signing in at a real OpenID Connect issuer, in a real Chromium. */

let installation: Installation;
let issuer: OidcIssuer;
let close: () => Promise<void>;
let browser: Browser;
beforeAll(async () => {
  await buildPortal();
  const accounts = { ...someAccounts, ada: { projects: ['demo', 'other'], roles: ['editor'] } };
  ({ installation, issuer, close } = await startWithIssuer(accounts, { roles: [] }));
  const projects = createProjectStore(installation.db);
  await activeImage(installation, await projects.ensure({ id: 'demo' }), 'Debian 12', 'console');
  await activeImage(installation, await projects.ensure({ id: 'other' }), 'Rocky 9', 'console');
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await close?.();
});

let visit: Visit;
let page: Page;
beforeEach(async () => {
  visit = await newVisit(browser, { baseURL: installation.apiUrl });
  ({ page } = visit);
});
afterEach(async () => {
  await visit.context.close();
  expect(visit.complaints).toEqual([]);
});

function offer() {
  return page.getByRole('link', { name: 'Mit Beispiel-Konto anmelden' });
}
async function signInAs(account: string): Promise<void> {
  await offer().click();
  await page.getByPlaceholder('Enter any login').fill(account);
  await page.getByPlaceholder('and password').fill('x');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

test('leads to the issuer and back to the page that was asked for; choosing a project, and signing out here and there', async () => {
  await page.goto('/images/platform');
  await offer().waitFor();
  await expectAccessible(page);
  await picture(page, 'sign-in-issuer-de');
  await signInAs('ada');
  await page.getByRole('heading', { name: 'Plattform-Images', exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/images/platform');
  expect(await visit.context.cookies(installation.apiUrl)).toContainEqual(
    expect.objectContaining({ name: 'bootready-on-this-machine', httpOnly: true, sameSite: 'Strict' }),
  );
  await page.getByText('Name of ada').waitFor();
  await page.goto('/images');
  await page.getByRole('link', { name: 'Debian 12' }).waitFor();
  await expectAccessible(page);
  await picture(page, 'images-of-user-de');

  await page.getByLabel('Projekt').selectOption('other');
  await page.getByRole('link', { name: 'Rocky 9' }).waitFor();
  expect(await page.getByRole('link', { name: 'Debian 12' }).count()).toBe(0);
  await page.reload();
  await page.getByRole('link', { name: 'Rocky 9' }).waitFor();

  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.waitForURL(`${issuer.url}/session/end**`);
  await page.getByRole('button', { name: /yes/i }).click();
  await offer().waitFor();
  expect(await installation.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
  // The issuer asks who it is again: it has signed the browser out too.
  await offer().click();
  await page.getByPlaceholder('Enter any login').waitFor();
});

test("says in the reader's language why nobody was signed in", async () => {
  await page.goto('/images');
  await signInAs('no-role');
  await page.getByRole('alert').getByText('Sie haben hier keinen Zugang.').waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('alert').getByText('You have no access here.').waitFor();
  await page.getByRole('link', { name: 'Sign in with Beispiel-Konto' }).waitFor();

  // Where a browser is sent back to when the issuer did not answer us: test/integration/oidc.test.ts has that.
  await page.goto('/images?sign-in=unavailable');
  await page.getByRole('alert').getByText('The sign-in service does not answer.').waitFor();
  // A link with a name that every object has: the page must not fail.
  await page.goto('/images?sign-in=constructor');
  await page.getByRole('link', { name: 'Sign in with Beispiel-Konto' }).waitFor();
});

test('asks again when the issuer has locked the user out', async () => {
  await page.goto('/images');
  await signInAs('demo-reader');
  await page.getByRole('link', { name: 'Debian 12' }).waitFor();
  (issuer.accounts['demo-reader'] as { roles: string[] }).roles = [];
  await installation.db
    .updateTable('sessions')
    .set({ renew_at: new Date(Date.now() - 1000) })
    .execute();
  // The page may ask for something by itself before that, and has no link any more then.
  await Promise.race([page.getByRole('link', { name: 'Debian 12' }).click(), offer().waitFor()]);
  await offer().waitFor();
});

test('shows where one is signed in, and signs another browser out there', async () => {
  await page.goto('/images');
  await signInAs('ada');
  await page.getByText('Name of ada').waitFor();
  const elsewhere = await newVisit(browser, { baseURL: installation.apiUrl });
  await elsewhere.page.goto('/images');
  await elsewhere.page.getByRole('link', { name: 'Mit Beispiel-Konto anmelden' }).click();
  await elsewhere.page.getByPlaceholder('Enter any login').fill('ada');
  await elsewhere.page.getByPlaceholder('and password').fill('x');
  await elsewhere.page.getByRole('button', { name: 'Sign-in' }).click();
  await elsewhere.page.getByText('Name of ada').waitFor();

  await page.getByRole('link', { name: 'Angemeldete Browser' }).click();
  const rows = page.getByRole('grid', { name: 'Angemeldete Browser' }).getByRole('row');
  await rows.filter({ hasText: 'Dieser Browser' }).filter({ hasText: 'Chrome, Linux' }).waitFor();
  await expectAccessible(page);
  await picture(page, 'sessions-de');
  await rows.getByRole('button', { name: 'Abmelden' }).click();
  await page.getByText('Der Browser ist abgemeldet.').waitFor();
  await expect.poll(() => rows.count()).toBe(2);
  await elsewhere.page.reload();
  await elsewhere.page.getByRole('link', { name: 'Mit Beispiel-Konto anmelden' }).waitFor();
  await elsewhere.context.close();
});
