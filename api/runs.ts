import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateRun, ImageDetail } from '../shared/contracts/api.ts';
import { BootreadyError, explain, isBootreadyError } from '../shared/errors.ts';
import type { ApiDeps } from './deps.ts';
import { atLeast } from './identity.ts';
import { detailOf, ownImage } from './image-access.ts';
import { languageOf } from './views.ts';

const ById = z.object({ id: z.string() });

export const runRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { images, starter } = deps;
    const member = { onRequest: atLeast('member') };

    app.post(
      '/images/:id/runs',
      {
        ...member,
        config: { audit: 'run.retry' },
        schema: {
          operationId: 'createRun',
          summary: 'Try an image again that was rejected, failed or cancelled',
          params: ById,
          body: CreateRun.nullish(),
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        const run = await images.newRun(image.id, request.body?.settings ?? {});
        const { id: runId, workflowId } = run;
        try {
          await starter.start({ workflowId, imageId: image.id, runId, projectId: image.projectId, name: image.name });
        } catch (error) {
          // The run stands in Postgres; the sweep starts it when Temporal answers again.
          if (!isBootreadyError(error) || !error.retryable) throw error;
          request.log.warn({ run_id: runId, error: explain(error) }, 'a run waits for Temporal');
        }
        const detail = await detailOf(
          deps,
          await ownImage(deps, request),
          languageOf(request.headers['accept-language']),
        );
        return reply.code(202).send(detail);
      },
    );

    app.post(
      '/images/:id/cancel',
      {
        ...member,
        config: { audit: 'run.cancel' },
        schema: {
          operationId: 'cancelRun',
          summary: 'Stop the run of an image',
          params: ById,
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        const [run] = await images.runs(image.id);
        if (!run || run.finishedAt) {
          throw new BootreadyError({
            code: 'conflict',
            message: 'No run works on this image.',
            remedy: 'There is nothing to cancel; "bootready show" tells how its last run ended.',
          });
        }
        await starter.cancel(run.workflowId);
        return reply.code(202).send(await detailOf(deps, image, languageOf(request.headers['accept-language'])));
      },
    );
  };
