/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { activeImage, convertingImage, rejectedImage } from '../support/portal-images.ts';
import { visitPortal } from '../support/portal-visit.ts';

/** What a browser with an empty cache transfers until a page is complete. Bytes are the same on every machine; times are not. */

const most = { signIn: 170_000, list: 250_000 };

const portal = visitPortal({ roles: [] });
let member: string;
beforeAll(async () => {
  const { installation, project } = portal;
  member = await portal.newKey('member');
  await activeImage(installation, project, 'Debian 12', 'console');
  await convertingImage(installation, project, 'Ubuntu 24.04');
  await rejectedImage(installation, project, 'web-shop.vmdk');
});

type Transfer = { path: string; bytes: number };

/** Heads and bodies as they come over the wire, compressed. Live streams count with what they have sent so far. */
async function watchTransfers(page: Page): Promise<() => Transfer[]> {
  const devTools = await page.context().newCDPSession(page);
  const transfers = new Map<string, Transfer>();
  await devTools.send('Network.enable');
  devTools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    transfers.set(requestId, { path: new URL(request.url).pathname, bytes: 0 });
  });
  const count = (requestId: string, most: (before: number) => number): void => {
    const transfer = transfers.get(requestId);
    if (transfer) transfer.bytes = most(transfer.bytes);
  };
  devTools.on('Network.responseReceived', ({ requestId, response }) =>
    count(requestId, () => response.encodedDataLength),
  );
  devTools.on('Network.dataReceived', ({ requestId, encodedDataLength }) =>
    count(requestId, (before) => before + encodedDataLength),
  );
  devTools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    count(requestId, () => encodedDataLength),
  );
  return () => [...transfers.values()].sort((one, other) => other.bytes - one.bytes);
}

/** Fails with all transfers, the largest first. */
function expectFew(transfers: Transfer[], mostBytes: number): void {
  const bytes = transfers.reduce((sum, transfer) => sum + transfer.bytes, 0);
  expect(transfers.length).toBeGreaterThan(3);
  // The whole fonts are only for letters that neither English nor German has.
  const fonts = transfers.map(({ path }) => path).filter((path) => path.endsWith('.woff2'));
  expect(fonts.map((path) => path.replace(/^.*\/|-[\w-]{8}\.woff2$/g, '')).toSorted()).toEqual([
    'RedHatDisplayVF-common',
    'RedHatTextVF-common',
  ]);
  expect({ bytes, isFew: bytes < mostBytes, transfers }).toMatchObject({ isFew: true });
}

async function complete(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState('networkidle');
}

test('the page of signing in transfers few bytes', async () => {
  const { page } = portal;
  const transfers = await watchTransfers(page);
  await page.goto('/images');
  await page.getByRole('button', { name: 'Anmelden' }).waitFor();
  await complete(page);
  expectFew(transfers(), most.signIn);
});

test('the list of images transfers few bytes', async () => {
  await portal.signIn(member);
  const storageState = await portal.visit.context.storageState();
  await portal.enter({ storageState });
  const { page } = portal;
  const transfers = await watchTransfers(page);
  await page.goto('/images');
  await page.getByRole('link', { name: 'Debian 12' }).waitFor();
  await complete(page);
  expectFew(transfers(), most.list);
});
