import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../shared/config.ts';

/**
 * Headers of every answer. Pages have their own policy for the resources that they load (portal.ts, queue-board.ts, reports.ts). OWASP Secure Headers Project
 */
const guards = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
};

/**
 * Browsers apply these to what they show as a page or run as a worker, and ignore them on scripts, styles and fonts of a page: there the policy of that page holds.
 * CSP 3, section 4.2 (Document, WorkerGlobalScope); HTML, section 7.1.3 (COOP); Permissions Policy, section 4.6 (Document)
 */
const guardsOfDocuments = ['content-security-policy', 'cross-origin-opener-policy', 'permissions-policy'] as const;

/** For a file that a page uses and that is neither page nor worker itself. Not for an SVG: a browser that opens its address shows it as a page. */
export function leaveOutGuardsOfDocuments(reply: FastifyReply): void {
  for (const name of guardsOfDocuments) reply.removeHeader(name);
}

export type Guard = (request: FastifyRequest, reply: FastifyReply) => void;

/** Sets the headers of every answer, including answers to requests that reach no route. */
export function guardBy(config: Pick<Config, 'API_PUBLIC_URL'> | undefined): Guard {
  const isHttps = config?.API_PUBLIC_URL?.startsWith('https:') ?? false;
  return (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store', ...guards });
    if (isHttps || request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
  };
}
