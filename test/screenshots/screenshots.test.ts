import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { allWords } from '../../portal/words/all-words.ts';
import type { Image } from '../../shared/ports/image.ts';
import { inBothThemes, widerThanScreen } from '../support/browser.ts';
import {
  activeImage,
  convertingImage,
  manyImages,
  rejectedImage,
  repairedImage,
  stuckImage,
} from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/**
 * Pictures of every page and state of the portal, for people to look at: `npm run screenshots` writes them to `.bootready/screenshots/pages`, and those of the
 * documents to `docs/pictures`. No page may be wider than its screen.
 */

const folder = join(import.meta.dirname, '../../.bootready/screenshots/pages');
const documents = join(import.meta.dirname, '../../docs/pictures');

const widths = { 375: 812, 768: 1024, 1280: 900, 1920: 1080 } as const;
const languages = { en: 'en-GB', de: 'de-DE' } as const;
type Language = keyof typeof languages;

/** States whose English pictures at one width belong to the documents. */
const documented: ReadonlySet<string> = new Set(['list', 'active', 'refused', 'repair', 'upload', 'operations-runs']);
const documentedWidth = 1280;

const longName =
  'Customer-facing web shop, production, exported from the old hypervisor before the move (third try, really the last one) 2026-11-30.ova';
const serialLog =
  'Linux version 6.1.0-32-cloud-amd64\n[  OK  ] Reached target cloud-init.target\nDebian GNU/Linux 12 ttyS0\n';

const portal = visitPortal({ roles: [] });
let images: Record<'active' | 'refused' | 'converting' | 'long' | 'repaired' | 'stuck', Image>;
const keys: Record<'member' | 'admin' | 'empty' | 'many', string> = { member: '', admin: '', empty: '', many: '' };
let page: Page;
beforeAll(async () => {
  const { installation, project } = portal;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  keys.member = await portal.newKey('member');
  keys.admin = await portal.newKey('admin');
  keys.empty = await portal.newKey('member', 'empty');
  keys.many = await portal.newKey('member', 'many');
  await manyImages(installation, await createProjectStore(installation.db).ensure({ id: 'many' }), 120);
  const long = await rejectedImage(installation, project, longName);
  const refused = await rejectedImage(installation, project, 'web-shop.vmdk');
  images = {
    long,
    refused,
    repaired: await repairedImage(installation, await rejectedImage(installation, project, 'mail.vhdx')),
    active: await activeImage(installation, project, 'Debian 12', serialLog),
    converting: await convertingImage(installation, project, 'Ubuntu 24.04'),
    stuck: await stuckImage(installation, project, 'Rocky 9', 'The object store does not answer.'),
  };
});
beforeEach(() => {
  ({ page } = portal);
});

function say(key: keyof typeof allWords, language: Language): string {
  return allWords[key][language];
}

/** A name that begins like this: buttons end with dots where a dialog follows. */
function button(key: keyof typeof allWords, language: Language) {
  return page.getByRole('button', { name: new RegExp(`^${say(key, language)}`) }).first();
}

async function signIn(key: string, language: Language): Promise<void> {
  await page.goto('/images');
  await page.getByLabel(say('apiKey', language)).fill(key);
  await page.keyboard.press('Enter');
  await page.getByText(say('signOut', language)).first().waitFor({ state: 'attached' });
}

async function open(path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.pf-v6-c-skeleton, .pf-v6-c-spinner').first().waitFor({ state: 'detached' });
}

type State = { key?: keyof typeof keys; show: (language: Language) => Promise<unknown> };
const states: Readonly<Record<string, State>> = {
  'sign-in': {
    show: async (language) => {
      await page.context().clearCookies();
      await page.goto('/images');
      await page.getByLabel(say('apiKey', language)).waitFor();
    },
  },
  empty: { key: 'empty', show: () => open('/images') },
  list: { key: 'member', show: () => open('/images') },
  many: { key: 'many', show: () => open('/images') },
  shared: { key: 'member', show: () => open('/images/shared') },
  platform: { key: 'member', show: () => open('/images/platform') },
  ...Object.fromEntries(
    (['active', 'refused', 'converting', 'long', 'repaired', 'stuck'] as const).map((name): [string, State] => [
      name,
      { key: 'member', show: () => open(`/images/${images[name].id}`) },
    ]),
  ),
  repair: {
    key: 'member',
    show: async (language) => {
      await open(`/images/${images.refused.id}`);
      await button('repair', language).click();
      await page.getByText(say('remediesRecommended', language)).waitFor();
      await page.getByRole('dialog').waitFor();
    },
  },
  upload: {
    key: 'member',
    show: async (language) => {
      await open('/images');
      await button('uploadImage', language).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'upload-address': {
    key: 'member',
    show: async (language) => {
      await open('/images');
      await button('uploadImage', language).click();
      await page.getByRole('dialog').getByText(say('fromAddress', language), { exact: true }).click();
    },
  },
  sessions: { key: 'member', show: () => open('/sessions') },
  webhooks: { key: 'member', show: () => open('/webhooks') },
  missing: { key: 'member', show: () => open('/no/such/page') },
  'no-image': { key: 'member', show: () => open(`/images/${crypto.randomUUID()}`) },
  ...Object.fromEntries(
    ['runs', 'notifications', 'workers', 'quotas', 'families', 'keys', 'audit'].map((tab): [string, State] => [
      `operations-${tab}`,
      { key: 'admin', show: () => open(`/operations/${tab}`) },
    ]),
  ),
};

describe.each(Object.entries(languages))('in %s', (name, locale) => {
  const language = name as Language;
  test.each(Object.entries(widths).map(([width, height]) => [Number(width), height]))(
    '%i px wide: every state, light and dark',
    async (width, height) => {
      await portal.enter({ viewport: { width, height }, locale, reducedMotion: 'reduce' });
      ({ page } = portal);
      const wide: Record<string, string[]> = {};
      let signedIn: string | undefined;
      for (const [state, { key, show }] of Object.entries(states)) {
        if (key && key !== signedIn) {
          await page.context().clearCookies();
          await signIn(keys[key], language);
        }
        signedIn = key;
        await show(language);
        const tooWide = await widerThanScreen(page);
        if (tooWide.length > 0) wide[state] = tooWide;
        await inBothThemes(page, async (theme) => {
          const file = `${state}-${language}-${width}-${theme}.png`;
          await page.screenshot({ path: join(folder, file), animations: 'disabled' });
          if (language === 'en' && width === documentedWidth && documented.has(state))
            await page.screenshot({ path: join(documents, `${state}-${theme}.png`), animations: 'disabled' });
        });
      }
      expect(wide).toEqual({});
    },
  );
});

test('nothing is missing', async () => {
  const expected = Object.keys(states).length * Object.keys(widths).length * Object.keys(languages).length * 2;
  expect(await readdir(folder)).toHaveLength(expected);
});
