import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ApiKeyStore, KnownKey } from '../../../shared/ports/projects.ts';
import { hashOfKey } from '../../../shared/secrets/api-key.ts';
import type { Tokens } from './tokens.ts';

const Named = z.object({ id: z.string().optional(), name: z.string().optional() });

/** POST /v3/auth/tokens. The users of this installation are its API keys: the password is the key, whatever the user is called. */
export const AuthRequest = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()).min(1),
      password: z.object({ user: Named.extend({ password: z.string() }) }).optional(),
      token: z.object({ id: z.string() }).optional(),
      application_credential: Named.extend({ secret: z.string() }).optional(),
    }),
    scope: z.union([z.object({ project: Named }), z.literal('unscoped'), z.record(z.string(), z.unknown())]).optional(),
  }),
});
export type AuthRequest = z.infer<typeof AuthRequest>;

function makeRefusedError(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'unauthenticated', message, remedy });
}

function wrongKey(): BootreadyError {
  return makeRefusedError(
    'The API key is invalid or has expired.',
    'Give a key as the password or secret ("bootready key create" creates one).',
  );
}

/** @throws BootreadyError `unauthenticated` */
export async function keyOfRequest(
  { auth: { identity, scope } }: AuthRequest,
  { tokens, keys }: { tokens: Tokens; keys: ApiKeyStore },
): Promise<{ key: KnownKey; method: string; expiresAt?: number }> {
  const [method = ''] = identity.methods;
  const found = await byMethod(method, identity, { tokens, keys });
  assertScope(scope, found.key);
  return { ...found, method };
}

async function byMethod(
  method: string,
  { password, token, application_credential: credential }: AuthRequest['auth']['identity'],
  { tokens, keys }: { tokens: Tokens; keys: ApiKeyStore },
): Promise<{ key: KnownKey; expiresAt?: number }> {
  const findKnownKey = async (secret: string): Promise<KnownKey> => {
    const identity = await keys.find(hashOfKey(secret));
    const key = identity && (await keys.get(identity.keyId));
    if (!key) throw wrongKey();
    return key;
  };
  if (method === 'password' && password) return { key: await findKnownKey(password.user.password) };
  if (method === 'application_credential' && credential) {
    const key = await findKnownKey(credential.secret);
    const { id, name } = credential;
    if (id === undefined ? name === key.name : id === key.keyId || id === key.hint) return { key };
    throw wrongKey();
  }
  if (method === 'token' && token) {
    const read = await tokens.read(token.id);
    // A new token lives no longer than the one it is made of.
    if (read) return { key: read.key, expiresAt: read.claims.expiresAt };
    throw makeRefusedError('The token is invalid or has expired.', 'Ask for a new one with the API key.');
  }
  throw makeRefusedError(
    `The method ${JSON.stringify(method.slice(0, 50))} does not exist, or its part of the request is missing.`,
    'Use password, token or application_credential.',
  );
}

/** A key is for one project. */
function assertScope(scope: AuthRequest['auth']['scope'], { projectId }: KnownKey): void {
  if (scope === undefined || scope === 'unscoped') return;
  const project = Named.safeParse('project' in scope ? scope.project : undefined);
  if (project.success && (project.data.id ?? project.data.name) === projectId) return;
  throw makeRefusedError(
    'The API key is not valid for the named project.',
    `Name the project of the key, or no project.`,
  );
}
