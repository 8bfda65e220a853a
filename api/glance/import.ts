import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ImageSettings } from '../../shared/contracts/image.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { GlanceImage } from '../../shared/ports/glance.ts';
import type { Run } from '../../shared/ports/images.ts';
import { announceUpload } from '../announce-upload.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast } from '../identity.ts';
import { ownImage, visibleImage } from './access.ts';
import { importMethods, storeId } from './info.ts';
import { startRun } from './start-run.ts';
import { adviceOf, timeOf } from './view.ts';

/** Clients name stores even where there is one only (openstackclient sends `all_stores: false` each time). */
const ImportBody = z.object({
  method: z.object({ name: z.string() }),
  stores: z.array(z.string()).nullish(),
  all_stores: z.boolean().nullish(),
  all_stores_must_succeed: z.boolean().nullish(),
});

const conflict = (message: string, remedy: string): BootreadyError =>
  new BootreadyError({ code: 'conflict', message, remedy });

const parsed = (body: unknown): void => {
  const result = ImportBody.safeParse(body);
  const invalid = (message: string): BootreadyError =>
    new BootreadyError({ code: 'invalid-input', message, remedy: 'Send {"method": {"name": "glance-direct"}}.' });
  if (!result.success) throw invalid('The body of an import names a method.');
  const { method, stores } = result.data;
  if (!importMethods.some((name) => name === method.name))
    throw invalid(`The import method "${method.name}" is not there.`);
  if (stores?.some((store) => store !== storeId))
    throw conflict('There is no such store.', `Name "${storeId}", or none.`);
};

/** A disk that was declared raw or qcow2 becomes that, so that the record keeps the format that its owner gave it. */
const settingsFor = ({ diskFormat }: GlanceImage): ImageSettings =>
  diskFormat === 'raw' || diskFormat === 'qcow2' ? { targetFormat: diskFormat } : {};

/**
 * Import: what was staged becomes an upload like any other, and goes the whole way of one. Unlike Glance, an import that failed keeps its data and
 * its reasons, and may be asked for again.
 */
export const importRoutes =
  (deps: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    const { glance, images, store } = deps;

    app.post(
      '/images/:id/import',
      { onRequest: atLeast('member'), config: { audit: 'image.import' } },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        parsed(request.body);
        if (image.status === 'active')
          throw conflict('The image is active already.', 'Create another image for other bytes.');
        if (!image.diskFormat || !image.containerFormat) {
          const missing = image.diskFormat ? 'container_format' : 'disk_format';
          throw conflict(`${missing} must be set before an import.`, `openstack image set --disk-format FORMAT ID`);
        }
        if (image.upload.etag) await again(request, image);
        else await complete(request, image);
        return reply.code(202).send();
      },
    );

    const complete = async (request: FastifyRequest, image: GlanceImage): Promise<void> => {
      const { id, upload, multipartId, stagedSize } = image;
      if (image.status !== 'uploading' || stagedSize === null || !multipartId) {
        throw conflict(
          `No image data is staged: the image is ${image.status}.`,
          'Stage it first: PUT /v2/images/ID/stage.',
        );
      }
      await glance.noteImport(id, { requestId: request.id, settings: settingsFor(image) });
      const target = { bucket: upload.bucket, key: upload.key, uploadId: multipartId };
      try {
        const parts = await store.listParts(target);
        await store.completeMultipart(target, parts);
      } catch (error) {
        // Another request was first: its upload is there. Else the store has lost it.
        if (!isBootreadyError(error) || error.code !== 'object-missing') throw error;
        if (await store.head(upload.bucket, upload.key)) {
          throw conflict('This import has been asked for already.', 'Wait for it: openstack image show ID');
        }
        throw conflict('The staged data is no longer in the store.', 'Delete the image, and stage it again.');
      }
      await announceUpload(deps, upload, request.log);
    };

    const again = async (request: FastifyRequest, image: GlanceImage): Promise<void> => {
      const { id: runId, workflowId } = await images.newRun(image.id, {}, request.id);
      await startRun(deps, request, image, { runId, workflowId });
    };

    app.get('/images/:id/tasks', async (request) => {
      const image = await visibleImage(deps, request);
      const [runs, requests] = await Promise.all([images.runs(image.id), glance.importRequests(image.id)]);
      return {
        tasks: runs.flatMap((run) => {
          const requestId = requests.get(run.id);
          return requestId === undefined ? [] : [taskView(image, run, requestId)];
        }),
      };
    });
  };

const taskStatuses = {
  queued: 'pending',
  running: 'processing',
  published: 'success',
  rejected: 'failure',
  failed: 'failure',
  cancelled: 'failure',
} as const satisfies Record<Run['status'], string>;

const taskView = (image: GlanceImage, run: Run, requestId: string) => ({
  id: run.id,
  type: 'api_image_import',
  status: taskStatuses[run.status],
  image_id: image.id,
  owner: image.projectId,
  user_id: null,
  request_id: requestId,
  input: { image_id: image.id, import_req: { method: { name: 'glance-direct' } } },
  result: run.status === 'published' ? { image_id: image.id } : null,
  message: run.status === 'cancelled' ? 'It was cancelled.' : Object.values(adviceOf(run)).join(': '),
  created_at: timeOf(run.createdAt),
  updated_at: timeOf(run.finishedAt ?? run.startedAt ?? run.createdAt),
  expires_at: null,
  deleted: false,
  deleted_at: null,
});
