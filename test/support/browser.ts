/// <reference lib="dom" />
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** A real Chromium for the portal. What breaks the content security policy, and what a page throws, fails the test that it happens in. */

const programs = ['chromium', 'google-chrome'];

function browserPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders
    .flatMap((folder) => programs.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  if (!found) throw new Error('No Chromium in PATH: install the package chromium.');
  return found;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath(),
    // The tests run as root in containers without user namespaces to spare; the pages are our own.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
}

export type Visit = { context: BrowserContext; page: Page; complaints: string[] };

const leftOutFile = join(import.meta.dirname, '../../portal/dist/.left-out-classes.json');

/** Complains of each class on a page that has styles in PatternFly, but none in the portal (portal/build/unused-styles.ts). */
async function watchLeftOutClasses(context: BrowserContext): Promise<void> {
  const names: string[] = JSON.parse(await readFile(leftOutFile, 'utf8'));
  await context.addInitScript((each) => {
    const leftOut = new Set(each);
    const look = (element: Element): void => {
      for (const name of element.classList) {
        if (leftOut.delete(name))
          console.error(`The build left out the styles of .${name}: ${element.outerHTML.slice(0, 200)}`);
      }
    };
    new MutationObserver((records) => {
      for (const { target, addedNodes } of records) {
        for (const node of [target, ...addedNodes]) {
          if (!(node instanceof Element)) continue;
          look(node);
          if (node !== target) node.querySelectorAll('*').forEach(look);
        }
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
  }, names);
}

/** A browser profile of its own. `complaints` collects what must not happen. */
export async function newVisit(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] & { baseURL: string },
): Promise<Visit> {
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  await watchLeftOutClasses(context);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(
        `content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      );
    });
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // Browsers write every answer that is not 2xx to the console; the tests ask for some of them.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  return { context, page, complaints };
}

/** What fades from one colour to another is at its end at once: half way, nothing has the contrast that it will have. */
function endTransitions(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation instanceof CSSTransition) animation.finish();
    }
  });
}

/** Headings in a weight that their font does not have (portal/build/common-fonts.ts): browsers would smear it, or show a lighter one. */
function headingsWithoutFont(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const unquote = (family = ''): string => family.trim().replaceAll('"', '');
    const family = 'Red Hat Display';
    const weights = [...document.fonts].filter((face) => unquote(face.family) === family).map(({ weight }) => weight);
    return [...document.body.querySelectorAll('*')].flatMap((element) => {
      const { fontFamily, fontWeight } = getComputedStyle(element);
      if (unquote(fontFamily.split(',')[0]) !== family || weights.includes(fontWeight)) return [];
      return [`${fontWeight}: ${element.outerHTML.slice(0, 120)}`];
    });
  });
}

/** https://github.com/dequelabs/axe-core: WCAG 2.2 A and AA, and best practices. And headings have their font. */
export async function expectAccessible(page: Page): Promise<void> {
  await endTransitions(page);
  expect(await headingsWithoutFont(page)).toEqual([]);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.map(({ html, failureSummary }) => [html.slice(0, 200), failureSummary]),
  }));
  expect(told).toEqual([]);
}

/** What sticks out of the window to the right, where nobody scrolls to; tabs and consoles scroll by themselves. */
export function widerThanScreen(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main *, header *')]
      .filter((element) => {
        const { right, width } = element.getBoundingClientRect();
        return (
          width > 0 &&
          right > window.innerWidth + 1 &&
          !element.closest('.pf-v6-screen-reader, .pf-v6-c-tabs, .serial-log')
        );
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

/** In light, then in dark, a page that stays as it is; what fades from one to the other is there at once. */
export async function inBothThemes(page: Page, work: (theme: 'light' | 'dark') => Promise<void>): Promise<void> {
  const toggle = async (): Promise<void> => {
    await page.evaluate(() => document.documentElement.classList.toggle('pf-v6-theme-dark'));
    await endTransitions(page);
  };
  const isDark = await page.evaluate(() => document.documentElement.classList.contains('pf-v6-theme-dark'));
  await work(isDark ? 'dark' : 'light');
  await toggle();
  await work(isDark ? 'light' : 'dark');
  await toggle();
}

const folder = join(import.meta.dirname, '../../.bootready/screenshots');

/** Both themes, to be looked at; nothing compares them. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await inBothThemes(page, async (theme) => {
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' });
  });
}
