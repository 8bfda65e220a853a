import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { assertNoPrivateLiteral, publicLookup } from '../internet/public-address.ts';

/** Sends one message; resolves with the status of the answer, whose body nobody reads. Redirects are not followed. */
export type Post = (url: string, message: { headers: Record<string, string>; body: string }) => Promise<number>;

const patienceMs = 15_000;

const remedy =
  'Use a webhook that is reachable from the internet, or ask the operator to set WEBHOOKS_TO_PRIVATE_ADDRESSES=true.';
const lookup = publicLookup(remedy);

/**
 * Sends requests to addresses that members of a project have chosen. They must not reach into the installation's own network (server-side request forgery,
 * OWASP ASVS 5.0, 1.3.6).
 * @throws BootreadyError `forbidden`, and every error of the network
 */
export function createPost({ toPrivateAddresses }: { toPrivateAddresses: boolean }): Post {
  return (url, { headers, body }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      if (!toPrivateAddresses) assertNoPrivateLiteral(target.hostname, remedy);
      const late = AbortSignal.timeout(patienceMs);
      const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        signal: late,
        ...(toPrivateAddresses ? {} : { lookup }),
      });
      request.once('error', (error) =>
        reject(late.aborted ? new Error(`timeout: no answer within ${patienceMs / 1000} seconds`) : error),
      );
      request.once('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      request.end(body);
    });
}
