import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateWebhook, NewWebhook, WebhookList, type WebhookView } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Webhook } from '../../shared/ports/webhooks.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast, readIdentity } from '../identity/identity.ts';

function toView({ id, url, createdAt, disabledAt }: Webhook): WebhookView {
  return {
    id,
    url,
    createdAt: createdAt.toISOString(),
    disabledAt: disabledAt?.toISOString() ?? null,
  };
}

/** Webhooks that are called when an image is published, rejected or has failed. https://www.standardwebhooks.com */
export function webhookRoutes({ webhooks }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', atLeast('member'));

    app.get(
      '/webhooks',
      {
        schema: {
          operationId: 'listWebhooks',
          summary: 'List webhooks',
          refuses: ['forbidden'],
          response: { 200: WebhookList },
        },
      },
      async (request) => ({ webhooks: (await webhooks.list(readIdentity(request).projectId)).map(toView) }),
    );

    app.post(
      '/webhooks',
      {
        config: { audit: 'webhook.create' },
        schema: {
          operationId: 'createWebhook',
          summary: 'Create a webhook',
          body: CreateWebhook,
          refuses: ['conflict'],
          response: { 201: NewWebhook },
        },
      },
      async (request, reply) => {
        const secret = `whsec_${randomBytes(32).toString('base64')}`;
        const { projectId } = readIdentity(request);
        const webhook = await webhooks.create({ projectId, url: request.body.url, secret });
        return reply.code(201).send({ ...toView(webhook), secret });
      },
    );

    app.delete(
      '/webhooks/:id',
      {
        config: { audit: 'webhook.delete' },
        schema: {
          operationId: 'disableWebhook',
          summary: 'Disable',
          params: z.object({ id: z.string() }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const own = await webhooks.list(readIdentity(request).projectId);
        const webhook = own.find(({ id }) => id === request.params.id);
        if (!webhook) {
          throw new BootreadyError({
            code: 'not-found',
            message: 'Webhook not found.',
            remedy: 'GET /v1/webhooks lists yours.',
          });
        }
        await webhooks.disable(webhook.id);
        return reply.code(204).send(null);
      },
    );
  };
}
