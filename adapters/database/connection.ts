import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { BootreadyError } from '../../shared/errors.ts';
import type { TlsVariables } from '../tls-trouble.ts';

export const databaseTlsVariables: TlsVariables = {
  ca: 'sslrootcert in DATABASE_URL',
  address: 'DATABASE_URL',
  client: 'sslcert and sslkey in DATABASE_URL',
  off: 'sslmode=disable in DATABASE_URL',
};

/** libpq's words that mean a verified server here. https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
const verified = ['verify-full', 'require'];
const files = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const;

/**
 * Hosts vanish without a word, and firewalls forget connections on which nothing moves. Linux asks an idle peer after two hours; we ask after ten seconds, and
 * ten times more, one a second (Node: net.Socket.setKeepAlive).
 */
const liveness = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;

/**
 * For each new connection: what the server is to do when we are the ones who vanish. Locks of a transaction that nobody ends would keep the next attempt
 * waiting for hours. As a statement, because poolers refuse unknown parameters of a start.
 */
export const whenWeVanish = `set idle_in_transaction_session_timeout = '60s';
set tcp_keepalives_idle = '30s'; set tcp_keepalives_interval = '10s'; set tcp_keepalives_count = 3`;

/**
 * pg's options of a postgres:// URL with libpq's parameters. With TLS the server is always verified, its name included: `require`
 * means that too, and what would not verify is refused. Files are read once.
 * @throws BootreadyError `invalid-input`
 */
export function toConnection(
  databaseUrl: string,
): Pick<ClientConfig, 'connectionString' | 'ssl' | keyof typeof liveness> {
  const url = new URL(databaseUrl);
  const { searchParams: parameters } = url;
  const named = (Object.keys(files) as (keyof typeof files)[]).filter((name) => parameters.has(name));
  const mode = parameters.get('sslmode') ?? (named.length > 0 ? 'verify-full' : 'disable');
  if (mode !== 'disable' && !verified.includes(mode)) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `DATABASE_URL has sslmode=${mode}, which does not verify the server.`,
      remedy: 'Use sslmode=verify-full (with sslrootcert=FILE for your own certificate authority), or sslmode=disable.',
    });
  }
  const ssl: Record<string, string> = {};
  for (const name of named) {
    const path = parameters.get(name) ?? '';
    // libpq's word for the authorities that this host trusts anyway.
    if (mode !== 'disable' && path !== 'system') ssl[files[name]] = readContent(path, name);
  }
  // pg would judge them again, by rules of its own.
  for (const name of ['sslmode', ...named]) parameters.delete(name);
  return { ...liveness, connectionString: url.toString(), ssl: mode === 'disable' ? false : ssl };
}

function readContent(path: string, parameter: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `The file that ${parameter} in DATABASE_URL names cannot be read.`,
      remedy: 'Correct its path, or make it readable for this user.',
      cause,
    });
  }
}
