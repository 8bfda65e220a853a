import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { freePort, type Service, startServer } from '../../dev/stack/service.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { pythonWith } from './python-packages.ts';

const run = promisify(execFile);
const pins = join(import.meta.dirname, 'openstack-cloud.txt');

/** OpenStack's own Keystone and Glance from PyPI (openstack-cloud.txt), with SQLite and a folder: a small cloud of one's own. */
export type Cloud = {
  authUrl: string;
  imageUrl: string;
  /** A new token of the member's. */
  login(): Promise<string>;
  /** Of Glance's process. */
  glancePid(): number;
  /** What Glance has logged. */
  glanceLog(): Promise<string>;
  /** Of an ordinary member of a project. */
  member: { username: string; password: string; project_name: string };
  /** A credential of the member's, for programs. */
  applicationCredential: { application_credential_id: string; application_credential_secret: string };
  /** All images of the member's project, whatever their status. */
  images(): Promise<Record<string, unknown>[]>;
  download(id: string): Promise<Buffer>;
  /** A record of the member's, without data. */
  createImage(record: Record<string, unknown>): Promise<unknown>;
  deleteImage(id: string): Promise<void>;
  /** SIGKILL. */
  killGlance(): Promise<void>;
  startGlance(): Promise<void>;
  close(): Promise<void>;
};

/** Keystone reads the arguments of its process, and must find none. */
const serve = `
import importlib, sys
from werkzeug.serving import WSGIRequestHandler, run_simple
name, port = sys.argv[1:]
del sys.argv[1:]
WSGIRequestHandler.protocol_version = "HTTP/1.1"
run_simple("127.0.0.1", int(port), importlib.import_module(name).application, threaded=True)
`;

/** Their own commands, by a configuration in `home`. */
function manage(python: string, home: string, name: 'keystone' | 'glance', ...args: string[]) {
  const config = join(home, name === 'glance' ? 'glance-api.conf' : 'keystone.conf');
  // Not their scripts in bin/: those name the folder in which they were installed.
  const main = `from ${name}.cmd.manage import main; main()`;
  return run(python, ['-c', main, '--config-file', config, ...args]);
}

/** Databases and keys that nobody has used yet. To make them takes most of a cloud's start; so they are kept, and copied. */
function unusedCloud(python: string): Promise<string> {
  const recipe = [import.meta.filename, pins];
  const remedy = "What its last words say is Keystone's or Glance's.";
  return buildOnce({ cacheDir: cacheDir(), name: 'openstack-cloud-unused', recipe, remedy }, async (work) => {
    for (const folder of ['keys', 'credentials', 'images', 'staging', 'tasks']) await mkdir(join(work, folder));
    await writeFile(join(work, 'keystone.conf'), keystoneConfig(work));
    await writeFile(join(work, 'glance-api.conf'), glanceConfig(work, python, 'http://127.0.0.1/v3', 'unused'));
    const [user, group] = await Promise.all(['-un', '-gn'].map(async (of) => (await run('id', [of])).stdout.trim()));
    const owner = ['--keystone-user', user ?? '', '--keystone-group', group ?? ''];
    await manage(python, work, 'glance', 'db_sync');
    await manage(python, work, 'keystone', 'db_sync');
    await manage(python, work, 'keystone', 'fernet_setup', ...owner);
    await manage(python, work, 'keystone', 'credential_setup', ...owner);
  });
}

export type CloudOptions = {
  /** Lines of glance-api.conf, and the backends that they describe, such as `objects:s3`. */
  stores?: { backends: string; config: string };
  /** Whether images that are imported become raw. */
  converts?: boolean;
  /** A folder of further Python packages. */
  packages?: string;
};

