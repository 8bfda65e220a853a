import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { packChart } from '../../dev/release/archive.ts';
import { goProgram } from '../support/go-program.ts';
import { pythonWith } from '../support/python-packages.ts';

/** The chart, by helm itself and by the schemas of Kubernetes' own API (kubernetes-validate). No cluster is needed. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const chart = join(root, 'deploy/helm/bootready');
/** The oldest that the chart allows, and the newest that the schemas have. */
const versions = ['1.30', '1.33', '1.37'];

type Manifest = {
  kind: string;
  apiVersion: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, never> & { template?: { spec: PodSpec } };
};
type PodSpec = {
  hostUsers?: boolean;
  automountServiceAccountToken?: boolean;
  containers: {
    name: string;
    env: { name: string; value: string }[];
    envFrom?: object[];
    securityContext: Record<string, unknown>;
  }[];
  volumes: { name: string; secret?: { items: { key: string }[] } }[];
};

let helm: string;
let python: string;
let folder: string;
beforeAll(async () => {
  helm = await goProgram(join(import.meta.dirname, 'helm'), 'helm.sh/helm/v3/cmd/helm');
  python = await pythonWith(join(import.meta.dirname, 'kubernetes-validate.txt'));
  folder = mkdtempSync(join(tmpdir(), 'chart-'));
}, 1_800_000);
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const least = { store: { endpoint: 'http://s3.example' } };

function template(values: object): string {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, JSON.stringify(values));
  return execFileSync(helm, ['template', 'images', chart, '-f', file, '--kube-version', '1.33.0'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
function manifests(values: object): Manifest[] {
  return parseAllDocuments(template(values))
    .map((document) => document.toJS() as Manifest | null)
    .filter((found) => found !== null);
}
function pod(all: readonly Manifest[], name: string): PodSpec {
  const found = all.find(({ metadata, spec }) => metadata.name === name && spec?.template);
  if (!found?.spec.template) throw new Error(`no ${name}`);
  return found.spec.template.spec;
}

/** Every choice of the values once, and all of the monitoring together. */
const matrix: Record<string, object> = {
  'the least': {},
  'everything on': {
    image: { digest: `sha256:${'a'.repeat(64)}` },
    imagePullSecrets: [{ name: 'registry' }],
    publicUrl: 'https://images.example',
    env: { BOOT_CHECK: 'require', QUOTA_IMAGES: 10 },
    envFrom: [{ secretRef: { name: 'more' } }],
    api: { env: { TARGET_NAMES: 'backup' }, envFrom: [{ secretRef: { name: 'oidc' } }] },
    ingress: { enabled: true, host: 'images.example', tlsSecret: 'tls', className: 'nginx', annotations: { a: 'b' } },
    worker: { autoscaling: { enabled: true }, nodeSelector: { disk: 'fast' }, tolerations: [{ operator: 'Exists' }] },
    networkPolicy: { workerEgress: true, servers: [{ podSelector: {} }], apiFrom: [{ podSelector: {} }] },
    monitoring: { podMonitor: { enabled: true }, prometheusRule: { enabled: true }, dashboard: { enabled: true } },
  },
  'KEDA, KVM by resource, scratch on a claim': {
    worker: {
      keda: { enabled: true },
      kvm: { mode: 'resource' },
      scratch: { kind: 'existingClaim', claim: 'scratch' },
    },
  },
  'KVM of the host, scratch of the node': { worker: { kvm: { mode: 'hostPath' }, scratch: { kind: 'emptyDir' } } },
  'no filter around the worker': { worker: { security: { seccompProfile: '' } } },
  'only the worker': { api: { enabled: false }, queues: { enabled: false }, migrate: { enabled: false } },
  'all but the worker': { worker: { enabled: false }, networkPolicy: { enabled: false }, migrate: { logins: false } },
};

test('helm lint has nothing to say', async () => {
  const { stdout } = await run(helm, ['lint', '--strict', chart, '--set', 'store.endpoint=http://s3.example']);
  expect(stdout).toContain('0 chart(s) failed');
});

describe.each(Object.entries(matrix))('with %s', (_name, values) => {
  test.each(versions)('Kubernetes %s refuses nothing', async (version) => {
    // Objects of other projects have no schema there.
    const ours = manifests({ ...least, ...values }).filter(
      ({ apiVersion }) => !/monitoring\.coreos|keda/.test(apiVersion),
    );
    const file = join(folder, 'manifests.yaml');
    writeFileSync(file, ours.map((each) => JSON.stringify(each)).join('\n---\n'));
    expect(ours.length).toBeGreaterThan(2);
    await run(python, ['-m', 'kubernetes_validate', '--strict', '--no-warn', '-k', version, file]);
  });
});

test('a field that Kubernetes does not know is refused', async () => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, template(least).replace('terminationGracePeriodSeconds', 'terminationGraceSeconds'));
  await expect(
    run(python, ['-m', 'kubernetes_validate', '--strict', '--no-warn', '-k', '1.33', file]),
  ).rejects.toThrow();
});

