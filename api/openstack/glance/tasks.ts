import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { toShownUrl } from '../../../shared/contracts/download.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { glanceFields, mayBeShown } from '../../../shared/images/image-fields.ts';
import type { ImportTask, ImportTaskDetail } from '../../../shared/ports/import-tasks.ts';
import type { ApiDeps } from '../../deps.ts';
import { atLeast } from '../../identity/identity.ts';
import { findRelation, toViewer } from '../../images/access.ts';
import { visibleImage } from './access.ts';
import { openStackError } from './errors.ts';
import { type RawQuery, withMarker } from './raw-query.ts';
import { parseTaskQuery, taskType } from './task-query.ts';
import { findAdvice, toTime } from './view.ts';

/**
 * The results of imports. Only the owner of an image may see its imports, because they show where the image came from. Only administrators may see the list of
 * all, as in Glance.
 */
export function taskRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { importTasks } = deps;
    const admin = { onRequest: atLeast('admin') };

    app.get('/images/:id/tasks', async (request) => {
      const image = await visibleImage(deps, request);
      if (!mayBeShown(glanceFields.tasks, findRelation(toViewer(request), image))) return { tasks: [] };
      return { tasks: (await importTasks.ofImage(image.id)).map(toRow) };
    });

    app.get('/tasks', admin, async (request) => {
      const raw = request.query as RawQuery;
      const query = parseTaskQuery(raw);
      const found = query === 'none' || query.limit === 0 ? [] : await importTasks.list(query);
      const last = found.at(-1);
      const isFull = query !== 'none' && found.length === query.limit;
      return {
        tasks: found.map(makeStub),
        first: withMarker('/v2/tasks', raw, undefined),
        ...(last && isFull ? { next: withMarker('/v2/tasks', raw, last.id) } : {}),
        schema: '/v2/schemas/tasks',
      };
    });

    app.get('/tasks/:task', admin, async (request) => {
      const { task: id } = request.params as { task: string };
      const task = z.guid().safeParse(id).success ? await importTasks.get(id) : undefined;
      if (task) return toView(task);
      throw new BootreadyError({ code: 'not-found', message: 'Task not found.' });
    });

    app.post('/tasks', { config: { audit: 'none' } }, async () => {
      throw new BootreadyError({
        code: 'forbidden',
        message: 'Tasks cannot be created directly; an import creates one.',
        remedy: 'Import an image: POST /v2/images/ID/import ("openstack image import").',
      });
    });

    app.delete('/tasks/:task', { ...admin, config: { audit: 'none' } }, async (_request, reply) =>
      reply.code(405).header('allow', 'GET').send(openStackError(405, 'Tasks cannot be deleted.')),
    );
  };
}

function makeStub(task: ImportTask) {
  return {
    id: task.id,
    type: taskType,
    status: task.status,
    owner: task.projectId,
    image_id: task.imageId,
    request_id: task.requestId,
    created_at: toTime(task.createdAt),
    updated_at: toTime(task.updatedAt),
    self: `/v2/tasks/${task.id}`,
    schema: '/v2/schemas/task',
  };
}

function toView(task: ImportTaskDetail) {
  return {
    ...makeStub(task),
    input: {
      image_id: task.imageId,
      import_req: {
        method: task.url ? { name: 'web-download', uri: toShownUrl(task.url) } : { name: 'glance-direct' },
      },
    },
    result: task.status === 'success' ? { image_id: task.imageId } : null,
    message: task.isCancelled ? 'It was cancelled.' : Object.values(findAdvice(task)).join(': '),
  };
}

/** The tasks of an image are shown as they are kept. */
function toRow(task: ImportTaskDetail) {
  const { self: _self, schema: _schema, ...view } = toView(task);
  return { ...view, user_id: null, expires_at: null, deleted: false, deleted_at: null };
}
