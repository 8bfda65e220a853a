import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import type { OciTargetConfig } from '../../../shared/operation/targets.ts';
import { readJson, readText } from '../answer-text.ts';
import { again } from '../trouble.ts';
import { readChallenge } from './challenge.ts';

/** The one door to a registry: requests with who we are. Distribution spec 1.1, https://github.com/opencontainers/distribution-spec */

type Ask = {
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** A path below /v2/, or an address that the registry gave. */
  to: string | URL;
  headers?: Record<string, string>;
  body?: Buffer;
};
export type Answer = { status: number; headers: Headers; text: string };
export type Registry = {
  /** The host as the names of its images begin with it. */
  host: string;
  /** @throws `unavailable` (retryable) without an answer, `forbidden` if we are not let in; every other answer is for the caller */
  ask(ask: Ask, signal: AbortSignal): Promise<Answer>;
  /** The address in a `Location`. @throws BootreadyError where it leaves the registry: what is sent there is ours */
  follow(answer: Answer): URL;
};

/** A chunk of an upload may take this long. */
const patienceMs = 10 * 60_000;
/** The spec's limit of a manifest; every other answer that we read is shorter. */
const mostAnswerBytes = 4 * 1024 ** 2;

const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

export function openRegistry(name: string, config: OciTargetConfig): Registry {
  const base = new URL(config.registry);
  const { username, password, token_server: tokenServer } = config;
  const basic =
    username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let authorization: string | undefined;

  const send = async (url: URL, { method, headers = {}, body }: Ask, who: string | undefined, signal: AbortSignal) => {
    try {
      const response = await fetch(url, {
        method,
        // Credentials and images go to nobody but the host that they are for.
        redirect: 'manual',
        headers: { ...headers, ...(who ? { authorization: who } : {}) },
        ...(body ? { body: new Uint8Array(body.buffer, body.byteOffset, body.length) as Uint8Array<ArrayBuffer> } : {}),
        signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      });
      return {
        status: response.status,
        headers: response.headers,
        text: await readText(response.body, mostAnswerBytes),
      };
    } catch (error) {
      signal.throwIfAborted();
      throw new BootreadyError({
        code: 'unavailable',
        message: `The registry of target "${name}" does not answer.`,
        remedy: 'Check that it runs and that workers can reach it. The delivery is retried.',
        retryable: true,
        cause: error,
      });
    }
  };

  /** Token authentication as registries do it. https://distribution.github.io/distribution/spec/auth/token/ */
  const fetchToken = async (
    { realm, service, scope }: { realm: string; service: string | undefined; scope: string | undefined },
    signal: AbortSignal,
  ): Promise<string> => {
    const url = new URL(realm);
    // The password goes there, so the registry alone does not choose.
    if (url.origin !== base.origin && (!tokenServer || url.origin !== new URL(tokenServer).origin)) {
      throw new BootreadyError({
        code: 'forbidden',
        message: `The registry of target "${name}" names another host for tokens, which gets no password.`,
        remedy: `If this is its token server, add it to the target in TARGETS as "token_server", ${again}`,
        context: { host: url.origin },
      });
    }
    if (url.protocol !== 'https:' && base.protocol === 'https:') {
      throw new BootreadyError({
        code: 'forbidden',
        message: `The registry of target "${name}" names an address for tokens that is not encrypted.`,
        remedy: `Set up its token server with https, ${again}`,
      });
    }
    if (service) url.searchParams.set('service', service);
    if (scope) url.searchParams.set('scope', scope);
    const answer = await send(url, { method: 'GET', to: url, headers: { accept: 'application/json' } }, basic, signal);
    if (answer.status === 401 || answer.status === 403) throw refusesCredentials(name);
    const found = Token.safeParse(readJson(answer.text));
    const token = found.data?.token ?? found.data?.access_token;
    if (answer.status !== 200 || !token) throw makeUnexpectedError(name, answer);
    return token;
  };

  const authorize = async (answer: Answer, signal: AbortSignal): Promise<string> => {
    const challenge = readChallenge(answer.headers.get('www-authenticate'));
    if (challenge?.scheme === 'bearer') return `Bearer ${await fetchToken(challenge, signal)}`;
    if (challenge?.scheme === 'basic' && basic) return basic;
    throw refusesCredentials(name);
  };

  return {
    host: base.host,
    ask: async (ask, signal) => {
      const url = typeof ask.to === 'string' ? new URL(`/v2/${ask.to}`, base) : ask.to;
      const first = await send(url, ask, authorization, signal);
      if (first.status !== 401) return assertAllowed(name, first);
      // Nobody has asked yet, the token is for another repository, or it has expired: in the middle of an upload, say.
      authorization = await authorize(first, signal);
      const second = await send(url, ask, authorization, signal);
      if (second.status === 401) throw refusesCredentials(name);
      return assertAllowed(name, second);
    },
    follow: ({ headers, status, text }) => {
      const location = headers.get('location');
      const url = location && URL.canParse(location, base.href) ? new URL(location, base) : undefined;
      if (!url) throw makeUnexpectedError(name, { status, text });
      if (url.origin !== base.origin) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: `The registry of target "${name}" wants the upload to go to another host.`,
          remedy: `Set "registry" of the target in TARGETS to the address that the registry gives for itself, ${again}`,
        });
      }
      return url;
    },
  };
}

function refusesCredentials(name: string): BootreadyError {
  return new BootreadyError({
    code: 'forbidden',
    message: `The registry of target "${name}" refuses the credentials.`,
    remedy: `Correct "username" and "password" of the target in TARGETS, or allow them to push to its repository, ${again}`,
  });
}

function assertAllowed(name: string, answer: Answer): Answer {
  if (answer.status === 403) throw refusesCredentials(name);
  return answer;
}

/** An answer that fits no rule. The registry's own words may name its hosts, so they go to logs only. */
export function makeUnexpectedError(name: string, { status, text }: { status: number; text: string }): BootreadyError {
  const retryable = status >= 500 || status === 404 || status === 408 || status === 416 || status === 429;
  return new BootreadyError({
    code: retryable ? 'unavailable' : 'invalid-input',
    message: `The registry of target "${name}" answers ${status}, which was not expected.`,
    remedy: retryable ? 'Check its health. The delivery is retried.' : `Check the target in TARGETS, ${again}`,
    retryable,
    context: { said: text.slice(0, 500) },
  });
}
