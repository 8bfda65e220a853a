import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { KeyList } from '../shared/contracts/api.ts';
import { ProjectId } from '../shared/contracts/image.ts';
import type { ApiDeps } from './deps.ts';
import { atLeast } from './identity.ts';

/** API keys as operators see them, to find those that nobody uses. They are made by the command line alone. */
export const keyRoutes =
  ({ keys }: Pick<ApiDeps, 'keys'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/keys',
      {
        onRequest: atLeast('admin'),
        schema: {
          operationId: 'listKeys',
          refuses: ['forbidden'],
          summary: 'API keys with their last use, without the keys themselves; newest first',
          querystring: z.object({ project: ProjectId.optional() }),
          response: { 200: KeyList },
        },
      },
      async (request) => {
        const found = await keys.list(request.query.project);
        return {
          keys: found.map(({ createdAt, lastUsedAt, expiresAt, revokedAt, ...key }) => ({
            ...key,
            createdAt: createdAt.toISOString(),
            lastUsedAt: lastUsedAt?.toISOString() ?? null,
            expiresAt: expiresAt?.toISOString() ?? null,
            revokedAt: revokedAt?.toISOString() ?? null,
          })),
        };
      },
    );
  };
