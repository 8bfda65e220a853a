import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createPost, isPublicAddress } from './post.ts';

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
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('no spelling of this host is called; a server that listens hears nothing', async () => {
  let heard = 0;
  const server = createServer((_request, response) => {
    heard++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const message = { headers: {}, body: '{}' };
  // The control: it is there.
  expect(await createPost({ toPrivateAddresses: true })(`http://127.0.0.1:${port}/`, message)).toBe(200);
  const post = createPost({ toPrivateAddresses: false });
  for (const host of [
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:7f00:1]',
    '0',
  ]) {
    await expect(post(`http://${host}:${port}/`, message), host).rejects.toMatchObject({ code: 'forbidden' });
  }
  expect(heard).toBe(1);
  server.close();
});
