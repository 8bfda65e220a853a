import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { identityOf } from '../identity.ts';
import { quotaOf } from '../quotas.ts';

export const storeId = 'images';
export const importMethods = ['glance-direct', 'web-download'] as const;

const MiB = 1024 ** 2;
const unlimited = -1;

/** What this installation can, and what the project uses of it. */
export const infoRoutes =
  ({ projects }: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    app.get('/info/import', async () => ({
      'import-methods': { description: 'Ways to import image data.', type: 'array', value: importMethods },
    }));

    app.get('/info/stores', async () => ({
      stores: [{ id: storeId, description: 'The object store of bootready.', default: 'true' }],
    }));

    app.get('/info/usage', async (request) => {
      const { projectId } = identityOf(request);
      const { limits, used } = await quotaOf(projects, projectId);
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
