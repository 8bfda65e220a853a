import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateRun, ImageDetail } from '../../shared/contracts/api.ts';
import type { ImageSettings } from '../../shared/contracts/image.ts';
import { makeDownloadWorkflowId, makeRepairWorkflowId } from '../../shared/contracts/workflow.ts';
import { BootreadyError, explain, isBootreadyError } from '../../shared/errors.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { Run } from '../../shared/ports/images.ts';
import { isUnderWay } from '../../shared/status/under-way.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast } from '../identity/identity.ts';
import { startOrder } from '../start-order.ts';
import { cameToNothing } from './downloads.ts';
import { imageToChange, readDetail } from './image-access.ts';

const ById = z.object({ id: z.string() });

export function runRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { downloads, images, repairs, starter } = deps;
    const member = { onRequest: atLeast('member') };
    const orders = [
      { store: repairs, makeWorkflowId: makeRepairWorkflowId },
      { store: downloads, makeWorkflowId: makeDownloadWorkflowId },
    ] as const;

    /** @returns whether there was an order to stop. It ends in Postgres first: an order that has not started yet, or misses the signal, finds its end there. */
    const cancelOrder = async (imageId: string, log: FastifyBaseLogger): Promise<boolean> => {
      for (const { store, makeWorkflowId } of orders) {
        if (!isUnderWay((await store.get(imageId))?.status)) continue;
        await store.end(imageId, undefined);
        await starter.cancel(makeWorkflowId(imageId)).catch((error: unknown) => {
          log.warn(
            { image_id: imageId, error: explain(error) },
            'the workflow of a cancelled repair or download could not be notified',
          );
        });
        return true;
      }
      return false;
    };

    const start = ({ id: runId, workflowId }: Run, { id: imageId, projectId, name }: Image): Promise<boolean> =>
      starter.start({ workflowId, imageId, runId, projectId, name });

    /** If Temporal does not know the run yet, or has lost its data, nobody would end it: its workflow is started, and ends it. */
    const cancelRun = async (run: Run, image: Image): Promise<void> => {
      if (await starter.cancel(run.workflowId)) return;
      if (await start(run, image)) await starter.cancel(run.workflowId);
    };

    const startAgain = async (request: FastifyRequest, image: Image, settings: ImageSettings): Promise<void> => {
      const run = await images.newRun(image.id, settings);
      try {
        await start(run, image);
      } catch (error) {
        // The run is in Postgres. The sweep starts it when Temporal answers again.
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
          summary: 'Process an image again after it was rejected, failed or cancelled',
          params: ById,
          body: CreateRun.nullish(),
          refuses: ['conflict', 'quota-exceeded'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await imageToChange(deps, request);
        const settings = request.body?.settings ?? {};
        // If the download failed before there was anything to run, it starts again.
        if (!image.upload.etag && cameToNothing(await downloads.get(image.id))) {
          await downloads.order(image.id, { settings });
          await startOrder(deps.startDownload, { ...image, imageId: image.id }, request.log);
        } else await startAgain(request, image, settings);
        return reply.code(202).send(await readDetail(deps, request, reply, image.id));
      },
    );

    app.post(
      '/images/:id/cancel',
      {
        ...member,
        config: { audit: 'run.cancel' },
        schema: {
          operationId: 'cancelRun',
          summary: 'Stop the run, the repair or the download of an image',
          params: ById,
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await imageToChange(deps, request);
        const run = await images.run(image.id, 'newest');
        if (run && !run.finishedAt) await cancelRun(run, image);
        else if (!(await cancelOrder(image.id, request.log))) throw makeNothingToCancelError();
        return reply.code(202).send(await readDetail(deps, request, reply, image.id));
      },
    );
  };
}

function makeNothingToCancelError(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'Nothing is processing this image.',
    remedy: 'There is nothing to cancel. "bootready show" shows how its last run ended.',
  });
}
