import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installSystemPackages } from '../../dev/setup/apt.ts';

const run = promisify(execFile);
async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}

/** A network of its own, for documentation only (RFC 5737): no real host has such an address. */
const prefix = '198.51.100';
/** Of this machine, where the servers and the proxy run. */
const address = `${prefix}.1`;
const mark = 'bootready';
const bridge = `${mark}-br`;

/** A host: a network namespace with an address and a name of its own. Files and processors are those of this machine. */
export type Host = {
  name: string;
  address: string;
  /** Starts a command on this host; its own arguments come after. */
  by: readonly string[];
  /** Pulls its cable: whatever is sent to it or by it is lost, and neither side hears of it. */
  cut(): Promise<void>;
  plugIn(): Promise<void>;
  /** While it is cut off, this end of its connections to a port forgets them: as a firewall does, or a server that was replaced. */
  forgetAt(port: number): Promise<void>;
};
export type Network = { address: string; addHost(name: string): Promise<Host>; close(): Promise<void> };

/** A bridge in this machine with hosts around it. Needs root. Only one at a time. */
export async function openNetwork(): Promise<Network> {
  await installSystemPackages([{ name: 'iproute2', reason: 'networks of the tests', programs: ['ip'] }]);
  await removeLeftovers();
  await ip('link', 'add', bridge, 'type', 'bridge');
  await ip('address', 'add', `${address}/24`, 'dev', bridge);
  await ip('link', 'set', bridge, 'up');
  let count = 1;
  return {
    address,
    addHost: async (name) => {
      count++;
      const [namespace, cable, own] = [`${mark}-${name}`, `${mark}-c${count}`, `${prefix}.${count}`];
      await ip('netns', 'add', namespace);
      await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      await ip('link', 'set', cable, 'master', bridge, 'up');
      for (const words of [
        ['link', 'set', 'lo', 'up'],
        ['link', 'set', 'eth0', 'up'],
        ['address', 'add', `${own}/24`, 'dev', 'eth0'],
      ])
        await ip('-n', namespace, ...words);
      return {
        name,
        address: own,
        by: [
          ...['nsenter', `--net=/run/netns/${namespace}`, 'unshare', '--uts'],
          ...['sh', '-c', `hostname ${name} && exec "$@"`, 'sh'],
        ],
        cut: () => ip('link', 'set', cable, 'down'),
        plugIn: () => ip('link', 'set', cable, 'up'),
        // It complains of sockets that it may not end, and ends the others.
        forgetAt: async (port) =>
          void (await run('ss', ['-K', 'dst', own, 'sport', '=', `:${port}`]).catch(() => undefined)),
      };
    },
    close: removeLeftovers,
  };
}

/** Also of a run that was killed. */
async function removeLeftovers(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  for (const name of stdout.split('\n').map((line) => line.split(' ')[0] ?? ''))
    if (name.startsWith(`${mark}-`)) await ip('netns', 'delete', name);
  await ip('link', 'delete', bridge).catch(() => undefined);
}
