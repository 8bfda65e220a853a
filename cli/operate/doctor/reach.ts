import { connect } from 'node:net';

/**
 * Whether something listens at "host:port" at all: libraries that try again and again hide the reason. Other ways to name a
 * server (dns:///..., unix:...) are left to them.
 * @throws what the network says
 */
export const reach = async (address: string, defaultPort: number, signal: AbortSignal): Promise<void> => {
  if (address.includes('/')) return;
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || defaultPort), signal });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } finally {
    socket.destroy();
  }
};
