import type { FastifyRequest } from 'fastify';
import { explain, isBootreadyError } from '../../../shared/errors.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';

/** Starts a run that is in Postgres. If Temporal does not answer, the sweep starts it. */
export async function startRun(
  { starter }: Pick<ApiDeps, 'starter'>,
  request: FastifyRequest,
  { id: imageId, projectId, name }: Image,
  { runId, workflowId }: { runId: string; workflowId: string },
): Promise<void> {
  try {
    await starter.start({ workflowId, imageId, runId, projectId, name });
  } catch (error) {
    if (!isBootreadyError(error) || !error.retryable) throw error;
    request.log.warn({ error: explain(error) }, 'a run waits for Temporal');
  }
}
