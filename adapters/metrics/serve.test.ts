import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../dev/stack/service.ts';
import { type MetricsServer, serveMetrics } from './serve.ts';

let server: MetricsServer | undefined;
afterEach(() => server?.close());

test('/livez says that the process works, whatever its servers do; other addresses are not there', async () => {
  const port = await freePort();
  server = await serveMetrics(new Registry(), { host: '127.0.0.1', port }, () =>
    Promise.reject(new Error('Redis is down')),
  );
  const ask = async (path: string): Promise<number> => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect(await ask('/livez')).toBe(200);
  expect(await ask('/metrics')).toBe(500);
  expect(await ask('/')).toBe(404);
});
