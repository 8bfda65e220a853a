import type { FastifyPluginAsync } from 'fastify';
import { BootreadyError } from '../../../shared/errors.ts';

/**
 * Metadata definitions: bootready has none, and nobody can make any. Clients that offer them (Horizon, `openstack image metadef ... list`) get empty lists and
 * no error.
 */
export function metadefRoutes(): FastifyPluginAsync {
  return async (app) => {
    app.get('/metadefs/namespaces', async () => ({
      namespaces: [],
      first: '/v2/metadefs/namespaces',
      schema: '/v2/schemas/metadefs/namespaces',
    }));
    app.get('/metadefs/resource_types', async () => ({ resource_types: [] }));
    app.get('/metadefs/*', async () => {
      throw new BootreadyError({ code: 'not-found', message: 'Metadata definitions are not supported here.' });
    });
    const refuse = async (): Promise<never> => {
      throw new BootreadyError({
        code: 'forbidden',
        message: 'Metadata definitions are not stored here.',
        remedy: 'Set properties on the image itself: openstack image set --property NAME=VALUE ID',
      });
    };
    const config = { audit: 'none' } as const;
    app.post('/metadefs/namespaces', { config }, refuse);
    app.route({ method: ['POST', 'PUT', 'PATCH', 'DELETE'], url: '/metadefs/*', config, handler: refuse });
  };
}
