import type { FastifyPluginAsync } from 'fastify';
import { isUnsafeToServe } from '../../../shared/checks/verdict.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';
import { atLeast, readIdentity } from '../../identity/identity.ts';
import { ownImage } from './access.ts';

function makeForbiddenError(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'forbidden', message, remedy });
}

/** Takes the data of an image out of circulation, and back. Twice is once. */
export function actionRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { images } = deps;
    const member = { onRequest: atLeast('member') };

    const move = (id: string, to: 'active' | 'deactivated') =>
      images.change(id, ({ status }: Image) => {
        if (status === to) return {};
        if (status === 'active' || status === 'deactivated') return { status: to };
        throw makeForbiddenError(
          `An image with status ${status} cannot be ${to === 'active' ? 'reactivated' : 'deactivated'}.`,
          'Wait until it is active.',
        );
      });

    app.post(
      '/images/:id/actions/deactivate',
      { ...member, config: { audit: 'image.deactivate' } },
      async (request, reply) => {
        await move((await ownImage(deps, request)).id, 'deactivated');
        return reply.code(204).send();
      },
    );

    app.post(
      '/images/:id/actions/reactivate',
      { ...member, config: { audit: 'image.reactivate' } },
      async (request, reply) => {
        const { id } = await ownImage(deps, request);
        const run = await images.run(id, 'newest');
        if (
          readIdentity(request).role !== 'admin' &&
          run?.report?.verdict === 'reject' &&
          isUnsafeToServe(run.report.findings)
        ) {
          throw makeForbiddenError(
            'The image failed a safety check. Only administrators can reactivate it.',
            'See "openstack image show ID" for the reason.',
          );
        }
        await move(id, 'active');
        return reply.code(204).send();
      },
    );
  };
}
