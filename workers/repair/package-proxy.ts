import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { publicLookup } from '../internet/public-address.ts';

/** Where distributions keep their packages. */
export const publicPackageHosts: readonly string[] = [
  ...['deb.debian.org', 'security.debian.org', 'archive.ubuntu.com', 'security.ubuntu.com', 'ports.ubuntu.com'],
  ...['dl-cdn.alpinelinux.org', 'download.opensuse.org', 'cdn.opensuse.org', 'updates.suse.com'],
  ...['mirrors.fedoraproject.org', 'dl.fedoraproject.org', 'repo.almalinux.org', 'mirrors.almalinux.org'],
  ...['dl.rockylinux.org', 'mirrors.rockylinux.org', 'mirror.stream.centos.org', 'mirrors.centos.org'],
];

const patienceMs = 60_000;
const hopByHop = ['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'upgrade'];

export type PackageProxyOptions = {
  /** Names, in lower case. */
  hosts: readonly string[];
  /** Whether these may be in the installation's own network. */
  toPrivateAddresses: boolean;
  /** All that one repair may fetch, and all that it may send through tunnels. Requests for packages are small. */
  maxBytes?: number;
  maxSentBytes?: number;
  ports?: { http: number; tls: number };
};

export type PackageProxy = {
  /** A Unix socket that speaks HTTP, for proxy clients. */
  socket: string;
  /** Requested hosts that are not on the list. */
  refused: ReadonlySet<string>;
  close(): Promise<void>;
};

/**
 * The only way out of a system that is being repaired: GET and HEAD by HTTP, and TLS to port 443, only to package hosts (RFC 9110, 9.3.6). The guest must
 * verify the downloads with its own keys.
 */
export async function startPackageProxy({
  hosts,
  toPrivateAddresses,
  maxBytes = 2 * 1024 ** 3,
  maxSentBytes = 16 * 1024 ** 2,
  ports = { http: 80, tls: 443 },
}: PackageProxyOptions): Promise<PackageProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'packages-'));
  const network = toPrivateAddresses ? {} : { lookup: publicLookup('Name the host in REPAIR_PACKAGE_HOSTS.') };
  const refused = new Set<string>();
  const open = new Set<Duplex>();
  const left = { fetched: maxBytes, sent: maxSentBytes };
  const isSpent = (): boolean => left.fetched < 0 || left.sent < 0;

  const isAllowed = (host: string): boolean => {
    const known = hosts.includes(host);
    if (!known && refused.size < 100) refused.add(host.slice(0, 253));
    return known;
  };
  const countBytes = (source: NodeJS.ReadableStream, as: keyof typeof left): void => {
    source.on('data', (chunk: Buffer) => {
      left[as] -= chunk.length;
      if (isSpent()) for (const each of open) each.destroy();
    });
  };
  const holdOpen = <T extends Duplex>(stream: T): T => {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
    stream.on('error', () => stream.destroy());
    return stream;
  };

  const handle = (asked: IncomingMessage, answer: ServerResponse): void => {
    const refuse = (status: number, why: string): void => {
      if (answer.headersSent) answer.destroy();
      else answer.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${why}\n`);
    };
    const url = URL.parse(asked.url ?? '');
    if (url?.protocol !== 'http:' || Number(url.port || 80) !== ports.http)
      refuse(400, `Only http:// on port ${ports.http} is forwarded.`);
    else if (asked.method !== 'GET' && asked.method !== 'HEAD') refuse(405, 'Only GET and HEAD are forwarded.');
    else if (!isAllowed(url.hostname)) refuse(403, `${url.hostname} is not an allowed package host.`);
    else if (isSpent()) refuse(403, 'This repair has reached its transfer limit.');
    else forward(url, asked, answer, () => refuse(502, `${url.hostname} does not answer.`));
  };

  const forward = (url: URL, asked: IncomingMessage, answer: ServerResponse, unanswered: () => void): void => {
    const kept = Object.entries(asked.headers).filter(([name]) => !hopByHop.includes(name));
    const headers = { ...Object.fromEntries(kept), host: url.host };
    const onward = request(url, { method: asked.method, headers, agent: false, timeout: patienceMs, ...network });
    onward.once('timeout', () => onward.destroy(new Error('timeout')));
    onward.once('error', unanswered);
    onward.once('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      countBytes(response, 'fetched');
      response.once('error', () => answer.destroy());
      response.pipe(answer);
    });
    answer.once('close', () => onward.destroy());
    onward.end();
  };

  const tunnel = (asked: IncomingMessage, inside: Duplex): void => {
    holdOpen(inside);
    const [host = '', port] = (asked.url ?? '').split(':');
    if (Number(port) !== ports.tls || !isAllowed(host) || isSpent()) {
      inside.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const outside: Socket = holdOpen(connect({ host, port: ports.tls, ...network }));
    outside.setTimeout(patienceMs, () => outside.destroy());
    outside.once('connect', () => inside.write('HTTP/1.1 200 OK\r\n\r\n'));
    outside.once('close', () => inside.destroy());
    inside.once('close', () => outside.destroy());
    countBytes(outside, 'fetched');
    countBytes(inside, 'sent');

    inside.pipe(outside).pipe(inside);
  };

  const server = createServer({ keepAliveTimeout: patienceMs }, handle);
  server.on('connect', tunnel);
  server.on('connection', holdOpen);
  const socket = join(folder, 'socket');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    socket,
    refused,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const each of open) each.destroy();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
