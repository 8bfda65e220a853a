import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../../deps.ts';
import { atLeast, readIdentity } from '../../identity/identity.ts';
import { readQuota } from '../../operations/quotas.ts';

export const storeId = 'images';
export const importMethods = ['glance-direct', 'web-download'] as const;

const theStore = { id: storeId, description: 'The object store of bootready.', default: 'true' } as const;

const MiB = 1024 ** 2;
const unlimited = -1;

/** The features of this installation, and how much of them the project uses. */
export function infoRoutes({ projects }: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/info/import', async () => ({
      'import-methods': { description: 'Ways to import image data.', type: 'array', value: importMethods },
    }));

    app.get('/info/stores', async () => ({ stores: [theStore] }));

    // Only the operator may see the places of data.
    app.get('/info/stores/detail', { onRequest: atLeast('admin') }, async () => ({
      stores: [{ ...theStore, type: 's3', weight: 0, properties: {} }],
    }));

    app.get('/info/usage', async (request) => {
      const { projectId } = readIdentity(request);
      const { limits, used } = await readQuota(projects, projectId);
      const size = limits.bytes === null ? unlimited : Math.floor(limits.bytes / MiB);
      return {
        usage: {
          image_size_total: { limit: size, usage: Math.ceil(used.bytes / MiB) },
          // Staged bytes have no limit of their own here.
          image_stage_total: { limit: size, usage: Math.ceil(used.stagedBytes / MiB) },
          image_count_total: { limit: limits.images ?? unlimited, usage: used.images },
          image_count_uploading: { limit: limits.uploads ?? unlimited, usage: used.uploads },
        },
      };
    });
  };
}
