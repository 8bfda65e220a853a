import type { FastifyPluginAsync } from 'fastify';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { atLeast } from '../../identity/identity.ts';
import { ownImage } from './access.ts';
import { storeId } from './info.ts';

/** Removes image data from one of several stores. There is only one store, and the only copy of an image must stay. */
export function storeRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.delete('/stores/:store/:id', { onRequest: atLeast('member'), config: { audit: 'none' } }, async (request) => {
      const { store } = request.params as { store: string };
      if (store !== storeId) {
        throw new BootreadyError({
          code: 'conflict',
          message: 'Store not found.',
          remedy: `"${storeId}" is the only store.`,
        });
      }
      const { id, status } = await ownImage(deps, request);
      if (status !== 'active') {
        throw new BootreadyError({
          code: 'conflict',
          message: `Only the data of an active image can be removed from a store; this image is ${status}.`,
          remedy: `openstack image delete ${id}`,
        });
      }
      throw new BootreadyError({
        code: 'forbidden',
        message: `The image is only in the store "${storeId}".`,
        remedy: `Delete the image instead: openstack image delete ${id}`,
      });
    });
  };
}
