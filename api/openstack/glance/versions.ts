import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Config } from '../../../shared/config.ts';
import { findBaseUrl } from '../../http/base-url.ts';

/**
 * The versions of a Glance that names its stores (`enabled_backends`) and has no cache, as far as this API has all of them: 2.17 adds locations. Source:
 * Glance's api/versions.py.
 */
const minors = [15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** The available versions, for clients that check before they call. No key is needed. */
export function versionRoutes(config: Config, prefix: string): FastifyPluginAsync {
  return async (app) => {
    const versions = (request: FastifyRequest) => ({
      versions: minors.map((minor, index) => ({
        id: `v2.${minor}`,
        status: index === 0 ? 'CURRENT' : 'SUPPORTED',
        links: [{ rel: 'self', href: `${findBaseUrl(request, config)}${prefix}/v2/` }],
      })),
    });
    for (const path of ['/', '/v2', '/v2/']) {
      app.get(path, async (request, reply) => reply.code(300).send(versions(request)));
    }
    for (const path of ['/versions', '/versions/']) app.get(path, async (request) => versions(request));
  };
}
