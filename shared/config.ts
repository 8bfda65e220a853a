import { z } from 'zod';
import { BootPolicy, Policy, TargetFormat } from './contracts/image.ts';
import { BootreadyError } from './errors.ts';
import { Targets } from './operation/targets.ts';
import { SecretsKey } from './secrets/secret-keys.ts';

function bytes(fallback: number) {
  return z.coerce.number().int().positive().default(fallback);
}
/** Absent: no limit. */
const limit = z.coerce.number().int().positive().optional();
function seconds(fallback: number) {
  return z.coerce.number().positive().default(fallback);
}
function flag(fallback: boolean) {
  return z.stringbool().default(fallback);
}
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** Certificates or a key. */
const pem = z
  .string()
  .includes('-----BEGIN ', { error: 'PEM text; for a file, set the same name with _FILE instead' })
  .optional();

function hosts() {
  return list.transform((names) => names.map((name) => name.toLowerCase()));
}

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Every variable that bootready reads, its meaning and its default. `NAME_FILE` may name a file that holds the value. */
export const Environment = z.object({
  DATABASE_URL: z.url({ error: 'a postgres:// URL' }),
  REDIS_URL: z.url({ error: 'a redis:// URL' }),
  /** For rediss://: authorities of the server (those of this host by default), and what we show it. */
  REDIS_TLS_CA: pem,
  REDIS_TLS_CERT: pem,
  REDIS_TLS_KEY: pem,
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** On as soon as something is set that needs it. */
  TEMPORAL_TLS: z.stringbool().optional(),
  TEMPORAL_TLS_CA: pem,
  /** The certificate that we show the server (mTLS). */
  TEMPORAL_TLS_CERT: pem,
  TEMPORAL_TLS_KEY: pem,
  /** As the server's certificate names it, where that is not the host of the address. */
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  /** Where operators see Temporal's web UI; only ever printed. */
  TEMPORAL_UI_URL: z.url().optional(),
  /** The page of the cloud that starts an instance; `{id}` is replaced by the ID of the image, `{name}` by its name. */
  LAUNCH_URL: z
    .string()
    .refine((url) => /^https?:\/\//.test(url) && url.includes('{id}'), 'Must be an http(s) URL that contains {id}.')
    .optional(),

  S3_ENDPOINT: z.url(),
  /** How browsers and the CLI reach the store, when that is another address. */
  S3_PUBLIC_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY: z.string().min(1),
  S3_SECRET_KEY: z.string().min(1),
  S3_PATH_STYLE: flag(true),
  UPLOADS_BUCKET: z.string().default('uploads'),
  IMAGES_BUCKET: z.string().default('images'),

  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: z.coerce.number().int().min(0).max(65535).default(8480),
  /** How browsers and other hosts reach the API, when that is another address. */
  API_PUBLIC_URL: z.url().optional(),
  /** A browser without activity for this long is signed out. A session never lasts longer than twelve hours. */
  SESSION_IDLE_MINUTES: z.coerce.number().int().min(2).max(720).default(60),
  /** The secret that senders of storage notifications must send; at least 16 characters. */
  EVENTS_SECRET: z.string().min(16),
  /** Encrypts secrets in the database and signs tokens; several with spaces between, the newest first. API and workers for queues need it. */
  SECRETS_KEY: SecretsKey.optional(),
  /** Requests a minute from one address, with one key, of one project; and wrong keys a minute from one address. */
  RATE_PER_ADDRESS: z.coerce.number().int().positive().default(12_000),
  RATE_PER_KEY: z.coerce.number().int().positive().default(3000),
  RATE_PER_PROJECT: z.coerce.number().int().positive().default(6000),
  GUESSES_PER_ADDRESS: z.coerce.number().int().positive().default(30),
  /** Proxies whose X-Forwarded-For is believed: addresses or networks, by comma. */
  TRUSTED_PROXIES: list,
  /** Where this process serves /metrics to Prometheus; without a port it does not. */
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** Where a worker for steps serves the metrics of Temporal's SDK, on METRICS_HOST too. */
  TEMPORAL_METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),

  /** The issuer whose users may sign in, exactly as in its tokens. Without it nobody signs in by OpenID Connect. */
  OIDC_ISSUER: z.url().optional(),
  /** `aud` of access tokens for the API; none is accepted without it. */
  OIDC_AUDIENCE: z.string().optional(),
  /** As which the issuer knows the portal; the secret where it is a confidential client. */
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  /** As which the issuer knows the command line: a public client with the device authorization grant. */
  OIDC_CLI_CLIENT_ID: z.string().optional(),
  /** The scopes that the command line requests; by default those of the portal. */
  OIDC_CLI_SCOPES: z.string().optional(),
  /** The scopes that a sign-in requests. Some issuers return refresh tokens only for `offline_access`. */
  OIDC_SCOPES: z
    .string()
    .default('openid profile')
    .refine((scopes) => scopes.split(' ').includes('openid'), { error: 'must hold "openid"' }),
  /** The name of the issuer on the sign-in page. */
  OIDC_NAME: z.string().max(60).optional(),
  /** The claims that contain projects and roles: a name, or a path with dots. */
  OIDC_PROJECT_CLAIM: z.string().min(1).default('projects'),
  OIDC_ROLE_CLAIM: z.string().min(1).default('roles'),
  /** The mapping of the issuer's roles to ours, e.g. `viewer=reader,editor=member`. A role that is missing here gives no rights. */
  OIDC_ROLES: list,
  /** The values of the claim `acr` that are strong enough for a sign-in. Empty: every sign-in is enough. */
  OIDC_ACR: list,

  /** Where spans are sent by OTLP over HTTP; without an address none are. The exporter reads its other variables itself. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url().optional(),
  /** name=value, by comma; often a token of the collector. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf').default('http/protobuf'),
  OTEL_SDK_DISABLED: flag(false),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  /** The ratio of the ratio samplers. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),

  TARGET_FORMAT: TargetFormat.default('raw'),
  POLICY: Policy.default('enforce'),
  BOOT_CHECK: BootPolicy.default('warn'),
  /** How long the start of an image may take, with KVM and without. */
  BOOT_KVM_SECONDS: seconds(180),
  BOOT_TCG_SECONDS: seconds(900),
  BOOT_WINDOWS_KVM_SECONDS: seconds(1200),
  BOOT_WINDOWS_TCG_SECONDS: seconds(5400),
  ALLOW_ISO: flag(false),
  /** Whether the uploaded object is kept after its image is published. */
  AFTER_PUBLISH: z.enum(['keep', 'remove']).default('remove'),
  /**
   * How it is made sure that the store has what it was given: by the checksums that it keeps, or by reading every object back. `auto` finds out whether
   * its checksums can be believed (shared/store/store-traits.ts).
   */
  VERIFY: z.enum(['auto', 'checksum', 'readback']).default('auto'),
  /** Where published images go further, by name, as JSON (shared/operation/targets.ts); holds secrets. */
  TARGETS: z.string().default('{}').pipe(Targets),
  /** The names in TARGETS, for the API: it needs no more. */
  TARGET_NAMES: list,
  /** Those that the images of every project go to, by comma, unless the project chooses. */
  DELIVER_TO: list,
  /** Ed25519 private key (PKCS#8 PEM) that signs the provenance of images; without one nothing is signed. */
  PROVENANCE_KEY: z.string().optional(),
  /** Its public half, for the API, which shows it. */
  PROVENANCE_PUBLIC_KEY: z.string().optional(),
  /** Public keys (PEM, one after the other) that signed before; only ever shown. */
  PROVENANCE_FORMER_KEYS: z.string().optional(),
  /** Whether webhooks may name hosts of the installation's own network. */
  WEBHOOKS_TO_PRIVATE_ADDRESSES: flag(false),
  /** The limit for each project. */
  MAX_WEBHOOKS: z.coerce.number().int().min(1).default(20),
  /** Hosts that repairs may fetch packages from, by comma; instead of the distributions' own, and wherever they are. */
  REPAIR_PACKAGE_HOSTS: hosts(),
  /** Hosts, or host:port, that images may be fetched from though they are in the installation's own network; by comma. */
  WEB_DOWNLOAD_HOSTS: hosts(),
  /** A server that sends less, on the average of a minute, is given up after some tries: a slow one would keep a place for hours. */
  DOWNLOAD_LEAST_BYTES_PER_SECOND: bytes(16 * 1024),
  /** virtio-win: its ISO image, or the folder with the same content; API and workers read it. */
  VIRTIO_WIN: z.string().optional(),
  MAX_UPLOAD_BYTES: bytes(512 * GiB),
  MAX_VIRTUAL_BYTES: bytes(2048 * GiB),
  /** Memory of one API process for image data that is sent through it (Image API); ten MiB for each body at once. */
  API_UPLOAD_MEMORY: bytes(96 * MiB),
  /** The quota of a project that has none of its own ("bootready project quota"): bytes, images, uploads at a time. */
  QUOTA_BYTES: limit,
  QUOTA_IMAGES: limit,
  QUOTA_UPLOADS: limit,

  /** A worker keeps its scratch work here, one folder a run; needs room for the converted images. */
  SCRATCH_DIR: z.string().default('/var/tmp/bootready'),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).default(2),
  SWEEP_SECONDS: seconds(60),
  /** Settled notifications of stores are deleted this long after they arrived. */
  EVENTS_KEEP_DAYS: z.coerce.number().positive().default(30),
  /** A step that sends no heartbeat for this long counts as dead. */
  HEARTBEAT_SECONDS: seconds(30),
  /** A worker that does not start the next step of its run for this long counts as dead. */
  CLAIM_SECONDS: seconds(60),
  /** Time allowed for one step, whatever its size. */
  STEP_HOURS: z.coerce.number().positive().default(12),
});
export type Environment = z.infer<typeof Environment>;

export type Config = Readonly<Environment>;

/** Reads what a process needs from its environment: pure, so the caller resolves `*_FILE` variables first.
 * @throws BootreadyError `invalid-input` that lists every wrong variable at once. */
export function loadConfig<Shape extends z.ZodObject = typeof Environment>(
  env: Readonly<Record<string, string | undefined>>,
  schema: Shape = Environment as unknown as Shape,
): Readonly<z.infer<Shape>> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return Object.freeze(parsed.data);
  const describe = ({ path, message }: z.core.$ZodIssue): string => {
    const isSet = Object.hasOwn(present, String(path[0]));
    return `${path.join('.')}: ${isSet || !message.startsWith('Invalid input') ? message : 'not set'}`;
  };
  const wrong = parsed.error.issues.map(describe).join('; ');
  throw new BootreadyError({
    code: 'invalid-input',
    message: `The environment is not complete: ${wrong}.`,
    remedy:
      'Set these variables (docs/operate.md, "Configuration"), or start the embedded stack with "npm start" and set BOOTREADY_CONFIG to its client.json.',
  });
}
