import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { freePort, type Service, startServer } from '../../dev/stack/service.ts';
import type { Pair } from './certificates.ts';
import { goProgram } from './go-program.ts';

/** The registry of the CNCF's Distribution, from its Go module: the one behind `registry:3`, with a folder as storage. */
export type TestRegistry = {
  url: string;
  port: number;
  logFile: string;
  /** Where it sends its clients for tokens. */
  tokenServer: string | undefined;
  /** Tokens that were given out. */
  tokens(): number;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

export const registryUser = { username: 'pusher', password: 'secret' };
/** bcrypt of the password. */
const htpasswd = `pusher:$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n`;

type Options = {
  home: string;
  auth?: 'none' | 'basic' | 'token';
  tls?: Pair;
  /** Whether images may be deleted. */
  deletes?: boolean;
  /** Seconds that a token is valid. */
  tokenSeconds?: number;
  port?: number;
};

/** Gives tokens to whoever has the password, as https://distribution.github.io/distribution/spec/auth/token/ has it. */
async function startTokenServer(home: string, seconds: number) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256', use: 'sig' };
  const jwks = join(home, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [jwk] }));
  const { username, password } = registryUser;
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let given = 0;
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://x');
    if (request.headers.authorization !== expected) {
      response.writeHead(401).end('{}');
      return;
    }
    given++;
    const access = searchParams.getAll('scope').map((scope) => {
      const [type, ...rest] = scope.split(':');
      const actions = rest.pop()?.split(',') ?? [];
      return { type, name: rest.join(':'), actions };
    });
    new SignJWT({ access })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuer('test')
      .setSubject(username)
      .setAudience(searchParams.get('service') ?? '')
      .setIssuedAt()
      .setNotBefore('0s')
      .setExpirationTime(`${seconds}s`)
      .sign(privateKey)
      .then((token) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token })))
      .catch(() => response.destroy());
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { realm: `http://127.0.0.1:${port}/token`, jwks, given: () => given, close: () => void server.close() };
}

export async function startRegistry({
  home,
  auth = 'none',
  tls,
  deletes = true,
  tokenSeconds = 300,
  port: wanted,
}: Options): Promise<TestRegistry> {
  const program = await goProgram(
    join(import.meta.dirname, 'registry'),
    'github.com/distribution/distribution/v3/cmd/registry',
  );
  await mkdir(home, { recursive: true });
  const port = wanted ?? (await freePort());
  const tokens = auth === 'token' ? await startTokenServer(home, tokenSeconds) : undefined;
  const passwords = join(home, 'htpasswd');
  await writeFile(passwords, htpasswd);
  const settings = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(home, 'data') }, delete: { enabled: deletes } },
    http: {
      addr: `127.0.0.1:${port}`,
      secret: 'test',
      ...(tls ? { tls: { certificate: tls.certFile, key: tls.keyFile } } : {}),
    },
    ...(auth === 'basic' ? { auth: { htpasswd: { realm: 'test', path: passwords } } } : {}),
    ...(tokens
      ? {
          auth: {
            token: {
              realm: tokens.realm,
              service: 'test',
              issuer: 'test',
              jwks: tokens.jwks,
              signingalgorithms: ['ES256'],
            },
          },
        }
      : {}),
  };
  const config = join(home, 'config.yml');
  // YAML reads JSON.
  await writeFile(config, JSON.stringify(settings));
  const logFile = join(home, 'registry.log');
  let service: Service | undefined;
  const start = async (): Promise<void> => {
    service = await startServer({
      name: 'The registry',
      command: program,
      args: ['serve', config],
      env: { OTEL_TRACES_EXPORTER: 'none' },
      logFile,
      // Whatever it says, it says something; with TLS nobody here trusts it.
      ready: () =>
        fetch(`http://127.0.0.1:${port}/v2/`).then(
          () => true,
          (error: Error & { cause?: { code?: string } }) => Boolean(tls) && error.cause?.code !== 'ECONNREFUSED',
        ),
    });
  };
  await start();
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    logFile,
    tokenServer: tokens?.realm,
    tokens: () => tokens?.given() ?? 0,
    kill: async () => {
      service?.kill();
      await service?.gone;
    },
    start,
    close: async () => {
      await service?.stop();
      tokens?.close();
    },
  };
}
