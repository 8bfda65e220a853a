import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { openByteGateway } from './byte-gateway.ts';

test('listens in a folder whose path is longer than the name of a socket may be', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-'));
  const deep = join(dir, 'x'.repeat(120));
  await mkdir(deep);
  const gateway = await openByteGateway(bufferSource(Buffer.from('0123456789')), join(deep, 's'));
  const folder = await open(deep);
  try {
    const body = await new Promise<string>((resolve, reject) => {
      const socketPath = `/proc/self/fd/${folder.fd}/s`;
      request({ socketPath, path: '/disk', headers: { range: 'bytes=2-4' } }, (answer) => resolve(text(answer)))
        .once('error', reject)
        .end();
    });
    expect(body).toBe('234');
    await gateway.close();
    expect(existsSync(join(deep, 's'))).toBe(false);
  } finally {
    await folder.close();
    await rm(dir, { recursive: true });
  }
});
