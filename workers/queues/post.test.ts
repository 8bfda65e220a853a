import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createPost } from './post.ts';

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
