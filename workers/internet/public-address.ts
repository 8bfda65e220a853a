import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { BootreadyError } from '../../shared/errors.ts';

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
  // Relays of 6to4, which nobody runs any more (RFC 7526).
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Where clouds serve credentials and settings to their machines, on public numbers. The others of them (169.254.169.254, 100.100.100.200, fd00:ec2::254 and the like) are of no public
  // network anyway, and so is what metadata.google.internal resolves to.
  // Azure: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ['168.63.129.16', 32],
] as const) {
  notPublic.addSubnet(network, bits, 'ipv4');
}
/**
 * Global unicast is 2000::/3 (RFC 4291, 2.4), so mapped, NAT64 and local addresses are outside. Inside it, addresses that wrap an IPv4 address, or are for
 * protocols and documents, are blocked too.
 */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  // Protocol assignments, Teredo and benchmarks among them (RFC 2928).
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(network, bits, 'ipv6');
}

export function isPublicAddress(address: string): boolean {
  // A zone ("%eth0") names a link of this host.
  if (address.includes('%')) return false;
  if (isIP(address) === 4) return !notPublic.check(address, 'ipv4');
  return isIP(address) === 6 && globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

/** @param remedy what the reader of the refusal can do */
function refusal(host: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'forbidden', message: `${host} is not a public address.`, remedy });
}

/** The look-up checks names, but sockets use a literal address without a look-up. @throws `forbidden` */
export function assertNoPrivateLiteral(hostname: string, remedy: string): void {
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !isPublicAddress(literal)) throw refusal(literal, remedy);
}

type Resolve = (
  host: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Every address of the name must be public, and the connection uses a checked one: no second look-up in between (DNS rebinding). @param resolve asks the
 * resolver of the host
 */
export function publicLookup(remedy: string, resolve: Resolve = lookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) done(error ?? new Error(`${host} has no address`), '', 4);
      else if (!addresses.every(({ address }) => isPublicAddress(address))) done(refusal(host, remedy), '', 4);
      else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
