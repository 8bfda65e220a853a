import type { TLSConfig } from '@temporalio/client';
import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { assertPair } from '../tls-pair.ts';
import type { TlsVariables } from '../tls-trouble.ts';

export type TemporalConfig = { address: string; namespace: string; tls?: TLSConfig; apiKey?: string };

export const temporalTlsVariables: TlsVariables = {
  ca: 'TEMPORAL_TLS_CA_FILE',
  address: 'TEMPORAL_ADDRESS or TEMPORAL_TLS_SERVER_NAME',
  client: 'TEMPORAL_TLS_CERT_FILE and TEMPORAL_TLS_KEY_FILE',
  off: 'TEMPORAL_TLS=false, and none of the other TEMPORAL_TLS_ variables',
};

const tlsNames = ['TEMPORAL_TLS_CA', 'TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY', 'TEMPORAL_TLS_SERVER_NAME'] as const;
const names = [...tlsNames, 'TEMPORAL_API_KEY'] as const;

type Variables = Pick<Config, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE' | 'TEMPORAL_TLS' | (typeof names)[number]>;

/**
 * Where Temporal is, and how we show who we are. TLS is on as soon as something is set that needs it, and the server is always
 * verified; an API key never goes over a connection that others can read.
 * @throws BootreadyError `invalid-input` when the variables do not fit together
 */
export function toTemporalConfig(config: Variables): TemporalConfig {
  const set = names.filter((name) => config[name] !== undefined);
  const where = { address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE };
  if (config.TEMPORAL_TLS === false && set.length > 0) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `TEMPORAL_TLS is off, and ${set.join(', ')} needs it.`,
      remedy: 'Remove one of them.',
    });
  }
  if (!config.TEMPORAL_TLS && set.length === 0) return where;
  const { TEMPORAL_TLS_CA: ca, TEMPORAL_TLS_CERT: crt, TEMPORAL_TLS_KEY: key, TEMPORAL_TLS_SERVER_NAME: name } = config;
  assertPair(config, 'TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY');
  return {
    ...where,
    tls: {
      ...(ca ? { serverRootCACertificate: Buffer.from(ca) } : {}),
      ...(crt && key ? { clientCertPair: { crt: Buffer.from(crt), key: Buffer.from(key) } } : {}),
      ...(name ? { serverNameOverride: name } : {}),
    },
    ...(config.TEMPORAL_API_KEY ? { apiKey: config.TEMPORAL_API_KEY } : {}),
  };
}

/** The connection options of both of Temporal's libraries: the client's (gRPC in Node) and the worker's (in Rust). */
export function toConnectionOptions({ address, tls, apiKey }: TemporalConfig): {
  address: string;
  tls?: TLSConfig;
  apiKey?: string;
} {
  return {
    address,
    ...(tls ? { tls } : {}),
    ...(apiKey ? { apiKey } : {}),
  };
}

/** The same for Node's own TLS; ALPN requests gRPC (RFC 9113, 3.2). */
export function toNodeTls({ serverRootCACertificate: ca, clientCertPair: pair, serverNameOverride }: TLSConfig) {
  return {
    ALPNProtocols: ['h2'],
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(pair ? { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) } : {}),
    ...(serverNameOverride ? { servername: serverNameOverride } : {}),
  };
}
