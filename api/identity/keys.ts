import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { KeyList } from '../../shared/contracts/api.ts';
import { ProjectId } from '../../shared/contracts/image.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast } from './identity.ts';

/** API keys for operators: they find unused keys, and revoke one at once. Only the command line makes keys. */
export function keyRoutes({ keys }: Pick<ApiDeps, 'keys'>): FastifyPluginAsyncZod {
  return async (app) => {
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

    app.delete(
      '/keys/:key',
      {
        onRequest: atLeast('admin'),
        config: { audit: 'key.revoke' },
        schema: {
          operationId: 'revokeKey',
          refuses: ['forbidden', 'not-found'],
          summary: 'Revoke an API key immediately and permanently, with its sessions, streams and tokens',
          params: z.object({ key: z.uuid() }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        if (await keys.revoke(request.params.key)) return reply.code(204).send(null);
        throw new BootreadyError({
          code: 'not-found',
          message: 'The key does not exist, or is already revoked.',
          remedy: 'GET /v1/keys lists all of them.',
        });
      },
    );
  };
}
