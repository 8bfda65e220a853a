import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateRun, ImageDetail } from '../shared/contracts/api.ts';
import type { ImageSettings } from '../shared/contracts/image.ts';
import { downloadWorkflowIdOf } from '../shared/contracts/workflow.ts';
import { BootreadyError, explain, isBootreadyError } from '../shared/errors.ts';
import type { Image } from '../shared/ports/images.ts';
import type { ApiDeps } from './deps.ts';
import { cameToNothing, isUnderWay } from './downloads.ts';
import { atLeast } from './identity.ts';
import { detailOf, imageToChange } from './image-access.ts';
import { startOrder } from './start-order.ts';
import { languageOf } from './views.ts';

const ById = z.object({ id: z.string() });

export const runRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { downloads, images, starter } = deps;
    const member = { onRequest: atLeast('member') };

    const startAgain = async (request: FastifyRequest, image: Image, settings: ImageSettings): Promise<void> => {
      const { id: runId, workflowId } = await images.newRun(image.id, settings);
      try {
        await starter.start({ workflowId, imageId: image.id, runId, projectId: image.projectId, name: image.name });
      } catch (error) {
        // The run stands in Postgres; the sweep starts it when Temporal answers again.
        if (!isBootreadyError(error) || !error.retryable) throw error;
        request.log.warn({ error: explain(error) }, 'a run waits for Temporal');
      }
    };

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
        const image = await imageToChange(deps, request);
        const settings = request.body?.settings ?? {};
        // What came to nothing before there was anything to run is fetched again.
        if (!image.upload.etag && cameToNothing(await downloads.get(image.id))) {
          await downloads.order(image.id, { settings });
          await startOrder(deps.startDownload, { ...image, imageId: image.id }, request.log);
        } else await startAgain(request, image, settings);
        const detail = await detailOf(
          deps,
          await imageToChange(deps, request),
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
        const image = await imageToChange(deps, request);
        const [run] = await images.runs(image.id);
        if (!run && isUnderWay(await downloads.get(image.id))) {
          await starter.cancel(downloadWorkflowIdOf(image.id));
          return reply.code(202).send(await detailOf(deps, image, languageOf(request.headers['accept-language'])));
        }
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
