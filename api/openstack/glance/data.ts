import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../../shared/errors.ts';
import { makeGoneError, type Received, readMemory, receive, tooLarge } from '../../../shared/events/receive-object.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ImageReceptions } from '../../../shared/ports/image-receptions.ts';
import type { ObjectInfo } from '../../../shared/ports/object-store.ts';
import { objectSource } from '../../../shared/store/object-source.ts';
import type { ApiDeps } from '../../deps.ts';
import { inTurn } from '../../http/page.ts';
import { atLeast, readIdentity } from '../../identity/identity.ts';
import { bytesWhileAllowed } from '../../identity/while-allowed.ts';
import { ownImage, visibleImage } from './access.ts';
import { assertMayBeEmpty, judgeContent } from './content.ts';
import { storeId } from './info.ts';
import { readRange } from './range.ts';
import { startRun } from './start-run.ts';

type Begun = NonNullable<Awaited<ReturnType<ImageReceptions['beginReception']>>>;

/**
 * Image data. PUT .../file stores the bytes unchanged. A run inspects them and converts nothing, and then they are served unchanged. An image that needs
 * conversion is staged (PUT .../stage) and then imported (import.ts).
 */
export function dataRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { config, images, store } = deps;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
    const imageData = {
      onRequest: atLeast('member'),
      config: { audit: 'image.upload', takesImageData: true },
    } as const;

    /** Takes the body for an image that waits for bytes; whatever goes wrong, the image waits again and nothing is left behind. */
    const take = async (
      request: FastifyRequest,
      image: Image,
      status: 'saving' | 'uploading',
      place: (reception: Begun) => { bucket: string; key: string },
      keep: (reception: Begun, received: Received) => Promise<void>,
    ): Promise<void> => {
      // With a length of 0 there is no body.
      const body = (request.body as Readable | undefined) ?? Readable.from([]);
      const size = readAnnouncedSize(request);
      assertStoreIsOurs(request);
      const limit = config.MAX_UPLOAD_BYTES;
      if (size !== undefined && size > limit) throw tooLarge(limit);
      const memory = deps.uploadMemory.take(image.projectId, readMemory(size));
      try {
        const reception = await images.beginReception(image.id, status, size);
        if (!reception) throw cannotTake(image);
        await takeFor(reception, { body, size, mayHold: memory.grow }, place, keep);
      } finally {
        memory.giveBack();
      }
    };

    const takeFor = async (
      reception: Begun,
      { body, size, mayHold }: { body: Readable; size: number | undefined; mayHold: (bytes: number) => boolean },
      place: (reception: Begun) => { bucket: string; key: string },
      keep: (reception: Begun, received: Received) => Promise<void>,
    ): Promise<void> => {
      try {
        // The connection outlives a refusal, so that its sender can read why.
        const received = await receive(store, place(reception), body.iterator({ destroyOnReturn: false }), {
          size,
          limit: config.MAX_UPLOAD_BYTES,
          mayHold,
          isWanted: () => images.keepReception(reception),
          room: {
            held: reception.held,
            extend: async (bytes: number): Promise<number> => {
              const held = await images.extendReception(reception, bytes);
              if (held === undefined) throw makeGoneError();
              return held;
            },
          },
        });
        try {
          await keep(reception, received);
        } catch (error) {
          await store.abortMultipart(received.target).catch(() => undefined);
          throw error;
        }
      } catch (error) {
        await images.dropReception(reception);
        throw error;
      }
    };

    app.put('/images/:id/file', imageData, async (request, reply) => {
      const image = await ownImage(deps, request);
      assertHasFormats(image);
      // Each sender has its own key. So a sender that seemed lost overwrites nothing.
      const place = ({ session, announced }: Begun) => ({
        bucket: config.IMAGES_BUCKET,
        key: `${announced.projectId}/${image.id}/${session}`,
      });
      await take(request, image, 'saving', place, async (reception, { target, parts, ...received }) => {
        // They may have been changed since the image was read, but not since the reception began.
        const { diskFormat, containerFormat } = assertHasFormats(reception.announced);
        if (received.size === 0) {
          assertMayBeEmpty(diskFormat);
          await store.abortMultipart(target);
          await images.dropReception(reception);
          return;
        }
        await store.completeMultipart(target, parts);
        const object = await findStoredObject(deps, target);
        try {
          const { virtualSize } = await inTurn(deps.judging, request, reply, () =>
            judgeContent(
              deps.foreign,
              objectSource(store, object),
              { diskFormat, containerFormat },
              config.MAX_VIRTUAL_BYTES,
            ),
          );
          const { bucket, key, etag, versionId } = object;
          const run = await images.acceptVerbatim(reception, {
            bucket,
            key,
            etag,
            ...(versionId ? { versionId } : {}),
            ...received,
            virtualSize,
          });
          if (!run) throw makeGoneError();
          await startRun(deps, request, image, run);
        } catch (error) {
          if (!(await images.isKnown(object))) await store.remove(object.bucket, object.key);
          throw error;
        }
      });
      return reply.code(204).send();
    });

    app.put('/images/:id/stage', imageData, async (request, reply) => {
      const image = await ownImage(deps, request);
      await take(
        request,
        image,
        'uploading',
        () => image.upload,
        async (reception, { target, size }) => {
          if (size === 0) throw noData();
          if (!(await images.stage(reception, { multipartId: target.uploadId, size }))) throw makeGoneError();
        },
      );
      return reply.code(204).send();
    });

    app.get(
      '/images/:id/file',
      { exposeHeadRoute: false, config: { security: 'download' } },
      async (request, reply) => {
        const image = await visibleImage(deps, request);
        if (image.status === 'deactivated' && readIdentity(request).role !== 'admin') {
          throw new BootreadyError({
            code: 'forbidden',
            message: 'The image is deactivated, so its data cannot be downloaded.',
            remedy: 'If bootready deactivated it, "openstack image show" shows why.',
          });
        }
        const published = await images.publication(image.id);
        if (!published) return reply.code(204).send();
        return sendObject(reply, request, image, await findStoredObject(deps, published));
      },
    );

    const sendObject = async (
      reply: FastifyReply,
      request: FastifyRequest,
      { md5 }: Image,
      object: ObjectInfo,
    ): Promise<FastifyReply> => {
      const { size } = object;
      reply.headers({ 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' });
      const range = readRange(request.headers.range, size);
      if (range === 'unsatisfiable') {
        reply.header('content-range', `bytes */${size}`);
        throw new BootreadyError({
          code: 'range-unsatisfiable',
          message: `The image data has ${size} bytes; the requested range is outside of it.`,
          remedy: 'Ask for a range within the data.',
        });
      }
      if (md5) reply.header('content-md5', md5);
      const mayStill = () => visibleImage(deps, request);
      if (!range) {
        return reply.header('content-length', size).send(await bytesWhileAllowed(store, request, { object, mayStill }));
      }
      const { offset, length } = range;
      reply.code(206).headers({
        'content-length': length,
        'content-range': `bytes ${offset}-${offset + length - 1}/${size}`,
      });
      return reply.send(await bytesWhileAllowed(store, request, { object, range, mayStill }));
    };
  };
}

