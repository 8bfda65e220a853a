import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { identityOf } from '../identity.ts';

export const storeId = 'images';
export const importMethods = ['glance-direct', 'web-download'] as const;

const MiB = 1024 ** 2;
const unlimited = -1;

/** What this installation can, and what the project uses of it. */
export const infoRoutes =
  ({ glance, projects }: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    app.get('/info/import', async () => ({
      'import-methods': { description: 'Ways to import image data.', type: 'array', value: importMethods },
    }));

    app.get('/info/stores', async () => ({
      stores: [{ id: storeId, description: 'The object store of bootready.', default: 'true' }],
    }));

    app.get('/info/usage', async (request) => {
      const { projectId } = identityOf(request);
      const [{ quotaBytes }, used] = await Promise.all([projects.ensure({ id: projectId }), glance.usage(projectId)]);
      const limit = quotaBytes === null ? unlimited : Math.floor(quotaBytes / MiB);
      return {
        usage: {
          image_size_total: { limit, usage: Math.ceil(used.bytes / MiB) },
          image_stage_total: { limit, usage: Math.ceil(used.stagedBytes / MiB) },
          image_count_total: { limit: unlimited, usage: used.count },
          image_count_uploading: { limit: unlimited, usage: used.receiving },
        },
      };
    });
  };
