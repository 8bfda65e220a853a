import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { launch, type Page } from 'puppeteer-core';

/**
 * Browsers of different engines as Debian has them, all driven in the same way: WebDriver BiDi, which is a standard of the browsers themselves. Playwright, which
 * the other tests use, drives only a Firefox that it has changed.
 */
const engines = {
  Chromium: {
    browser: 'chrome',
    programs: ['chromium', 'google-chrome'],
    // As root in containers without user namespaces to spare; the pages are our own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  },
  Firefox: { browser: 'firefox', programs: ['firefox-esr', 'firefox'], args: [] },
} as const;
export type Engine = keyof typeof engines;

export type EngineVisit = {
  page: Page;
  /** What must not happen: what a page throws, writes to the console as an error, or is refused by its content security policy. */
  complaints: string[];
  /** Where downloads arrive. */
  downloads: string;
  close(): Promise<void>;
};

function pathOf(engine: Engine): string {
  const { programs } = engines[engine];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = programs
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (!found) throw new Error(`No ${engine} in PATH: install the package ${programs[0]}.`);
  return found;
}

/** A browser with a profile of its own. */
export async function visitWith(engine: Engine): Promise<EngineVisit> {
  const { browser: name, args } = engines[engine];
  const downloads = await mkdtemp(join(tmpdir(), 'downloads-'));
  const browser = await launch({
    browser: name,
    executablePath: pathOf(engine),
    args: [...args],
    protocol: 'webDriverBiDi',
    // No step of these tests is that long; a browser that does not answer is to be named as such.
    protocolTimeout: 300_000,
  });
  // The context that a browser begins with does not heed this.
  const context = await browser.createBrowserContext({
    downloadBehavior: { policy: 'allow', downloadPath: downloads },
  });
  const page = await context.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`thrown: ${error instanceof Error ? error.message : String(error)}`));
  page.on('console', (message) => {
    const text = message.text();
    // Chromium writes every answer that is not 2xx to the console: the page asks who is signed in.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`content security policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  return {
    page,
    complaints,
    downloads,
    close: async () => {
      await browser.close();
      await rm(downloads, { recursive: true });
    },
  };
}
