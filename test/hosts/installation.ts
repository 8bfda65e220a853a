import { join } from 'node:path';
import { freePort, type Service } from '../../dev/stack/service.ts';
import type { ProcessRole } from '../../shared/operation/process-roles.ts';
import { eventually } from '../support/eventually.ts';
import { type OwnServers, startOwnServers } from '../support/own-servers.ts';
import { type Front, startFront } from './front.ts';
import { type Host, type Network, openNetwork } from './network.ts';

/** Two API processes behind HAProxy and workers, each on a host of its own; the servers on this machine. */
export type HostsInstallation = {
  servers: OwnServers;
  front: Front;
  apis: readonly Placed[];
  /** The hosts of workers. */
  workers: readonly Host[];
  /** Starts a process on a host. */
  start(role: Exclude<ProcessRole, 'api'>, host: Host, sources?: string): Promise<Service>;
  startApi(on: Placed, sources?: string): Promise<Service>;
  upload(key: string, file: string, metadata?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
};
export type Placed = { host: Host; port: number; service: Service };

export const project = 'demo';

export async function startOnHosts({
  workers: names,
  sources,
  env = {},
}: {
  workers: readonly string[];
  /** The checkout that all of it comes from; this one by default. */
  sources?: string;
  env?: Record<string, string>;
}): Promise<HostsInstallation> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const network: Network = await openNetwork();
    undo.push(network.close);
    const { address } = network;
    const servers = await startOwnServers({
      host: address,
      temporalOn: await network.addHost('temporal'),
      env: { TRUSTED_PROXIES: address, ...env },
    });
    undo.push(servers.close);
    await servers.command(['migrate'], sources);
    await servers.command(['project', 'create', project], sources);

    const startApi = async ({ host, port }: Omit<Placed, 'service'>, from = sources): Promise<Service> =>
      servers.start('api', {
        name: host.name,
        by: host.by,
        ...(from ? { sources: from } : {}),
        env: { API_HOST: host.address, API_PORT: String(port) },
        ready: async () => (await fetch(`http://${host.address}:${port}/livez`)).ok,
      });
    const apis: Placed[] = [];
    for (const name of ['api-1', 'api-2']) {
      const on = { host: await network.addHost(name), port: await freePort() };
      apis.push({ ...on, service: await startApi(on) });
    }
    const backends = apis.map(({ host, port }) => ({ name: host.name, address: host.address, port }));
    const front = await startFront(servers.home, address, backends);
    undo.push(front.stop);
    await servers.startStore(front.hostsUrl);

    const start: HostsInstallation['start'] = (role, host, from = sources) =>
      servers.start(role, {
        name: `${host.name}-${role}`,
        by: host.by,
        ...(from ? { sources: from } : {}),
        env: { SCRATCH_DIR: join(servers.home, `scratch-${host.name}`) },
      });
    const workers: Host[] = [];
    for (const name of names) workers.push(await network.addHost(name));

    return {
      servers,
      front,
      apis,
      workers,
      start,
      startApi,
      upload: async (key, file, metadata = {}) => {
        await servers.s3.fPutObject('uploads', `${project}/${key}`, file, metadata);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The host in a worker's id, `<host>-<pid>-<random>`. */
export function findHost(worker: string): string {
  return worker.replace(/-\d+-[0-9a-f]+$/, '');
}

/** Waits until so many workers for steps have said that they are there. */
export function untilPresent({ db }: Pick<OwnServers, 'db'>, count: number): Promise<unknown> {
  const areThere = async (): Promise<boolean> => {
    const rows = await db.selectFrom('workers').select('state').execute();
    return rows.filter(({ state }) => state.roles.includes('steps')).length === count;
  };
  return eventually(areThere, { within: 120, what: `${count} workers are there` });
}
