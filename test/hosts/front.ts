import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { installSystemPackages } from '../../dev/setup/apt.ts';
import { freePort, type Service, startServer } from '../../dev/stack/service.ts';

/** HAProxy in front of the API processes: https://docs.haproxy.org/2.6/configuration.html */
export type Front = Service & {
  /** On this machine: pages from there count as secure for a browser. */
  url: string;
  /** On the network of the hosts. */
  hostsUrl: string;
  /** The names of the API processes that it sends requests to. */
  usable(): Promise<string[]>;
};
export type Backend = { name: string; address: string; port: number };

export async function startFront(home: string, address: string, backends: readonly Backend[]): Promise<Front> {
  await installSystemPackages([{ name: 'haproxy', reason: 'the proxy in front of the API', programs: ['haproxy'] }]);
  const port = await freePort();
  const socket = join(home, 'haproxy.sock');
  const file = join(home, 'haproxy.cfg');
  const servers = backends.map(({ name, address: at, port: its }) => `  server ${name} ${at}:${its} check`);
  // As docs/operate.md has it.
  const settings = `
global
  stats socket ${socket} mode 600
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  retries 2
  option redispatch
frontend all
  bind 127.0.0.1:${port}
  bind ${address}:${port}
  option forwardfor
  default_backend api
backend api
  balance leastconn
  option httpchk GET /livez
  default-server inter 1s fall 2 rise 1
${servers.join('\n')}
`;
  await writeFile(file, settings);
  const url = `http://127.0.0.1:${port}`;
  const service = await startServer({
    name: 'haproxy',
    command: 'haproxy',
    args: ['-db', '-f', file],
    logFile: join(home, 'haproxy.log'),
    ready: async () => (await fetch(`${url}/livez`)).ok,
  });
  return {
    ...service,
    url,
    hostsUrl: `http://${address}:${port}`,
    usable: async () => {
      const connection = createConnection(socket);
      connection.end('show stat\n');
      const [head = '', ...rows] = (await text(connection)).trim().replace(/^# /, '').split('\n');
      const columns = head.split(',');
      const of = (row: readonly string[], name: string): string => row[columns.indexOf(name)] ?? '';
      return rows
        .map((row) => row.split(','))
        .filter((row) => of(row, 'pxname') === 'api' && of(row, 'status').startsWith('UP'))
        .map((row) => of(row, 'svname'))
        .filter((name) => name !== 'BACKEND');
    },
  };
}
