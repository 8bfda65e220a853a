import type { FastifyRequest } from 'fastify';
import type { Config } from '../../shared/config.ts';
import { trimSlashes } from '../../shared/text/trim-slashes.ts';

/** The address by which the client reaches us: the operator's setting, or else the host of the request. */
export function findBaseUrl(request: FastifyRequest, { API_PUBLIC_URL }: Pick<Config, 'API_PUBLIC_URL'>): string {
  return trimSlashes(API_PUBLIC_URL ?? `${request.protocol}://${request.host}`);
}
