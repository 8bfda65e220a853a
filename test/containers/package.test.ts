import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDebianPackage } from '../../dev/package/debian.ts';
import root from '../../package.json' with { type: 'json' };
import { type Engine, startEngine } from './engine.ts';
import { buildStandIns } from './stand-ins.ts';

/**
 * The Debian package on a Debian 12 with the recommended image tools. The root is that of our own image, because these tools are there already; what
 * the image has of bootready and Node is removed first.
 */

const image = 'bootready-package-test';
const recipe = `
ARG IMAGE
FROM \${IMAGE}
USER root
RUN rm -r /opt/bootready /usr/local/bin/node /usr/local/lib/node_modules && userdel bootready
COPY bootready.deb /root/
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /root/bootready.deb openssl systemd-sysv
WORKDIR /
ENTRYPOINT []
`;

let engine: Engine;
let folder: string;
beforeAll(async () => {
  const file = await buildDebianPackage();
  engine = await startEngine();
  await buildStandIns(engine);
  const product = `bootready:${root.version}`;
  await engine.docker('build', '--quiet', '--network', 'host', '-t', product, join(import.meta.dirname, '../..'));
  folder = mkdtempSync(join(tmpdir(), 'package-image-'));
  copyFileSync(file, join(folder, 'bootready.deb'));
  writeFileSync(join(folder, 'Dockerfile'), recipe);
  await engine.docker('build', '--quiet', '--network', 'host', '--build-arg', `IMAGE=${product}`, '-t', image, folder);
}, 3_600_000);
afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true, force: true });
  await engine?.stop();
}, 300_000);

const asWorker = [
  ...['--security-opt', `seccomp=${join(import.meta.dirname, '../../deploy/seccomp/worker.json')}`],
  ...[
    '--security-opt',
    'systempaths=unconfined',
    '--security-opt',
    'apparmor=unconfined',
    '--security-opt',
    'no-new-privileges',
  ],
];
function run(options: readonly string[], ...command: string[]): Promise<string> {
  return engine.docker('run', '--rm', '--network', 'none', ...options, image, ...command);
}

test('it brings its own Node, and says its version', async () => {
  expect(await run([], 'bootready', '--version')).toBe(root.version);
  expect(await run([], 'sh', '-c', 'command -v node || echo none')).toBe('none');
});

test('it installs units, users, settings and folders', async () => {
  const said = await run(
    [],
    'sh',
    '-c',
    'id -un bootready-api bootready-queues; id -nG bootready-worker; stat -c %a:%U /etc/bootready /etc/bootready/bootready.env /etc/bootready/secrets; ls /usr/lib/systemd/system | grep bootready',
  );
  expect(said.split('\n')).toEqual([
    'bootready-api',
    'bootready-queues',
    'bootready-worker kvm',
    ...['750:root', '640:root', '700:root'],
    ...['api.service', 'migrate.service', 'queues.service', 'worker.service'].map((name) => `bootready-${name}`),
    'bootready.target',
  ]);
  expect(await run([], 'systemd-analyze', 'verify', '--man=no', 'bootready.target')).toBe('');
});

test('doctor finds tools, sandbox and Node in order, as the user of the worker', async () => {
  const environment = [
    'SCRATCH_DIR=/tmp',
    'DATABASE_URL=postgres://none',
    'REDIS_URL=redis://none',
    'EVENTS_SECRET=not-used-by-doctor',
    'S3_ENDPOINT=http://none',
    'S3_ACCESS_KEY=none',
    'S3_SECRET_KEY=none',
  ];
  const options = [...asWorker, '--user', 'bootready-worker', ...environment.flatMap((pair) => ['--env', pair])];
  const said = await run(options, 'bootready', 'doctor', '--only', 'node,tools');
  expect(said).toMatch(/^ok +node +Node 24/m);
  expect(said).toMatch(/^ok +tools +The sandbox works; qemu-img .*, nbdkit .*, guestfish/m);
  expect(said).not.toMatch(/^failed/m);
});

test('make-secrets.sh and bootready-operate work with the settings of the package', async () => {
  const make =
    'SECRETS=/etc/bootready/secrets POSTGRES=127.0.0.1:1 REDIS=127.0.0.1:1 sh /usr/share/bootready/make-secrets.sh >/dev/null';
  const said = await run([], 'sh', '-c', `${make} && bootready-operate doctor --only node,database || true`);
  expect(said).toMatch(/^ok +node/m);
  // It read the URL of the secrets, and nobody answers there.
  expect(said).toMatch(/^failed +database +Postgres at 127\.0\.0\.1:1/m);
});

test('it is removed without a trace, except for what operators made', async () => {
  const said = await run(
    [],
    'sh',
    '-c',
    'touch /etc/bootready/secrets/secrets-key; apt-get purge -y bootready >/dev/null 2>&1; ls /usr/lib/bootready /usr/bin/bootready 2>/dev/null; ls /etc/bootready/secrets',
  );
  expect(said).toBe('secrets-key');
});
