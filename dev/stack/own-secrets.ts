import { withSecretFiles } from '../../adapters/environment.ts';
import type { ProcessRole } from '../../shared/operation/process-roles.ts';
import { makePublicPem, readSigningKey } from '../../shared/provenance/keys.ts';
import type { secretVariables } from '../../shared/secrets/secrets.ts';

type Secret = (typeof secretVariables)[number];

/** Secrets that not every process uses. docker-compose.yml and the other deployments hand them out in the same way. */
const usedBy: Partial<Record<Secret, readonly ProcessRole[]>> = {
  REDIS_URL: ['api', 'queues'],
  REDIS_TLS_KEY: ['api', 'queues'],
  EVENTS_SECRET: ['api'],
  OIDC_CLIENT_SECRET: ['api'],
  SECRETS_KEY: ['api', 'queues'],
  PROVENANCE_KEY: ['worker'],
  TARGETS: ['worker'],
};

/** Variables that every process needs, even if it does not use their value. */
const unused: Record<string, string> = {
  REDIS_URL: 'redis://not-used-by-this-process',
  EVENTS_SECRET: 'not-used-by-this-process',
};

/** The environment of one kind of process, without the secrets that only others use. The API gets what is public of them instead. */
export function withOwnSecrets(role: ProcessRole, env: Readonly<Record<string, string>>): Record<string, string> {
  const foreign = Object.entries(usedBy).flatMap(([name, roles]) => (roles.includes(role) ? [] : [name]));
  const withoutForeign = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      if (!foreign.includes(name.replace(/_FILE$/, ''))) return [[name, value]];
      return unused[name] ? [[name, unused[name]]] : [];
    }),
  );
  return role === 'api' ? { ...publicHalves(env), ...withoutForeign } : withoutForeign;
}

function publicHalves(env: Readonly<Record<string, string>>): Record<string, string> {
  const ours = ['PROVENANCE_KEY', 'PROVENANCE_KEY_FILE', 'TARGETS', 'TARGETS_FILE'];
  const { PROVENANCE_KEY, TARGETS } = withSecretFiles(
    Object.fromEntries(Object.entries(env).filter(([name]) => ours.includes(name))),
  );
  return {
    ...(PROVENANCE_KEY ? { PROVENANCE_PUBLIC_KEY: makePublicPem(readSigningKey(PROVENANCE_KEY)) } : {}),
    ...(TARGETS ? { TARGET_NAMES: Object.keys(JSON.parse(TARGETS) as object).join(',') } : {}),
  };
}
