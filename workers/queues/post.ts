import { type LookupAddress, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { BootreadyError } from '../../shared/errors.ts';

/** Sends one message; resolves with the status of the answer, whose body nobody reads. Redirects are not followed. */
export type Post = (url: string, message: { headers: Record<string, string>; body: string }) => Promise<number>;

const patienceMs = 15_000;

/** IANA's special-purpose IPv4 addresses (RFC 6890 and its registry), and what is no unicast. */
const notPublic = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  notPublic.addSubnet(network, bits, 'ipv4');
}
/** Global unicast is 2000::/3 (RFC 4291, 2.4); of it, what only wraps an IPv4 address or is for documents. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(network, bits, 'ipv6');
}

export const isPublicAddress = (address: string): boolean =>
  isIP(address) === 4
    ? !notPublic.check(address, 'ipv4')
    : isIP(address) === 6 && globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');

const refusal = (host: string): BootreadyError =>
  new BootreadyError({
    code: 'forbidden',
    message: `${host} is no public address, and messages go to no other.`,
    remedy: 'Give a webhook that the internet reaches, or let the operator set WEBHOOKS_TO_PRIVATE_ADDRESSES=true.',
  });

/** Every address of the name must be public, and the connection goes to one that was looked at: no second look-up in between. */
export const lookupPublic: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? [];
    if (error || !first) done(error ?? new Error(`${host} has no address`), '', 4);
    else if (!addresses.every(({ address }) => isPublicAddress(address))) done(refusal(host), '', 4);
    else if (options.all) done(null, addresses);
    else done(null, first.address, first.family);
  });
};

/**
 * What members of a project may make the installation call must not reach into its own network (server-side request forgery,
 * OWASP ASVS 5.0, 1.3.6). @throws BootreadyError `forbidden`, and whatever the network throws
 */
export const createPost =
  ({ toPrivateAddresses }: { toPrivateAddresses: boolean }): Post =>
  (url, { headers, body }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const literal = target.hostname.replace(/^\[|\]$/g, '');
      if (!toPrivateAddresses && isIP(literal) && !isPublicAddress(literal)) return reject(refusal(literal));
      const late = AbortSignal.timeout(patienceMs);
      const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: false,
        signal: late,
        ...(toPrivateAddresses ? {} : { lookup: lookupPublic }),
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