export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const [python, home] = await Promise.all([pythonWith(pins), mkdtemp(join(tmpdir(), 'openstack-cloud-'))]);
  const [identityPort, imagePort] = [await freePort(), await freePort()];
  const authUrl = `http://127.0.0.1:${identityPort}/v3`;
  const imageUrl = `http://127.0.0.1:${imagePort}`;
  const secrets = { admin: randomBytes(12).toString('hex'), member: randomBytes(12).toString('hex') };
  const services = new Map<string, Service>();
  const close = async (): Promise<void> => {
    await Promise.all([...services.values()].map((service) => service.stop()));
    await rm(home, { recursive: true, force: true });
  };

  const start = async (name: 'keystone' | 'glance', port: number): Promise<void> => {
    const variable = `OS_${name.toUpperCase()}_CONFIG_DIR`;
    const service = await startServer({
      name,
      command: python,
      args: ['-c', serve, `${name}.wsgi.api`, String(port)],
      env: { [variable]: home, PYTHONWARNINGS: 'ignore', PYTHONPATH: options.packages ?? '' },
      cwd: home,
      logFile: join(home, `${name}.log`),
      ready: async () => (await fetch(`http://127.0.0.1:${port}/`)).status < 400,
      graceSeconds: 2,
    });
    services.set(name, service);
  };

  /** One call as somebody; the JSON of the answer. */
  const call = async (token: string, method: string, url: string, body?: object): Promise<never> => {
    const headers = { 'x-auth-token': token, 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as never;
  };
  const login = async (name: string, password: string, project: string): Promise<string> => {
    const domain = { name: 'Default' };
    const identity = { methods: ['password'], password: { user: { name, domain, password } } };
    const scope = { project: { name: project, domain } };
    const response = await fetch(`${authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: { identity, scope } }),
    });
    const token = response.headers.get('x-subject-token');
    if (!token) throw new Error(`Keystone let ${name} not in: ${response.status}`);
    return token;
  };

  try {
    await cp(await unusedCloud(python), home, { recursive: true });
    await writeFile(join(home, 'keystone.conf'), keystoneConfig(home));
    await writeFile(join(home, 'glance-api.conf'), glanceConfig(home, python, authUrl, secrets.admin, options));
    const ofAdmin = ['--bootstrap-password', secrets.admin, '--bootstrap-region-id', 'RegionOne'];
    await manage(python, home, 'keystone', 'bootstrap', ...ofAdmin, '--bootstrap-public-url', authUrl);
    await Promise.all([start('keystone', identityPort), start('glance', imagePort)]);

    const admin = await login('admin', secrets.admin, 'admin');
    const create = async (kind: string, record: object): Promise<{ id: string; secret: string }> =>
      (await call(admin, 'POST', `${authUrl}/${kind}s`, { [kind]: record }))[kind];
    const service = await create('service', { type: 'image', name: 'glance' });
    const endpoint = { interface: 'public', region_id: 'RegionOne', service_id: service.id };
    await create('endpoint', { ...endpoint, url: `${imageUrl}/v2/` });
    const project = await create('project', { name: 'images', domain_id: 'default' });
    const user = await create('user', { name: 'bootready', password: secrets.member, domain_id: 'default' });
    const { roles } = (await call(admin, 'GET', `${authUrl}/roles?name=member`)) as { roles: { id: string }[] };
    await call(admin, 'PUT', `${authUrl}/projects/${project.id}/users/${user.id}/roles/${roles[0]?.id}`);
    const member = await login('bootready', secrets.member, 'images');
    const credential: { id: string; secret: string } = (
      (await call(member, 'POST', `${authUrl}/users/${user.id}/application_credentials`, {
        application_credential: { name: 'bootready' },
      })) as { application_credential: { id: string; secret: string } }
    ).application_credential;

    return {
      authUrl,
      imageUrl,
      login: () => login('bootready', secrets.member, 'images'),
      glancePid: () => services.get('glance')?.pid as number,
      glanceLog: () => readFile(join(home, 'glance.log'), 'utf8'),
      member: { username: 'bootready', password: secrets.member, project_name: 'images' },
      applicationCredential: {
        application_credential_id: credential.id,
        application_credential_secret: credential.secret,
      },
      images: async () =>
        ((await call(member, 'GET', `${imageUrl}/v2/images`)) as { images: Record<string, unknown>[] }).images,
      download: async (id) => {
        const response = await fetch(`${imageUrl}/v2/images/${id}/file`, { headers: { 'x-auth-token': member } });
        return Buffer.from(await response.arrayBuffer());
      },
      createImage: (record) => call(member, 'POST', `${imageUrl}/v2/images`, record),
      deleteImage: (id) => call(member, 'DELETE', `${imageUrl}/v2/images/${id}`),
      killGlance: async () => {
        services.get('glance')?.kill();
        await services.get('glance')?.gone;
      },
      startGlance: () => start('glance', imagePort),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function keystoneConfig(home: string): string {
  return `
[database]
connection = sqlite:///${home}/keystone.db
[fernet_tokens]
key_repository = ${home}/keys
[fernet_receipts]
key_repository = ${home}/keys
[credential]
key_repository = ${home}/credentials
[identity]
# The least that bcrypt allows: half of what a login takes is its hash.
password_hash_rounds = 4
[cache]
enabled = false
`;
}

function glanceConfig(
  home: string,
  python: string,
  authUrl: string,
  password: string,
  { stores, converts }: CloudOptions = {},
): string {
  return `
[DEFAULT]
enabled_backends = ${['disk:file', ...(stores ? [stores.backends] : [])].join(',')}
[database]
connection = sqlite:///${home}/glance.db
[glance_store]
default_backend = disk
[disk]
filesystem_store_datadir = ${home}/images
[os_glance_staging_store]
filesystem_store_datadir = ${home}/staging
[os_glance_tasks_store]
filesystem_store_datadir = ${home}/tasks
[keystone_authtoken]
www_authenticate_uri = ${authUrl}
auth_url = ${authUrl}
auth_type = password
interface = public
username = admin
password = ${password}
project_name = admin
user_domain_name = Default
project_domain_name = Default
[paste_deploy]
flavor = keystone
config_file = ${dirname(dirname(python))}/etc/glance/glance-api-paste.ini
[image_import_opts]
image_import_plugins = ${converts ? '[image_conversion]' : '[]'}
[image_conversion]
output_format = raw
${stores?.config ?? ''}
`;
}
