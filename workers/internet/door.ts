import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { SourceUrl } from '../../shared/contracts/download.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { assertNoPrivateLiteral, publicLookup } from './public-address.ts';

export type Answer = { response: IncomingMessage; url: URL };

/** The way to fetch what users name. */
export type Door = {
  /**
   * The first answer that is not a redirect, whatever its status; the caller destroys it.
   * @throws BootreadyError `forbidden` for an address that must not be fetched, `invalid-input` for one that cannot be fetched, `unavailable` (retryable) when
   * no server answers
   */
  get(
    url: string,
    options: { headers: Record<string, string>; signal: AbortSignal; mayLeaveTls: boolean },
  ): Promise<Answer>;
};

export type DoorOptions = {
  /** `host` or `host:port`, in any network; every other address must be public, on the ports of the web. */
  allowedHosts: readonly string[];
  lookup?: LookupFunction;
  /** For an answer to begin. */
  patienceMs?: number;
};

const mostRedirects = 5;
const webPorts: readonly string[] = ['80', '443'];
const redirects: readonly number[] = [301, 302, 303, 307, 308];
const remedy =
  'Give an address that is reachable from the internet, or ask the operator to add the host to WEB_DOWNLOAD_HOSTS.';

/**
 * Server-side request forgery (OWASP ASVS 5.0, 1.3.6; CVE-2026-34881): each hop is checked like the first one, and the
 * connection goes to an address that was checked. No proxy is used, and no credentials are sent.
 */
export function createDoor({ allowedHosts, lookup = publicLookup(remedy), patienceMs = 60_000 }: DoorOptions): Door {
  /** @throws `forbidden`, `invalid-input` */
  const networkFor = (url: URL): { lookup?: LookupFunction } => {
    const wrong = SourceUrl.safeParse(url.href).error?.issues[0]?.message;
    if (wrong) throw invalid(wrong, 'Give another address.');
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    if (allowedHosts.includes(url.hostname) || allowedHosts.includes(`${url.hostname}:${port}`)) return {};
    if (!webPorts.includes(port)) {
      throw new BootreadyError({
        code: 'forbidden',
        message: `Port ${port} of ${url.hostname} is not allowed: only 80 and 443 are.`,
        remedy,
      });
    }
    assertNoPrivateLiteral(url.hostname, remedy);
    return { lookup };
  };

  const ask = (url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
        // The stored bytes: a file that is compressed on the way has another length and checksum.
        headers: { 'user-agent': 'bootready', 'accept-encoding': 'identity', ...headers },
        agent: false,
        signal,
        ...networkFor(url),
      });
      const late = setTimeout(() => asked.destroy(new Error('no answer in time')), patienceMs);
      asked.once('close', () => clearTimeout(late));
      asked.once('error', (error) => reject(signal.aborted ? signal.reason : unreachable(url.hostname, error)));
      asked.once('response', (response) => {
        clearTimeout(late);
        resolve(response);
      });
      asked.end();
    });

  return {
    get: async (first, { headers, signal, mayLeaveTls }) => {
      let url = new URL(first);
      for (let hops = 0; ; hops++) {
        const response = await ask(url, headers, signal);
        const { location } = response.headers;
        if (!redirects.includes(response.statusCode ?? 0) || location === undefined) return { response, url };
        response.destroy();
        const next = URL.parse(location, url);
        if (!next || hops === mostRedirects)
          throw invalid(`${url.hostname} leads to ${next ? 'one redirect after the other' : 'no address'}.`);
        if (url.protocol === 'https:' && next.protocol === 'http:' && !mayLeaveTls)
          throw invalid(
            `${url.hostname} redirects from https to plain http, where anyone could change the file.`,
            'Also give a checksum, or the address of a mirror with https.',
          );
        url = next;
      }
    },
  };
}

function invalid(message: string, what = 'Give the address of the file itself.'): BootreadyError {
  return new BootreadyError({ code: 'invalid-input', message, remedy: what });
}

/** Waiting does not help against this error. */
const noSuchHost = 'ENOTFOUND';
function isCertificate(code: string): boolean {
  return /CERT|^ERR_TLS|UNABLE_TO_(GET|VERIFY)/.test(code);
}

function unreachable(host: string, cause: Error): BootreadyError {
  if (isBootreadyError(cause)) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === noSuchHost) return invalid(`There is no host ${host}.`, 'Check the address.');
  if (isCertificate(code))
    return invalid(
      `The certificate of ${host} is not valid.`,
      'Give the address of a mirror with a valid certificate.',
    );
  return new BootreadyError({
    code: 'unavailable',
    message: `${host} does not answer.`,
    remedy: 'Check the address, then retry the image.',
    retryable: true,
    cause,
  });
}
