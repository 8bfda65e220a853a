import type { FastifyBaseLogger } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateRun, ImageDetail } from '../shared/contracts/api.ts';
import { repairWorkflowIdOf } from '../shared/contracts/workflow.ts';
import { BootreadyError, explain, isBootreadyError } from '../shared/errors.ts';
import type { ApiDeps } from './deps.ts';
import { atLeast } from './identity.ts';
import { detailOf, ownImage } from './image-access.ts';
import { languageOf } from './views.ts';

const ById = z.object({ id: z.string() });

export const runRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { images, repairs, starter } = deps;
    const member = { onRequest: atLeast('member') };

    /** @returns whether there was one to stop. It ends in Postgres first: what has not begun yet, or does not hear of it, finds its end there. */
    const cancelRepair = async (imageId: string, log: FastifyBaseLogger): Promise<boolean> => {
      const repair = await repairs.get(imageId);
      if (repair?.status !== 'queued' && repair?.status !== 'running') return false;
      await repairs.end(imageId, undefined);
      await starter.cancel(repairWorkflowIdOf(imageId)).catch((error: unknown) => {
        log.warn({ error: explain(error) }, 'a repair that is cancelled was not told');
      });
      return true;
    };

    app.post(
      '/images/:id/runs',
      {
        ...member,
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
          request.log.warn({ error: explain(error) }, 'a run waits for Temporal');
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
        schema: {
          operationId: 'cancelRun',
          summary: 'Stop the run, or the repair, of an image',
          params: ById,
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        const [run] = await images.runs(image.id);
        if (run && !run.finishedAt) await starter.cancel(run.workflowId);
        else if (!(await cancelRepair(image.id, request.log))) throw nothingWorks();
        const detail = await detailOf(
          deps,
          await ownImage(deps, request),
          languageOf(request.headers['accept-language']),
        );
        return reply.code(202).send(detail);
      },
    );
  };

const nothingWorks = (): BootreadyError =>
  new BootreadyError({
    code: 'conflict',
    message: 'Nothing works on this image.',
    remedy: 'There is nothing to cancel; "bootready show" tells how its last run ended.',
  });
