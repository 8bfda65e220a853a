import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { UploadEventPage } from '../../shared/contracts/api.ts';
import type { ApiDeps } from '../deps.ts';
import { readLanguage } from '../http/language.ts';
import { readScope } from '../identity/identity.ts';
import { toEventView } from '../images/views.ts';

const Page = z.object({
  before: z.coerce.number().int().optional(),
  /** Only what is settled, or only what is not. */
  settled: z.enum(['true', 'false']).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function inboxRoutes({ events }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/upload-events',
      {
        schema: {
          operationId: 'listUploadEvents',
          summary: 'Storage notifications and their outcome, newest first',
          querystring: Page,
          response: { 200: UploadEventPage },
        },
      },
      async (request) => {
        const { before, limit, settled } = request.query;
        const projectId = readScope(request);
        const found = await events.list({
          limit: limit + 1,
          ...(projectId === undefined ? {} : { projectId }),
          ...(settled === undefined ? {} : { isSettled: settled === 'true' }),
          ...(before === undefined ? {} : { before }),
        });
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          events: page.map((event) => toEventView(event, readLanguage(request))),
          ...(found.length > limit && last ? { next: last.id } : {}),
        };
      },
    );
  };
}
