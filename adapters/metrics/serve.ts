import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import { BootreadyError } from '../../shared/errors.ts';

export type MetricsServer = { close(): Promise<void> };

/**
 * Serves a registry at /metrics, and at /livez that the process works, on a separate address: no proxy that leads to the API leads here, and a scraper
 * needs no key.
 * @throws BootreadyError `unavailable` when the port is taken
 */
export async function serveMetrics(
  registry: Registry,
  { host, port }: { host: string; port: number },
  beforeScrape: () => Promise<void> = () => Promise.resolve(),
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (request.method === 'GET' && path === '/livez') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
      return;
    }
    if (request.method !== 'GET' || path !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    beforeScrape()
      .then(() => registry.metrics())
      .then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
  });
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  } catch (cause) {
    throw new BootreadyError({
      code: 'unavailable',
      message: `Metrics cannot be served on ${host}:${port}.`,
      remedy: 'Another process may use the port. Each process of bootready on a host needs its own METRICS_PORT.',
      cause,
    });
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
