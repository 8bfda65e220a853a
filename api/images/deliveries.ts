import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateDelivery, ImageDetail } from '../../shared/contracts/api.ts';
import { makeDeliveryWorkflowId } from '../../shared/contracts/workflow.ts';
import { BootreadyError, explain, isBootreadyError } from '../../shared/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast, readIdentity } from '../identity/identity.ts';
import { imageToChange, readDetail } from './image-access.ts';

/** A published image goes to a target, for the first time or once more. */
export function deliveryRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { config, projects, deliveries, startDelivery, starter } = deps;

    /** Members send only where their project's images go anyway: other targets may be for other eyes. */
    const targetsFor = async (projectId: string, isAdmin: boolean): Promise<string[]> => {
      const known = config.TARGET_NAMES.length > 0 ? config.TARGET_NAMES : Object.keys(config.TARGETS);
      if (isAdmin) return known;
      const chosen = (await projects.get(projectId))?.targets ?? config.DELIVER_TO;
      return known.filter((name) => chosen.includes(name));
    };

    app.post(
      '/images/:id/deliveries',
      {
        onRequest: atLeast('member'),
        config: { audit: 'image.deliver' },
        schema: {
          operationId: 'createDelivery',
          summary: 'Send a published image to a target',
          params: z.object({ id: z.string() }),
          body: CreateDelivery,
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await imageToChange(deps, request);
        const { target } = request.body;
        const allowed = await targetsFor(image.projectId, readIdentity(request).role === 'admin');
        if (!allowed.includes(target)) throw noSuchTarget(target, allowed);
        const order = await deliveries.order(image.id, target);
        try {
          await startDelivery(order);
        } catch (error) {
          // The order is in Postgres. The sweep starts it when Temporal answers again.
          if (!isBootreadyError(error) || !error.retryable) throw error;
          request.log.warn({ error: explain(error) }, 'a delivery waits for Temporal');
        }
        return reply.code(202).send(await readDetail(deps, request, reply, image.id));
      },
    );

    app.post(
      '/images/:id/deliveries/:target/cancel',
      {
        onRequest: atLeast('member'),
        config: { audit: 'image.undeliver' },
        schema: {
          operationId: 'cancelDelivery',
          summary: 'Cancel a delivery and remove the partial copy at the target',
          params: z.object({ id: z.string(), target: z.string() }),
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await imageToChange(deps, request);
        const { target } = request.params;
        // Postgres comes first: a delivery that has not started yet, or misses the signal, finds its end there.
        const order = await deliveries.cancel(image.id, target);
        if (!order) throw makeNothingUnderWayError(target);
        await starter.cancel(makeDeliveryWorkflowId(order)).catch((error: unknown) => {
          request.log.warn(
            { image_id: image.id, error: explain(error) },
            'the workflow of a cancelled delivery could not be notified',
          );
        });
        return reply.code(202).send(await readDetail(deps, request, reply, image.id));
      },
    );
  };
}

function makeNothingUnderWayError(target: string): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: `No delivery of the image is running to "${target}".`,
    remedy: 'There is nothing to cancel. "bootready show" shows how its deliveries ended.',
  });
}

function noSuchTarget(target: string, allowed: readonly string[]): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `Images of this project are not delivered to a target "${target}".`,
    remedy:
      allowed.length > 0
        ? `Their targets are: ${allowed.join(', ')}.`
        : 'The operator defines targets in TARGETS and chooses them with DELIVER_TO or "bootready project targets".',
  });
}
