import { BootreadyError } from '../../../shared/errors.ts';
import { readJson, readText } from '../answer-text.ts';

/** Questions to the APIs of OpenStack, small ones. */

export type Ask = { method: 'GET' | 'POST' | 'DELETE'; url: string; token?: string; body?: object };
export type Answer = { status: number; headers: Headers; json: unknown; text: string };

const patienceMs = 60_000;

export function silent(name: string, service: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `${service} of target "${name}" does not answer.`,
    remedy: 'Check that it runs and that workers can reach it. The delivery is retried.',
    retryable: true,
    cause,
  });
}

/** @throws `unavailable` (retryable) when there is no answer; whatever the answer says is for the caller */
export async function askJson(
  name: string,
  service: string,
  { method, url, token, body }: Ask,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      // A token goes to nobody but the host that it was given for.
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        ...(token ? { 'x-auth-token': token } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const text = await readText(response.body);
    return { status: response.status, headers: response.headers, json: readJson(text), text };
  } catch (error) {
    signal.throwIfAborted();
    throw silent(name, service, error);
  }
}

/** An error needs no more. */
const mostOfPage = 10_000;

/** The service's error in a few words. Its errors are JSON with a message, or pages. */
export function splitWords(text: string): string {
  const { message } = (readJson(text) ?? {}) as { message?: unknown };
  return (typeof message === 'string' ? message : text)
    .slice(0, mostOfPage)
    .replaceAll(/<title>.{0,200}?<\/title>|<[^>]{0,500}>/gs, ' ')
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]+|\s+/gu, ' ')
    .trim()
    .replace(/\.$/, '')
    .slice(0, 200);
}
