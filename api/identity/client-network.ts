/**
 * Returns the network that counts as one client: an IPv4 address, or the /64 network of an IPv6 address. One customer gets a whole network of that size (RFC
 * 6177), and would otherwise have a new address for each request.
 */
export function toNetwork(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [front = '', back] = (address.split('%')[0] ?? '').split('::');
  const left = readGroups(front);
  const right = readGroups(back ?? '');
  const all = back === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right];
  const network = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

function readGroups(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