test.each<[string, object, RegExp]>([
  ['an unknown value', { apii: {} }, /apii/],
  ['a mode that does not exist', { worker: { kvm: { mode: 'yes' } } }, /kvm/],
  ['two ways to scale', { worker: { keda: { enabled: true }, autoscaling: { enabled: true } } }, /not both/],
  ['an ingress without a host', { ingress: { enabled: true } }, /ingress\.host is required/],
  ['a worker that reaches none of its servers', { networkPolicy: { workerEgress: true } }, /servers is required/],
  ['no store', { store: { endpoint: '' } }, /store\.endpoint is required/],
])('%s is refused, and helm says what is wrong', (_name, values, words) => {
  expect(() => template({ ...least, ...values })).toThrow(words);
});

test('a process gets its own variables and secrets beside those of all, and no other process gets them', () => {
  const secret = (name: string) => ({ secretRef: { name } });
  const all = manifests({
    ...least,
    env: { LOG_LEVEL: 'info', BOOT_CHECK: 'warn' },
    envFrom: [secret('of-all')],
    worker: { env: { BOOT_CHECK: 'off' }, envFrom: [secret('signing')] },
    api: { env: { TARGET_NAMES: 'backup' } },
  });
  const given = (name: string) => {
    const [container] = pod(all, `images-${name}`).containers;
    const env = Object.fromEntries(container?.env.map((each) => [each.name, each.value]) ?? []);
    return { env, from: container?.envFrom };
  };
  expect(given('worker')).toMatchObject({
    env: { LOG_LEVEL: 'info', BOOT_CHECK: 'off' },
    from: [secret('of-all'), secret('signing')],
  });
  expect(given('api')).toMatchObject({
    env: { LOG_LEVEL: 'info', BOOT_CHECK: 'warn', TARGET_NAMES: 'backup' },
    from: [secret('of-all')],
  });
  for (const name of ['queues', 'migrate']) {
    expect(given(name).env).not.toHaveProperty('TARGET_NAMES');
    expect(given(name).from).toEqual([secret('of-all')]);
  }
  expect(given('worker').env).not.toHaveProperty('TARGET_NAMES');
});

test('everything but the worker keeps to the Pod Security level "restricted"', () => {
  const all = manifests(least);
  for (const name of ['images-api', 'images-queues', 'images-migrate']) {
    const spec = pod(all, name);
    expect(spec.automountServiceAccountToken).toBe(false);
    for (const { securityContext } of spec.containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        runAsUser: 10_001,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
    // Kinds of volumes that "restricted" allows.
    for (const volume of spec.volumes)
      expect(Object.keys(volume).sort()).toEqual(['name', volume.secret ? 'secret' : 'emptyDir'].sort());
  }
});

test('the worker has what bubblewrap needs, and nothing further', () => {
  const spec = pod(manifests(least), 'images-worker');
  expect(spec.hostUsers).toBe(false);
  expect(spec.containers[0]?.securityContext).toEqual({
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 10_001,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    procMount: 'Unmasked',
    appArmorProfile: { type: 'Unconfined' },
    seccompProfile: { type: 'Localhost', localhostProfile: 'profiles/bootready-worker.json' },
  });
});

test('with the device of the host it is privileged, and outside of a user namespace', () => {
  const spec = pod(manifests({ ...least, worker: { kvm: { mode: 'hostPath' } } }), 'images-worker');
  expect(spec.hostUsers).toBe(true);
  expect(spec.containers[0]?.securityContext).toEqual({
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 10_001,
    privileged: true,
  });
});

test('each process gets only the secrets of its own', () => {
  const all = manifests(least);
  const given = (name: string): string[] =>
    pod(all, name).volumes.flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? []);
  expect(given('images-api')).toEqual([
    'database-url-api',
    'events-secret',
    'redis-url',
    's3-secret-key-api',
    'secrets-key',
  ]);
  expect(given('images-worker')).toEqual(['database-url-worker', 's3-secret-key-worker']);
  expect(given('images-queues')).toEqual(['database-url-queues', 'redis-url', 's3-secret-key-queues', 'secrets-key']);
  expect(given('images-migrate')).toEqual([
    'database-url',
    'database-url-api',
    'database-url-queues',
    'database-url-worker',
  ]);
});

test('alerts and dashboard are those of deploy/', () => {
  const all = manifests({ ...least, ...matrix['everything on'] });
  const rules = all.find(({ kind }) => kind === 'PrometheusRule')?.spec;
  expect(rules).toEqual(parse(readFileSync(join(root, 'deploy/prometheus/alerts.yml'), 'utf8')));
  const map = all.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('dashboard'),
  ) as unknown as { data: Record<string, string> };
  expect(JSON.parse(map.data['bootready.json'] ?? '')).toEqual(
    JSON.parse(readFileSync(join(root, 'deploy/grafana/bootready.json'), 'utf8')),
  );
});

test('the archive of a release is the same chart, alerts and dashboard included', () => {
  const archive = join(folder, 'bootready-chart.tgz');
  packChart(archive, 1_700_000_000);
  const values = join(folder, 'release.yaml');
  writeFileSync(
    values,
    JSON.stringify({ ...least, monitoring: { prometheusRule: { enabled: true }, dashboard: { enabled: true } } }),
  );
  const rendered = (from: string): string =>
    execFileSync(helm, ['template', 'images', from, '-f', values, '--kube-version', '1.33.0'], { encoding: 'utf8' });
  expect(rendered(archive)).toBe(rendered(chart));
  expect(rendered(archive)).toContain('alert: BootreadyApiGone');
});
