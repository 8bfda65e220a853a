import type { z } from 'zod';
import { ApiError } from '../../../shared/contracts/api.ts';
import { isErrorCode } from '../../../shared/error-codes.ts';
import { BootreadyError } from '../../../shared/errors.ts';

/** Turns problems between this command and an installation into our errors. */

const passing = new Set([429, 502, 503, 504]);

/** `retryAfter` in milliseconds, where the answer names one. */
export type AnswerContext = { status?: number; retryAfter?: number };

/** The error that an answer says. */
export function errorOfAnswer(url: string, status: number, headers: Headers, body: string): BootreadyError {
  const after = Number(headers.get('retry-after'));
  const context: AnswerContext = { status, ...(after > 0 ? { retryAfter: after * 1000 } : {}) };
  const parsed = ApiError.safeParse(readJson(body));
  if (parsed.success) {
    const { code, message, remedy } = parsed.data.error;
    return new BootreadyError({
      code: isErrorCode(code) ? code : status < 500 ? 'invalid-input' : 'unavailable',
      message,
      ...(status === 401
        ? { remedy: `Get a valid key or sign in again: "bootready login ${url}".` }
        : remedy
          ? { remedy }
          : {}),
      retryable: passing.has(status),
      context,
    });
  }
  if (status >= 300 && status < 400) {
    const to = headers.get('location');
    return new BootreadyError({
      code: 'unavailable',
      message: `${url} has moved${to ? ` to ${to}` : ''}.`,
      remedy: 'Use the new address: "bootready login URL", or BOOTREADY_URL.',
      context,
    });
  }
  return new BootreadyError({
    code: 'unavailable',
    message: `${url} answers, but not like the API of bootready (HTTP ${status}).`,
    remedy: passing.has(status)
      ? 'The API may be restarting. Try again in a minute.'
      : 'Check the address. It must be the address of the API ("bootready login URL", or BOOTREADY_URL).',
    retryable: passing.has(status),
    context,
  });
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws `unavailable` when the answer does not have the form of this version. */
export function readAnswer<Schema extends z.ZodType>(url: string, schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BootreadyError({
    code: 'unavailable',
    message: `${url} sends answers that this version does not understand.`,
    remedy: 'Use the same version of this command and of the installation, and check the address.',
    cause: parsed.error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the host name cannot be resolved',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
  TimeoutError: 'no answer in time',
};

/** The innermost code of what fetch or node:http threw. */
export function findNetworkCode(error: unknown): string {
  let found = '';
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code, name } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') found = code;
    else if (name === 'TimeoutError') found = name;
    // If several addresses were tried, the reason of the first one is enough.
    if (current instanceof AggregateError && current.errors[0]) found = findNetworkCode(current.errors[0]) || found;
  }
  return found;
}

/** The error for a failure of the network. `remedy` is for an installation that cannot be reached at all. */
export function errorOfNetwork(where: string, cause: unknown, remedy: string): BootreadyError {
  const code = findNetworkCode(cause);
  const tls = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code);
  return new BootreadyError({
    code: 'unavailable',
    message: `No connection to ${where}: ${tls ? `its certificate is not trusted (${code})` : (reasons[code] ?? (code || 'unknown reason'))}.`,
    remedy: tls
      ? 'Set NODE_EXTRA_CA_CERTS to the certificate of the authority that signed it, or use the host name in the certificate.'
      : remedy,
    retryable: !tls,
    cause,
  });
}
