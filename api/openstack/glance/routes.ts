import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../../deps.ts';
import { takeJsonOfAnyType } from '../../http/json-body.ts';
import { takeTurns } from '../../http/turns.ts';
import { actInScope } from '../../identity/identity.ts';
import { identityOfToken, type Tokens } from '../keystone/tokens.ts';
import { actionRoutes } from './actions.ts';
import { dataRoutes } from './data.ts';
import { answerOpenStackErrors } from './errors.ts';
import { imageRoutes } from './images.ts';
import { importRoutes } from './import.ts';
import { infoRoutes } from './info.ts';
import { memberRoutes } from './members.ts';
import { metadefRoutes } from './metadefs.ts';
import { refuseOtherMethods } from './methods.ts';
import { schemaRoutes } from './schemas.ts';
import { storeRoutes } from './stores.ts';
import { tagRoutes } from './tags.ts';
import { taskRoutes } from './tasks.ts';
import { versionRoutes } from './versions.ts';

/** OpenStack's Image API v2, on the images of this installation: https://docs.openstack.org/api-ref/image/v2/ */
export function glanceRoutes(deps: ApiDeps, tokens: Tokens): FastifyPluginAsync {
  return async (app, { prefix = '' }: { prefix?: string }) => {
    answerOpenStackErrors(app, 'Keystone uri="/identity/v3"');
    app.addHook('onSend', (request, reply, _payload, done) => {
      reply.header('x-openstack-request-id', request.id);
      done();
    });
    takeJsonOfAnyType(app);
    await app.register(versionRoutes(deps.config, prefix));
    await app.register(
      async (v2) => {
        v2.decorateRequest('identity', null);
        v2.addHook('onRequest', async (request) => {
          request.identifyAgain = () => identityOfToken(request.headers, { ...deps, tokens });
          request.identity = await request.identifyAgain();
        });
        takeTurns(v2, deps.requests);
        actInScope(v2, deps.within);
        const refuseTheRest = refuseOtherMethods(v2);
        await v2.register(schemaRoutes());
        await v2.register(metadefRoutes());
        for (const routes of [
          infoRoutes,
          imageRoutes,
          tagRoutes,
          memberRoutes,
          actionRoutes,
          importRoutes,
          taskRoutes,
          storeRoutes,
          dataRoutes,
        ]) {
          await v2.register(routes(deps));
        }
        refuseTheRest();
      },
      { prefix: '/v2' },
    );
  };
}
