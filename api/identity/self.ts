import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { Self } from '../../shared/contracts/api.ts';
import type { ApiDeps } from '../deps.ts';
import { readApplied } from '../images/applied-settings.ts';
import { readQuota } from '../operations/quotas.ts';

import { readIdentity } from './identity.ts';

export function selfRoutes({ config, projects }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/self',
      { schema: { operationId: 'getSelf', summary: 'Who asks', response: { 200: Self } } },
      async (request) => {
        const { projectId, role, user } = readIdentity(request);
        const project = await projects.ensure({ id: projectId });
        const quota = await readQuota(projects, projectId);
        return {
          projectId,
          role,
          ...(user ? { user: { name: user.name, projects: [...user.projects] } } : {}),
          limits: {
            maxUploadBytes: config.MAX_UPLOAD_BYTES,
            maxVirtualBytes: config.MAX_VIRTUAL_BYTES,
            allowIso: config.ALLOW_ISO,
          },
          quota,
          uploads: {
            endpoint: config.S3_PUBLIC_ENDPOINT ?? config.S3_ENDPOINT,
            bucket: config.UPLOADS_BUCKET,
            keyPrefix: project.keyPrefix,
          },
          launchUrl: config.LAUNCH_URL ?? null,
          defaults: await readApplied({ projects, config }, projectId),
        };
      },
    );
  };
}
