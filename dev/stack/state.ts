import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';
import { newSigningKey } from '../../shared/provenance/keys.ts';
import { newSecretsKey } from '../../shared/secrets/secret-keys.ts';

const Port = z.number().int().min(1).max(65_535);

export const Ports = z.object({
  api: Port,
  s3: Port,
  temporal: Port,
  temporalUi: Port,
  postgres: Port,
  redis: Port,
  // As deploy/prometheus/prometheus.yml has them; older data folders have none.
  metricsApi: Port.default(9464),
  metricsSteps: Port.default(9465),
  metricsQueues: Port.default(9466),
  metricsTemporal: Port.default(9467),
});
export type Ports = z.infer<typeof Ports>;

/** The values that the stack of a data folder gets once and must keep: stack.json, readable for its owner only. */
const StackState = z.object({
  ports: Ports,
  postgresPassword: z.string(),
  /** The password of the login of each kind of process; set again at each start. */
  logins: z.object({ api: z.string(), worker: z.string(), queues: z.string() }).default(() => newLogins()),
  redisPassword: z.string(),
  /** The keys of the store's root user. */
  s3: z.object({ accessKey: z.string(), secretKey: z.string() }),
  /** The secret of the store's user of each kind of process; set again at each start. */
  storeKeys: z.object({ api: z.string(), worker: z.string(), queues: z.string() }).default(() => newLogins()),
  eventsSecret: z.string(),
  /** Signs the provenance of images; older data folders have none. */
  provenanceKey: z.string().optional(),
  /** Encrypts secrets in the database; older data folders have none. */
  secretsKey: z.string().optional(),
  /** The keys of the project `demo`; made at the first start. */
  keys: z.object({ member: z.string(), admin: z.string() }).optional(),
  /** The image that the sample became, once it is published. */
  sampleImageId: z.string().optional(),
});
export type StackState = z.infer<typeof StackState>;

function secret(): string {
  return randomBytes(24).toString('hex');
}
function newLogins() {
  return { api: secret(), worker: secret(), queues: secret() };
}

function locateState(dataDir: string): string {
  return join(dataDir, 'stack.json');
}

export function newState(ports: Ports): StackState {
  return {
    ports,
    postgresPassword: secret(),
    logins: newLogins(),
    redisPassword: secret(),
    s3: { accessKey: `bootready-${randomBytes(4).toString('hex')}`, secretKey: secret() },
    storeKeys: newLogins(),
    eventsSecret: secret(),
    provenanceKey: newSigningKey(),
    secretsKey: newSecretsKey(),
  };
}

/** Undefined in a new data folder. @throws BootreadyError `invalid-input` when the file is not what we wrote */
export async function readState(dataDir: string): Promise<StackState | undefined> {
  const path = locateState(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BootreadyError({
      code: 'invalid-input',
      message: `${path} cannot be read.`,
      remedy: 'Make the data folder yours, or give another one with --data-dir.',
      cause,
    });
  }
  try {
    return StackState.parse(JSON.parse(text));
  } catch (cause) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `${path} is damaged: the passwords of the data beside it cannot be read from it.`,
      remedy: `Bring it back from a copy, or remove ${dataDir} to begin again.`,
      cause,
    });
  }
}

export function writeState(dataDir: string, state: StackState): Promise<void> {
  return writePrivate(locateState(dataDir), `${JSON.stringify(state, null, 2)}\n`);
}

/** All of it or nothing of it, and for nobody else's eyes. */
export async function writePrivate(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `The data folder ${dataDir} cannot be made or written.`,
      remedy: 'Make it yours, or give another one with --data-dir.',
      cause,
    });
  }
}