async function findStoredObject(
  { store }: Pick<ApiDeps, 'store'>,
  { bucket, key }: { bucket: string; key: string },
): Promise<ObjectInfo> {
  const object = await store.head(bucket, key);
  if (object) return object;
  throw new BootreadyError({
    code: 'unavailable',
    message: 'The object store does not have the data of this image.',
    remedy: 'Contact the operator.',
    context: { bucket, key },
  });
}

function cannotTake({ status }: Image): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: `The image cannot receive data: it is ${status}.`,
    remedy: 'Only a queued image can receive data, and only once. Create another image for other data.',
  });
}

function noData(): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: 'There is no image data.',
    remedy: 'Send the file as the body.',
  });
}

function assertHasFormats({ diskFormat, containerFormat }: Pick<Image, 'diskFormat' | 'containerFormat'>): {
  diskFormat: string;
  containerFormat: string;
} {
  if (diskFormat && containerFormat) return { diskFormat, containerFormat };
  const missing = [...(diskFormat ? [] : ['disk_format']), ...(containerFormat ? [] : ['container_format'])];
  throw new BootreadyError({
    code: 'invalid-input',
    message: `${missing.join(' and ')} must be set before you send image data.`,
    remedy: 'openstack image set --disk-format FORMAT --container-format bare ID',
  });
}

/** The size that the sender announces. Our clients' header comes first, because chunked bodies have no length. */
function readAnnouncedSize(request: FastifyRequest): number | undefined {
  const said = request.headers['x-openstack-image-size'] ?? request.headers['content-length'];
  if (said === undefined) return undefined;
  const size = /^\d{1,16}$/.test(String(said)) ? Number(said) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'The announced size of the image data is not a number of bytes.',
    remedy: 'Send X-OpenStack-Image-Size as a whole number, or omit it.',
  });
}

function assertStoreIsOurs(request: FastifyRequest): void {
  const wanted = request.headers['x-image-meta-store'];
  if (wanted === undefined || wanted === storeId) return;
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'Store not found.',
    remedy: `Omit the store, or name "${storeId}".`,
  });
}
