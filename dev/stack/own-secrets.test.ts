import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ProcessRole } from '../../shared/operation/process-roles.ts';
import { makePublicPem, newSigningKey, readSigningKey } from '../../shared/provenance/keys.ts';
import { newSecretsKey } from '../../shared/secrets/secret-keys.ts';
import { withOwnSecrets } from './own-secrets.ts';
import { processEnv } from './product.ts';
import { newState, Ports } from './state.ts';

const ports = Ports.parse({ api: 1, s3: 2, temporal: 3, temporalUi: 4, postgres: 5, redis: 6 });
const state = { ...newState(ports), provenanceKey: newSigningKey(), secretsKey: newSecretsKey() };

/** The processes of `npm start` that have each secret: nobody has what only others use. */
test.each<[secret: string, value: string, roles: ProcessRole[]]>([
  ['the key that signs provenance', 'PRIVATE KEY', ['worker']],
  ['the key for secrets', state.secretsKey, ['api', 'queues']],
  ['the secret of notifications', state.eventsSecret, ['api']],
  ['the password of Redis', state.redisPassword, ['api', 'queues']],
  ['the password of the owner of the database', state.postgresPassword, []],
])('%s', (_, value, roles) => {
  const having = (['api', 'worker', 'queues'] as const).filter((role) =>
    Object.values(processEnv(role, state, '/data')).some((each) => each.includes(value)),
  );
  expect(having).toEqual(roles);
});

test('the API gets what is public of them', () => {
  expect(processEnv('api', state, '/data').PROVENANCE_PUBLIC_KEY).toBe(
    makePublicPem(readSigningKey(state.provenanceKey)),
  );
  const TARGETS = JSON.stringify({ shelf: { kind: 'directory', path: '/a' }, backup: { secret_key: 'hidden' } });
  expect(withOwnSecrets('api', { TARGETS })).toEqual({ TARGET_NAMES: 'shelf,backup' });
  expect(withOwnSecrets('worker', { TARGETS })).toEqual({ TARGETS });
});

test('docker-compose.yml hands them out in the same way', () => {
  const file = parse(readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8'), { merge: true });
  for (const [service, role] of [
    ['api', 'api'],
    ['worker', 'worker'],
    ['queue-worker', 'queues'],
  ] as const) {
    const { environment } = file.services[service] as { environment: Record<string, string> };
    const fromFiles = Object.fromEntries(Object.entries(environment).filter(([name]) => name.endsWith('_FILE')));
    expect(withOwnSecrets(role, { ...fromFiles, DATABASE_URL: 'x' })).toEqual({ ...fromFiles, DATABASE_URL: 'x' });
  }
});
