import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ChangeQuota, QuotaPage, QuotaView } from '../../shared/contracts/api.ts';
import { ProjectId } from '../../shared/contracts/image.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { type Limits, type Quota, quotaSorts } from '../../shared/limits/quota.ts';
import type { ProjectStore } from '../../shared/ports/projects.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast, readIdentity } from '../identity/identity.ts';

const ByProject = z.object({ project: ProjectId });
const QuotaQuery = z.object({
  sort: z.enum(quotaSorts).default('fill'),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** @throws BootreadyError `not-found` */
export async function readQuota(projects: ProjectStore, projectId: string): Promise<Quota> {
  const quota = await projects.quota(projectId);
  if (quota) return quota;
  throw new BootreadyError({
    code: 'not-found',
    message: 'Project not found.',
    remedy: 'Use your own project; GET /v1/self shows it.',
  });
}

/** The limits of a project and its use of them: every key can read those of its own project, administrators those of any project. */
export function quotaRoutes({ projects }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/quotas',
      {
        onRequest: atLeast('admin'),
        schema: {
          operationId: 'listQuotas',
          summary: 'Limits and usage of all projects',
          querystring: QuotaQuery,
          refuses: ['forbidden'],
          response: { 200: QuotaPage },
        },
      },
      async (request) => projects.quotas(request.query),
    );

    app.get(
      '/projects/:project/quota',
      {
        schema: {
          operationId: 'getQuota',
          summary: 'Limits of a project and its usage',
          params: ByProject,
          refuses: ['not-found'],
          response: { 200: QuotaView },
        },
      },
      async (request) => {
        const { projectId, role } = readIdentity(request);
        const { project } = request.params;
        // Another's answers like a missing one; no project has an empty id.
        return readQuota(projects, project === projectId || role === 'admin' ? project : '');
      },
    );

    app.patch(
      '/projects/:project/quota',
      {
        onRequest: atLeast('admin'),
        config: { audit: 'project.quota' },
        schema: {
          operationId: 'changeQuota',
          summary: 'Change the limits of a project',
          params: ByProject,
          refuses: ['not-found'],
          body: ChangeQuota,
          response: { 200: QuotaView },
        },
      },
      async (request) => {
        const { project } = request.params;
        const quota = Object.fromEntries(Object.entries(request.body).filter(([, limit]) => limit !== undefined));
        await projects.setQuota(project, quota as Partial<Limits>);
        return readQuota(projects, project);
      },
    );
  };
}
