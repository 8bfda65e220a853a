import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { ImageView, OpenUpload, SignedParts, SignParts, UploadSession } from '../../shared/contracts/api.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { assertFits } from '../../shared/limits/quota.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { MultipartTarget } from '../../shared/ports/object-store.ts';
import { choosePartSize, countParts, findMissingParts, partRange } from '../../shared/store/upload-parts.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast } from '../identity/identity.ts';
import { imageToChange, toViews } from '../images/image-access.ts';

import { announceUpload } from './announce-upload.ts';
import { assertUploadFits } from './upload-limit.ts';

const ById = z.object({ id: z.string() });
const linkSeconds = 3600;

function hasBytes(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'This image already has data, or a download is filling it.',
    remedy: 'Create another image for other data.',
  });
}

function isStaged(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'The data of this image arrived through the Image API and waits for an import.',
    remedy: 'Import it: "openstack image import ID", or delete it.',
  });
}

function makeOpenedElsewhereError(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'Another request opened an upload of this image at the same time.',
    remedy: 'Send the file from only one place, then open the upload again.',
  });
}

/** A link to any other part would let bytes in that no quota counts. @throws `invalid-input` */
function assertPlanned(partNumbers: readonly number[], size: number): void {
  const count = countParts(size);
  const beyond = partNumbers.find((partNumber) => partNumber > count);
  if (beyond === undefined) return;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `The upload was opened for ${size} bytes, which are ${count} parts: there is no part ${beyond}.`,
    remedy: 'Open the upload again with the real size of the file: POST /v1/images/{id}/upload.',
  });
}

