import { setTimeout as after } from 'node:timers/promises';
import { z } from 'zod';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { SignedIn } from '../../shared/ports/oidc.ts';
import type { Identity, Session, SessionPlace, UserGrant } from '../../shared/ports/projects.ts';
import { hashOfKey, newSessionToken } from '../../shared/secrets/api-key.ts';
import { decrypt, encrypt } from '../../shared/secrets/encrypt.ts';
import type { ApiDeps } from '../deps.ts';
import { findExistingProjects } from './bearer.ts';

export type SessionDeps = Pick<ApiDeps, 'sessions' | 'projects' | 'oidc'>;

/** A working day. A user who works longer signs in again. */
export const sessionSeconds = 12 * 3600;
/** For users that the issuer gave no refresh token: the API cannot ask the issuer about them again. */
const unrenewedSeconds = 3600;
/**
 * If the issuer locks out a user, the user is signed out here after at most a quarter of an hour. The API asks the issuer at most once a minute. In seconds.
 */
const renewalSeconds = { least: 60, most: 900 };

/** Tokens that only the issuer needs to see again. In the database they are encrypted, and only the cookie opens them. */
const IssuersTokens = z.object({ refreshToken: z.string().optional(), idToken: z.string().optional() });
type IssuersTokens = z.infer<typeof IssuersTokens>;

export function openIssuersTokens(encrypted: Buffer, token: string): IssuersTokens {
  const text = decrypt(encrypted, token);
  return text === undefined ? {} : IssuersTokens.parse(JSON.parse(text));
}

function toGrant(signedIn: SignedIn, projects: readonly string[], token: string): UserGrant {
  const { access, refreshToken, idToken, seconds = renewalSeconds.most } = signedIn;
  const wait = Math.min(Math.max(seconds, renewalSeconds.least), renewalSeconds.most);
  return {
    name: access.name,
    role: access.role,
    projects,
    encrypted: encrypt(JSON.stringify({ refreshToken, idToken } satisfies IssuersTokensOrNone), token),
    renewAt: refreshToken === undefined ? null : new Date(Date.now() + wait * 1000),
  };
}
type IssuersTokensOrNone = { [name in keyof IssuersTokens]: string | undefined };

/** A new session for a user that the issuer has just confirmed. @throws `forbidden` when none of the user's projects exists */
export async function beginSession(
  signedIn: SignedIn,
  place: SessionPlace,
  { sessions, projects }: SessionDeps,
): Promise<{ token: string; seconds: number }> {
  const existing = await findExistingProjects(signedIn.access.projects, projects);
  const token = newSessionToken();
  const seconds = signedIn.refreshToken === undefined ? unrenewedSeconds : sessionSeconds;
  await sessions.create({
    place,
    hash: hashOfKey(token),
    expiresAt: new Date(Date.now() + seconds * 1000),
    user: { ...toGrant(signedIn, existing, token), subject: signedIn.access.subject, projectId: existing[0] },
  });
  return { token, seconds };
}

/** The session, after the issuer was asked again where that is due. @throws `unavailable` when it does not answer */
export async function readSession(token: string, deps: SessionDeps): Promise<Session | undefined> {
  const hash = hashOfKey(token);
  const session = await deps.sessions.find(hash);
  if (session?.identity.user && !deps.oidc) return undefined;
  if (!session?.renewalDue) return session;
  const encrypted = await deps.sessions.claimRenewal(hash);
  if (!encrypted) return othersRenewal(hash, deps);
  await renew(session.identity, { token, hash, encrypted }, deps);
  return deps.sessions.find(hash);
}

/** The issuer's answer, or its "no" (the session is over), is settled in the store. @throws `unavailable` */
async function renew(
  { user, projectId }: Identity,
  { token, hash, encrypted }: { token: string; hash: Buffer; encrypted: Buffer },
  { sessions, projects, oidc }: SessionDeps,
): Promise<void> {
  const { refreshToken, idToken } = openIssuersTokens(encrypted, token);
  try {
    if (!oidc || !user || refreshToken === undefined) return void (await sessions.remove(hash));
    const renewed = await oidc.renew(user.subject, refreshToken);
    const existing = await findExistingProjects(renewed.access.projects, projects);
    // Going on silently in another project would send work to the wrong place.
    if (!existing.includes(projectId)) return void (await sessions.remove(hash));
    await sessions.settleRenewal(hash, toGrant({ ...renewed, idToken: renewed.idToken ?? idToken }, existing, token));
  } catch (error) {
    const isNo = isBootreadyError(error) && ['unauthenticated', 'forbidden'].includes(error.code);
    if (isNo) return void (await sessions.remove(hash));
    await sessions.settleRenewal(hash);
    throw error;
  }
}

const lookMs = 200;
/** Two answers of the issuer, tokens and user, each of which is waited for five seconds. */
const looks = 55;

/** A refresh token is good once: while one request asks with it, all others of the browser wait for the outcome. RFC 9700, 4.14.2. */
async function othersRenewal(hash: Buffer, { sessions }: SessionDeps): Promise<Session | undefined> {
  for (let look = 0; look < looks; look++) {
    await after(lookMs);
    const session = await sessions.find(hash);
    if (!session?.renewalDue) return session;
  }
  throw new BootreadyError({
    code: 'unavailable',
    message: 'The identity provider does not answer.',
    remedy: 'Try again later.',
    retryable: true,
  });
}
