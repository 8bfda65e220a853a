/** A browser without scripts: follows links, keeps cookies of one host name, fills in the one form of a page. */
export type FormBrowser = {
  /** Follows redirects until a page or `until`, a path that is not opened any more. */
  open(url: string, until?: string): Promise<Page>;
  submit(page: Page, fields: Record<string, string>, until?: string): Promise<Page>;
  cookies: Map<string, string>;
};
export type Page = { url: string; status: number; html: string; setCookies: string[] };

export function formBrowser(): FormBrowser {
  const cookies = new Map<string, string>();
  const go = async (url: string, init: RequestInit = {}, until?: string): Promise<Page> => {
    const setCookies: string[] = [];
    let next = url;
    let request = init;
    for (let step = 0; step < 15; step++) {
      if (until === new URL(next).pathname) return { url: next, status: 0, html: '', setCookies };
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(next, {
        redirect: 'manual',
        ...request,
        headers: { ...request.headers, cookie, accept: 'text/html' },
      });
      for (const set of answer.headers.getSetCookie()) {
        setCookies.push(set);
        const [name = '', value = ''] = set.split(';', 1)[0]?.split('=', 2) ?? [];
        if (value) cookies.set(name, value);
        else cookies.delete(name);
      }
      const location = answer.headers.get('location');
      if (!location) return { url: next, status: answer.status, html: await answer.text(), setCookies };
      next = new URL(location, next).href;
      request = {};
    }
    throw new Error(`too many redirects from ${url}`);
  };
  return {
    cookies,
    open: (url, until) => go(url, {}, until),
    submit: ({ url, html }, fields, until) => {
      const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1];
      if (!action) throw new Error(`no form at ${url}: ${html.slice(0, 500)}`);
      const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      );
      const body = new URLSearchParams([...hidden, ...Object.entries(fields)]);
      return go(new URL(action, url).href, { method: 'POST', body }, until);
    },
  };
}
