import { parse } from 'yaml';

/** The rules for every service of docker-compose.yml, besides the schema (dev/tools/compose-check). */

export type Service = {
  user?: string;
  image?: string;
  command?: string[];
  env_file?: { path: string; required: boolean }[];
  environment?: Record<string, unknown>;
  networks?: string[];
  ports?: string[];
  secrets?: string[];
  security_opt?: string[];
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  read_only?: boolean;
  mem_limit?: string;
  pids_limit?: number;
  'x-writable-root'?: string;
};
export type ComposeFile = {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  secrets: Record<string, { file?: string }>;
};

export function readCompose(text: string): ComposeFile {
  return parse(text, { merge: true }) as ComposeFile;
}

/** Who calls whom. Services that share a network without a call are reported. */
const calls: Readonly<Record<string, readonly string[]>> = {
  'temporal-schema': ['temporal-postgres'],
  temporal: ['temporal-postgres'],
  'temporal-namespace': ['temporal'],
  'temporal-ui': ['temporal'],
  'object-store': ['api'],
  'store-users': ['object-store'],
  migrate: ['postgres', 'temporal'],
  api: ['postgres', 'redis', 'temporal', 'object-store'],
  worker: ['postgres', 'temporal', 'object-store'],
  'queue-worker': ['postgres', 'redis', 'temporal', 'object-store'],
};

/** Who calls the internet; all others do so only where they have a port on the host. */
const callOutside = ['api', 'worker', 'queue-worker'];

/** The only one that runs tools on foreign images: it meets nobody except whom it calls. */
const apart = 'worker';

/** Rights that only the sandbox needs; docs/security.md, "Rights that the sandbox needs". */
const relaxed = ['seccomp=deploy/seccomp/worker.json', 'apparmor=unconfined', 'systempaths=unconfined'];

/** S3_ACCESS_KEY is a name; what proves it is S3_SECRET_KEY. */
function hasSecretName(name: string): boolean {
  return /PASSWORD|PWD|SECRET|(?<!S3_ACCESS)_KEY$|_TOKEN/.test(name);
}

function findProblems(name: string, service: Service): string[] {
  const { security_opt: options = [], environment = {} } = service;
  const wanted = ['no-new-privileges:true', ...(name === apart ? relaxed : [])];
  return [
    ...(service.privileged || service.cap_add?.length || !service.cap_drop?.includes('ALL')
      ? ['has capabilities']
      : []),
    ...wanted.filter((option) => !options.includes(option)).map((option) => `lacks the option ${option}`),
    ...options.filter((option) => !wanted.includes(option)).map((option) => `has the option ${option}`),
    ...(service.read_only || service['x-writable-root']
      ? []
      : ['has a root that may be written, and no x-writable-root that says why']),
    ...(service.mem_limit ? [] : ['has no mem_limit']),
    ...(service.pids_limit ? [] : ['has no pids_limit']),
    ...Object.entries(environment)
      .filter(
        ([variable, value]) => !variable.endsWith('_FILE') && hasSecretName(variable) && !/^not-used/.test(`${value}`),
      )
      .map(([variable]) => `has a secret in its environment: ${variable}`),
    ...Object.entries(environment)
      .filter(
        ([variable, value]) =>
          variable.endsWith('_FILE') && !service.secrets?.some((secret) => value === `/run/secrets/${secret}`),
      )
      .map(([variable]) => `names a file in ${variable} that is not one of its secrets`),
  ].map((problem) => `Service ${name} ${problem}.`);
}

function share(one: Service, other: Service): boolean {
  return !!one.networks?.some((network) => other.networks?.includes(network));
}

function meetings({ services, networks }: ComposeFile): string[] {
  const all = Object.entries(services);
  const problems: string[] = [];
  for (const [name, service] of all) {
    for (const called of calls[name] ?? []) {
      const other = services[called];
      if (other && !share(service, other)) problems.push(`Service ${name} calls ${called}, and no network joins them.`);
    }
    const leads = service.networks?.some((network) => !networks[network]?.internal) ?? true;
    const mayLead = callOutside.includes(name) || service.ports !== undefined;
    if (leads !== mayLead) problems.push(`Service ${name} ${leads ? 'reaches' : 'does not reach'} the outside.`);
  }
  for (const [name, service] of all) {
    if (name === apart || !services[apart] || !share(service, services[apart])) continue;
    if (!calls[apart]?.includes(name))
      problems.push(`Service ${apart} shares a network with ${name}, which it does not call.`);
  }
  // Two that call the same server may meet on its network; others have no business with each other.
  const hubs = (name: string, server: string): boolean =>
    name === server || !!calls[name]?.includes(server) || !!calls[server]?.includes(name);
  for (const network of Object.keys(networks)) {
    const members = all.filter(([, { networks: on }]) => on?.includes(network)).map(([name]) => name);
    if (members.length === 0) problems.push(`Nobody is on the network ${network}.`);
    if (!members.some((server) => members.every((name) => hubs(name, server)))) {
      problems.push(`Services on the network ${network} do not need each other: ${members.join(', ')}.`);
    }
  }
  return problems;
}

/** One sentence for each thing that is not as it must be. */
export function findHardeningProblems(text: string): string[] {
  const file = readCompose(text);
  const used = new Set(Object.values(file.services).flatMap(({ secrets = [] }) => secrets));
  return [
    ...Object.entries(file.services).flatMap(([name, service]) => findProblems(name, service)),
    ...meetings(file),
    ...Object.keys(file.secrets)
      .filter((name) => !used.has(name))
      .map((name) => `Nobody uses the secret ${name}.`),
    ...Object.entries(file.secrets)
      .filter(([, { file: path }]) => !path?.startsWith('secrets/'))
      .map(([name]) => `The secret ${name} is no file below secrets/: compose cannot put it into a read-only root.`),
  ];
}
