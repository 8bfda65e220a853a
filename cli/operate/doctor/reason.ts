import { explain } from '../../../shared/errors.ts';

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be resolved now',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no route to that host',
  ENETUNREACH: 'there is no route to that network',
};

/** Why something did not work, in a few words, from whatever the libraries throw: Node wraps errors of the network several times. */
export function explainReason(error: unknown): string {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 8; depth++) {
    const code = (current as NodeJS.ErrnoException).code;
    if (code && words[code]) return words[code];
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return explain(error).replace(/\.$/, '');
}

/** Host and port, or the whole text if it is not a URL; never the password. */
export function shortenUrl(url: string): string {
  const { host, pathname } = new URL(url);
  return pathname.length > 1 ? `${host}${pathname}` : host;
}
