import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress, publicLookup } from './public-address.ts';

test.each(['8.8.8.8', '193.0.14.129', '2a00:1450:4001::1', '2606:4700::1'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ...[
    '127.0.0.1',
    '127.9.9.9',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
  ],
  ...['224.0.0.1', '255.255.255.255', '198.18.0.1', '::1', '::', 'fe80::1', 'fc00::1', 'fd00::1', 'ff02::1'],
  ...[
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001::1',
    'localhost',
    '',
  ],
  // Services for the machines of clouds: Azure, Alibaba, AWS (also over IPv6, and of containers), Oracle.
  ...['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', '169.254.170.2', '192.0.0.192'],
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

describe('whatever the address', () => {
  /** IANA's registry once more, as numbers: what the product's lists are compared to. */
  const reserved: readonly (readonly [string, number])[] = [
    ...([
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
    ] as const),
    ...([
      ['172.16.0.0', 12],
      ['192.0.0.0', 24],
      ['192.0.2.0', 24],
      ['192.88.99.0', 24],
      ['192.168.0.0', 16],
    ] as const),
    ...([
      ['198.18.0.0', 15],
      ['198.51.100.0', 24],
      ['203.0.113.0', 24],
      ['224.0.0.0', 4],
      ['240.0.0.0', 4],
      // Azure's own, no registry's.
      ['168.63.129.16', 32],
    ] as const),
  ];
  const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const toText = (address: number): string => [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join('.');
  const isReserved = (address: number): boolean =>
    reserved.some(([network, bits]) => {
      const size = 2 ** (32 - bits);
      return Math.floor(address / size) === Math.floor(toNumber(network) / size);
    });
  const anyAddress = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    // The edges of every network, where mistakes live.
    fc.constantFrom(...reserved).chain(([network, bits]) => {
      const [first, size] = [toNumber(network), 2 ** (32 - bits)];
      return fc.constantFrom(first, first + size - 1, Math.max(0, first - 1), Math.min(2 ** 32 - 1, first + size));
    }),
  );
  const groups = (address: number): string => `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`;

  test('an IPv4 address is public unless the registry reserves it', () => {
    fc.assert(
      fc.property(anyAddress, (address) => isPublicAddress(toText(address)) === !isReserved(address)),
      { numRuns: 2000 },
    );
  });

  test('no form that wraps an IPv4 address is public, of whatever address', () => {
    const forms = [
      (a: number) => `::ffff:${toText(a)}`,
      (a: number) => `::ffff:${groups(a)}`,
      (a: number) => `0:0:0:0:0:FFFF:${groups(a)}`,
      (a: number) => `::${toText(a)}`,
      (a: number) => `::ffff:0:${groups(a)}`,
      (a: number) => `64:ff9b::${groups(a)}`,
      (a: number) => `64:ff9b:1::${groups(a)}`,
      (a: number) => `2002:${groups(a)}::1`,
      (a: number) => `2001:0:${groups(a)}::`,
    ];
    fc.assert(
      fc.property(anyAddress, fc.constantFrom(...forms), (address, form) => !isPublicAddress(form(address))),
      { numRuns: 2000 },
    );
  });

  test('an IPv6 address outside 2000::/3, or with a zone, is not public', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = address.startsWith(':') ? 0 : Number.parseInt(address, 16);
        return first >= 0x2000 && first <= 0x3fff ? true : !isPublicAddress(address);
      }),
      { numRuns: 2000 },
    );
    expect(isPublicAddress('2606:4700::1%eth0')).toBe(false);
    expect(isPublicAddress('fe80::1%lo')).toBe(false);
  });

  test('no text at all makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (text) => typeof isPublicAddress(text) === 'boolean'),
    );
  });
});

describe('a look-up', () => {
  const ask = (answers: string[][], family?: number) => {
    let asked = 0;
    const lookup = publicLookup('Ask the operator.', (_host, _options, done) => {
      const addresses = (answers[Math.min(asked++, answers.length - 1)] ?? []).map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      }));
      done(null, addresses);
    });
    return new Promise<unknown>((resolve) =>
      lookup('name.example', family ? { family } : { all: true }, (error, found) => resolve(error ?? found)),
    );
  };

  test('gives what is public, and nothing when one of the addresses is not', async () => {
    expect(await ask([['8.8.8.8', '2606:4700::1']])).toMatchObject([
      { address: '8.8.8.8' },
      { address: '2606:4700::1' },
    ]);
    expect(await ask([['8.8.8.8']], 4)).toBe('8.8.8.8');
    expect(await ask([['8.8.8.8', '127.0.0.1']])).toMatchObject({ code: 'forbidden', remedy: 'Ask the operator.' });
    expect(await ask([[]])).toMatchObject({ message: 'name.example has no address' });
  });

  test('is asked once a connection: a name that answers otherwise the second time leads nowhere else', async () => {
    let heard = 0;
    const server = createServer((_asked, answer) => answer.end(String(++heard)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let asked = 0;
    const lookup = publicLookup('', (_host, _options, done) =>
      done(null, [{ address: asked++ === 0 ? '192.0.1.1' : '127.0.0.1', family: 4 }]),
    );
    const { port } = server.address() as AddressInfo;
    const get = () =>
      new Promise<string | undefined>((resolve) => {
        const client = request({ host: 'rebinding.example', port, agent: false, lookup, timeout: 200 });
        client.once('timeout', () => client.destroy(Object.assign(new Error('silence'), { code: 'silence' })));
        client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
        client.once('response', () => resolve('answered'));
        client.end();
      });
    // A public address that is not this host: nothing of it is heard here.
    expect(await get()).not.toBe('answered');
    expect(asked).toBe(1);
    expect(await get()).toBe('forbidden');
    expect(heard).toBe(0);
    server.close();
  });
});
