/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { putCors } from '../../adapters/object-store/cors.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { newVisit, openBrowser, type Visit } from './browser.ts';
import { type Installation, startInstallation } from './installation.ts';

export type Role = 'reader' | 'member' | 'admin';

/** The portal as it was built, served by the API of an installation of its own; each test visits it with a browser profile of its own. */
export type PortalVisit = {
  readonly installation: Installation;
  readonly project: Project;
  readonly page: Page;
  readonly visit: Visit;
  /** Another profile in place of the present one. */
  enter(options?: Parameters<Browser['newContext']>[0]): Promise<void>;
  /** A new key of the project; the project is made when it is not there. */
  newKey(role: Role, projectId?: string): Promise<string>;
  signIn(key: string, path?: string): Promise<void>;
};

/** Hooks of a test file. A page that throws or breaks its content security policy fails the test. */
export function visitPortal(options: Parameters<typeof startInstallation>[0]): PortalVisit {
  let installation: Installation;
  let browser: Browser;
  let project: Project;
  let visit: Visit;

  beforeAll(async () => {
    await buildPortal();
    installation = await startInstallation(options);
    // As dev/stack does it: pages of this origin may write to the bucket.
    await putCors(installation.s3, 'uploads', [installation.apiUrl]);
    project = await createProjectStore(installation.db).ensure({ id: 'demo' });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.close();
  });
  const enter: PortalVisit['enter'] = async (profile = {}) => {
    await visit?.context.close();
    visit = await newVisit(browser, { baseURL: installation.apiUrl, ...profile });
  };
  beforeEach(() => enter());
  afterEach(async () => {
    await visit.context.close();
    expect(visit.complaints).toEqual([]);
  });

  return {
    get installation() {
      return installation;
    },
    get project() {
      return project;
    },
    get page() {
      return visit.page;
    },
    get visit() {
      return visit;
    },
    enter,
    newKey: async (role, projectId = 'demo') => {
      const { id } = await createProjectStore(installation.db).ensure({ id: projectId });
      const { key, hash, hint } = newApiKey();
      await createApiKeyStore(installation.db).create({ projectId: id, name: role, hash, hint, role });
      return key;
    },
    signIn: async (key, path = '/images') => {
      const { page } = visit;
      await page.goto(path);
      await page.getByLabel('API-Schlüssel').fill(key);
      await page.getByRole('button', { name: 'Anmelden' }).click();
      await page.getByRole('button', { name: 'Abmelden' }).waitFor();
    },
  };
}
