import { freePort } from '../../dev/stack/service.ts';
import { type FormBrowser, formBrowser, type Page } from './form-browser.ts';
import { type Installation, startInstallation } from './installation.ts';
import { type Account, type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts';

/** An installation whose users come from a real issuer; each knows the other's address. */
export async function startWithIssuer(
  accounts: Record<string, Account>,
  options: Parameters<typeof startInstallation>[0] = {},
): Promise<{ installation: Installation; issuer: OidcIssuer; close(): Promise<void> }> {
  const port = await freePort();
  const issuer = await startOidcIssuer({ publicUrl: `http://127.0.0.1:${port}`, accounts });
  try {
    const env = { ...issuer.env, API_PORT: String(port), ...options.env };
    const installation = await startInstallation({ ...options, env });
    return {
      installation,
      issuer,
      close: async () => {
        await installation.close();
        await issuer.stop();
      },
    };
  } catch (error) {
    await issuer.stop();
    throw error;
  }
}

/** Whoever may do what: the names tell it. */
export const someAccounts: Record<string, Account> = {
  'demo-reader': { projects: ['demo'], roles: ['viewer'] },
  'demo-member': { projects: ['demo'], roles: ['editor'] },
  'demo-admin': { projects: ['demo'], roles: ['operator'] },
  'other-member': { projects: ['other'], roles: ['editor'] },
  'no-role': { projects: ['demo'], roles: ['member', 'admin'] },
  'no-project': { projects: [], roles: ['operator'] },
  'absent-project': { projects: ['absent'], roles: ['operator'] },
};

const callback = '/sign-in/callback';

/** As far as the issuer's answer: the callback's address, not yet opened. */
export async function walkToCallback(
  apiUrl: string,
  account: string,
  { browser = formBrowser(), to = '/images' }: { browser?: FormBrowser; to?: string } = {},
): Promise<string> {
  const page = await browser.open(`${apiUrl}/sign-in/begin?${new URLSearchParams({ to })}`, callback);
  if (page.status === 0) return page.url;
  return (await browser.submit(page, { login: account, password: 'x' }, callback)).url;
}

/** The whole way, to the page of the portal that the browser ends at. */
export async function signIn(apiUrl: string, account: string, browser = formBrowser()): Promise<Page> {
  return browser.open(await walkToCallback(apiUrl, account, { browser }));
}

export const sessionCookieName = 'bootready-on-this-machine';

/** The cookie header of a browser that has signed in. */
export async function signInForCookie(apiUrl: string, account: string): Promise<string> {
  const browser = formBrowser();
  await signIn(apiUrl, account, browser);
  const value = browser.cookies.get(sessionCookieName);
  if (!value) throw new Error(`${account} could not sign in`);
  return `${sessionCookieName}=${value}`;
}

/** What a user does with the address that `bootready login --device` shows: confirm the code, and sign in. */
export async function approveDevice(url: string, account: string, browser = formBrowser()): Promise<void> {
  let page = await browser.open(url);
  // Code, confirmation, sign-in, consent: whatever the issuer asks next.
  for (let step = 0; step < 6 && page.html.includes('<form'); step++) {
    page = await browser.submit(page, page.html.includes('name="login"') ? { login: account, password: 'x' } : {});
  }
  if (!page.html.includes('Sign-in Success'))
    throw new Error(`${account} could not approve: ${page.html.slice(0, 500)}`);
}

/** The same user, who did not ask for it. */
export async function refuseDevice(url: string, browser = formBrowser()): Promise<void> {
  const confirmation = await browser.submit(await browser.open(url), {});
  // The button that says no stands beside the hidden field that says yes.
  const html = confirmation.html.replace(/<input type="hidden" name="confirm"[^>]*>/, '');
  await browser.submit({ ...confirmation, html }, { abort: 'yes' });
}
