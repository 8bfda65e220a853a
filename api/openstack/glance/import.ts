import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SourceUrl } from '../../../shared/contracts/download.ts';
import type { ImageSettings } from '../../../shared/contracts/image.ts';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';
import { atLeast } from '../../identity/identity.ts';
import { startOrder } from '../../start-order.ts';
import { announceUpload } from '../../uploads/announce-upload.ts';
import { ownImage } from './access.ts';
import { importMethods, storeId } from './info.ts';
import { startRun } from './start-run.ts';

/** Clients name stores even where there is one only (openstackclient sends `all_stores: false` each time). */
const ImportBody = z.object({
  method: z.object({ name: z.string(), uri: z.string().optional() }),
  stores: z.array(z.string()).nullish(),
  all_stores: z.boolean().nullish(),
  all_stores_must_succeed: z.boolean().nullish(),
});

function conflict(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'conflict', message, remedy });
}

/** @param store that the header names @returns the address to fetch the data from; undefined if the data was staged */
function toSource(body: unknown, store: string | undefined): { url: string } | undefined {
  const result = ImportBody.safeParse(body);
  const invalid = (message: string): BootreadyError =>
    new BootreadyError({
      code: 'invalid-input',
      message,
      remedy: 'Send {"method": {"name": "glance-direct"}} or {"method": {"name": "web-download", "uri": URL}}.',
    });
  if (!result.success) throw invalid('The body of an import must name a method.');
  const { method, stores, all_stores: allStores } = result.data;
  if (!importMethods.some((name) => name === method.name))
    throw invalid(`The import method "${method.name}" does not exist.`);
  const named = [stores ?? [], store ?? []].flat();
  if (named.length > 0 && (allStores || (stores && store))) {
    throw invalid('Name the stores of an import in only one way: with the header, "stores" or "all_stores".');
  }
  if (named.some((each) => each !== storeId)) throw conflict('Store not found.', `Name "${storeId}", or none.`);
  if (method.name !== 'web-download') return undefined;
  const uri = SourceUrl.safeParse(method.uri ?? '');
  if (!uri.success) throw invalid(uri.error.issues[0]?.message ?? 'The URI is not valid.');
  return { url: uri.data };
}

/** A disk that was declared raw or qcow2 becomes that, so that the record keeps the format that its owner gave it. */
function settingsFor({ diskFormat }: Image): ImageSettings {
  return diskFormat === 'raw' || diskFormat === 'qcow2' ? { targetFormat: diskFormat } : {};
}

/**
 * Import: staged data becomes an upload like any other, and passes the same steps. Unlike in Glance, a failed import keeps its data and its reasons, and the
 * client may request it again.
 */
export function importRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { downloads, images, store } = deps;

    app.post(
      '/images/:id/import',
      { onRequest: atLeast('member'), config: { audit: 'image.import' } },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        const store = request.headers['x-image-meta-store'];
        const source = toSource(request.body, typeof store === 'string' ? store : undefined);
        if (image.status === 'active')
          throw conflict('The image is already active.', 'Create another image for other data.');
        if (!image.diskFormat || !image.containerFormat) {
          const missing = image.diskFormat ? 'container_format' : 'disk_format';
          throw conflict(`${missing} must be set before an import.`, `openstack image set --disk-format FORMAT ID`);
        }
        if (image.upload.etag) await again(request, image);
        else if (source) await startDownload(request, image, source);
        else await complete(request, image);
        return reply.code(202).send();
      },
    );

    const startDownload = async (request: FastifyRequest, image: Image, source: { url: string }): Promise<void> => {
      await downloads.order(image.id, { source, settings: settingsFor(image), requestId: request.id });
      await startOrder(deps.startDownload, { ...image, imageId: image.id }, request.log);
    };

    const complete = async (request: FastifyRequest, image: Image): Promise<void> => {
      const { id, upload, multipartId, stagedSize } = image;
      if (image.status !== 'uploading' || stagedSize === null || !multipartId) {
        throw conflict(
          `No image data is staged: the image is ${image.status}.`,
          'Stage it first: PUT /v2/images/ID/stage.',
        );
      }
      await images.noteImport(id, { requestId: request.id, settings: settingsFor(image) });
      const target = { bucket: upload.bucket, key: upload.key, uploadId: multipartId };
      try {
        const parts = await store.listParts(target);
        await store.completeMultipart(target, parts);
      } catch (error) {
        // Another request was first: its upload is there. Else the store has lost it.
        if (!isBootreadyError(error) || error.code !== 'object-missing') throw error;
        if (await store.head(upload.bucket, upload.key)) {
          throw conflict('This import was already requested.', 'Wait for it: openstack image show ID');
        }
        throw conflict('The staged data is no longer in the store.', 'Delete the image, and stage it again.');
      }
      await announceUpload(deps, upload, request.log);
    };

    const again = async (request: FastifyRequest, image: Image): Promise<void> => {
      const { id: runId, workflowId } = await images.newRun(image.id, {}, request.id);
      await startRun(deps, request, image, { runId, workflowId });
    };
  };
}