/** Uploads in parts, straight from the client to the store: the API only opens, signs and completes. */
export function uploadRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { config, downloads, images, projects, store } = deps;
    app.addHook('onRequest', atLeast('member'));

    const findTarget = ({ upload, multipartId, stagedSize }: Image): MultipartTarget => {
      if (stagedSize !== null) throw isStaged();
      if (multipartId) return { bucket: upload.bucket, key: upload.key, uploadId: multipartId };
      if (upload.etag) throw hasBytes();
      throw new BootreadyError({
        code: 'conflict',
        message: 'No upload is open for this image.',
        remedy: 'Open one: POST /v1/images/{id}/upload.',
      });
    };

    /** Puts the parts together, unless an earlier call did and its answer was lost. */
    const complete = async (image: Image, size: number): Promise<void> => {
      const { bucket, key } = image.upload;
      if ((await store.head(bucket, key))?.size === size) return;
      const target = findTarget(image);
      const parts = await store.listParts(target);
      const missing = findMissingParts(size, parts);
      if (missing.length > 0) {
        throw new BootreadyError({
          code: 'conflict',
          message: `The upload is incomplete: ${missing.length} parts are missing or have another size (${missing.slice(0, 20).join(', ')}).`,
          remedy: 'Send these parts, then complete it again.',
        });
      }
      // Not one byte more than there is room for.
      await images.reserveUpload(image.id, size, image.multipartId);
      const planned = parts.filter(({ partNumber }) => partNumber <= countParts(size));
      await store.completeMultipart(target, planned);
    };

    /** The upload that is open, if it is one of this size. The parts of another size fit into no plan, and nobody would count them: that upload is given up. */
    const sameUpload = async (image: Image, size: number): Promise<string | null> => {
      if (!image.multipartId || image.heldBytes === size) return image.multipartId;
      const target = findTarget(image);
      if (await store.head(target.bucket, target.key)) throw hasBytes();
      // An upload that has no room is refused before the parts of the open one are lost. Nothing is reserved yet: if the store does not answer, the open one stays.
      const quota = await projects.quota(image.projectId);
      if (quota && size > image.heldBytes) assertFits(quota, { bytes: size - image.heldBytes });
      await store.abortMultipart(target);
      await images.closeMultipart(image.id, image.multipartId);
      return null;
    };

    const begin = async ({ id, upload: { bucket, key } }: Image, size: number, former: string | null) => {
      try {
        const multipartId = await store.createMultipart(bucket, key);
        if (await images.openMultipart(id, { multipartId, size, former })) return;
        await store.abortMultipart({ bucket, key, uploadId: multipartId });
      } catch (error) {
        await images.closeMultipart(id, former);
        throw error;
      }
      throw makeOpenedElsewhereError();
    };

    app.post(
      '/images/:id/upload',
      {
        config: { audit: 'none' },
        schema: {
          operationId: 'openUpload',
          summary: 'Open the upload of an image, or continue the open one',
          params: ById,
          body: OpenUpload,
          refuses: ['conflict'],
          response: { 200: UploadSession },
        },
      },
      async (request) => {
        const image = await imageToChange(deps, request);
        const { size } = request.body;
        const { bucket, key, etag } = image.upload;
        if (etag || (await downloads.get(image.id))) throw hasBytes();
        assertUploadFits(size, config);
        // The upload is complete, but its notification is not processed yet.
        if (!image.multipartId && (await store.head(bucket, key))) throw hasBytes();
        const former = await sameUpload(image, size);
        await images.reserveUpload(image.id, size, former);
        const session = { imageId: image.id, size, partSize: choosePartSize(size), partCount: countParts(size) };
        if (former !== null) {
          try {
            return { ...session, parts: await store.listParts(findTarget(image)) };
          } catch (error) {
            // The store has forgotten the upload (a lifecycle rule, for example), so a new one starts.
            if (!isBootreadyError(error) || error.code !== 'object-missing') throw error;
          }
        }
        if (former !== null && (await store.head(bucket, key))) throw hasBytes();
        await begin(image, size, former);
        return { ...session, parts: [] };
      },
    );

    app.post(
      '/images/:id/upload/parts',
      {
        config: { audit: 'none', security: 'link-given' },
        schema: {
          operationId: 'signParts',
          summary: 'Links for sending parts',
          params: ById,
          refuses: ['conflict'],
          body: SignParts,
          response: { 200: SignedParts },
        },
      },
      async (request) => {
        const image = await imageToChange(deps, request);
        const target = findTarget(image);
        const { partNumbers } = request.body;
        assertPlanned(partNumbers, image.heldBytes);
        const parts = await Promise.all(
          partNumbers.map(async (partNumber) => {
            const { length } = partRange(image.heldBytes, partNumber);
            return { partNumber, url: await store.presignPart(target, { partNumber, length }, linkSeconds) };
          }),
        );
        return { parts, expiresAt: new Date(Date.now() + linkSeconds * 1000).toISOString() };
      },
    );

    app.post(
      '/images/:id/upload/complete',
      {
        config: { audit: 'image.upload' },
        schema: {
          operationId: 'completeUpload',
          summary: 'Complete the upload',
          params: ById,
          body: OpenUpload,
          refuses: ['conflict'],
          response: { 200: ImageView },
        },
      },
      async (request) => {
        const image = await imageToChange(deps, request);
        if (!(image.upload.etag && image.upload.size === request.body.size)) {
          await complete(image, request.body.size);
          await announceUpload(deps, image.upload, request.log);
        }
        const [view] = await toViews(deps, [(await images.get(image.id, undefined)) ?? image], request);
        return view as ImageView;
      },
    );

    app.delete(
      '/images/:id/upload',
      {
        config: { audit: 'image.abandon-upload' },
        schema: {
          operationId: 'abandonUpload',
          summary: 'Abandon an open upload',
          params: ById,
          refuses: ['conflict'],
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const image = await imageToChange(deps, request);
        if (image.multipartId) {
          await store.abortMultipart(findTarget(image));
          await images.closeMultipart(image.id, image.multipartId);
        }
        return reply.code(204).send(null);
      },
    );
  };
}
