import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  ChangeImage,
  CreateImage,
  DownloadLink,
  ImageDetail,
  ImagePage,
  ImageQuery,
  ImageView,
} from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { snapshotProperties } from '../../shared/images/snapshot.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageFilter } from '../../shared/ports/images.ts';
import type { ApiDeps } from '../deps.ts';
import { inTurn, readPage } from '../http/page.ts';
import { atLeast, readIdentity, readScope } from '../identity/identity.ts';
import { startOrder } from '../start-order.ts';
import { assertUploadFits } from '../uploads/upload-limit.ts';

import { afterChange } from './change-image.ts';
import { imageToChange, readDetail, toViews, usableImage } from './image-access.ts';

const ById = z.object({ id: z.string() });
const linkSeconds = 3600;

export function imageRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { config, downloads, images, projects, store } = deps;
    const member = { onRequest: atLeast('member') };

    app.get(
      '/images',
      {
        schema: {
          operationId: 'listImages',
          summary: 'List images, newest first',
          querystring: ImageQuery,
          response: { 200: ImagePage },
        },
      },
      (request, reply) =>
        inTurn(deps.lists, request, reply, () => deps.snapshot(() => listImages(request.query, request))),
    );

    const listImages = async (
      query: z.infer<typeof ImageQuery>,
      request: FastifyRequest,
    ): Promise<z.infer<typeof ImagePage>> => {
      const { status, name, text, format, imageType, system, boot, visibility, owner, shared, search, project } = query;
      const { sort, direction, offset, after, limit } = query;
      const { projectId: own } = readIdentity(request);
      // Other projects see only the result of the run that published an image; the filter knows the newest run.
      if (boot !== undefined && (owner === 'platform' || shared)) throw onlyOwnBoots();
      const isPlatform = owner === 'platform' && shared === undefined;
      const of = shared
        ? { projectId: undefined, sharedWith: { projectId: own, answer: shared } }
        : // Naming another project shows nothing more to those who see one project.
          { projectId: isPlatform ? undefined : (readScope(request) ?? project) };
      if (search !== undefined && !isPlatform)
        return { images: await toViews(deps, await images.search(search, of), request) };
      const isPlain = sort === 'created' && direction === 'desc' && offset === undefined;
      if (after !== undefined && !isPlain) throw twoPages();
      const filter: Omit<ImageFilter, 'after' | 'limit'> = {
        ...of,
        // Only the owner may see an image that is not active.
        ...(isPlatform ? { isPublic: true, status: 'active' } : status ? { status } : {}),
        ...(name === undefined ? {} : { name }),
        ...(text === undefined ? {} : { text }),
        ...(format === undefined ? {} : { format }),
        ...(imageType === undefined ? {} : { imageType }),
        ...(system === undefined ? {} : { system }),
        ...(boot === undefined ? {} : { boot }),
        ...(visibility === undefined ? {} : { visibility }),
      };
      let read = offset ?? 0;
      const readPart = async (last: Image | undefined, count: number): Promise<Image[]> => {
        const from = last?.id ?? after;
        const found = await images.list(
          isPlain
            ? { ...filter, ...(from ? { after: from } : {}), limit: count }
            : { ...filter, sort, direction, offset: read, limit: count },
        );
        read += found.length;
        return found;
      };
      // One more record than requested shows whether there is a next page.
      const { records, isLast } = await readPage<Image>(limit + 1, readPart);
      const total = offset === undefined ? undefined : await images.count(filter);
      const page = records.slice(0, limit);
      const last = page.at(-1);
      return {
        images: await toViews(deps, page, request),
        ...(last && !isLast && isPlain ? { next: last.id } : {}),
        ...(total === undefined ? {} : { total }),
      };
    };

    app.post(
      '/images',
      {
        ...member,
        config: { audit: 'image.create' },
        schema: {
          operationId: 'createImage',
          summary: 'Create an image, for an upload or for a download from a URL',
          body: CreateImage,
          response: { 201: ImageView },
        },
      },
      async (request, reply) => {
        const { name, settings, size, snapshot, source } = request.body;
        const { role, projectId: own } = readIdentity(request);
        const projectId = request.body.projectId ?? own;
        if (projectId !== own && role !== 'admin') {
          throw new BootreadyError({
            code: 'forbidden',
            message: 'Only administrators can create images for other projects.',
            remedy: 'Omit "projectId".',
          });
        }
        if (!(await projects.get(projectId))) {
          throw new BootreadyError({
            code: 'invalid-input',
            message: `There is no project "${projectId}".`,
            remedy: 'Create it with "bootready project create".',
          });
        }
        if (size !== undefined) assertUploadFits(size, config);
        const properties = snapshot && snapshotProperties(snapshot);
        const wanted = { projectId, name, settings, properties, bucket: config.UPLOADS_BUCKET };
        const image = source
          ? await downloads.create({ ...wanted, source })
          : await images.announce({ ...wanted, ...(size === undefined ? {} : { size }) });
        if (source) await startOrder(deps.startDownload, { ...image, imageId: image.id }, request.log);
        const [view] = await toViews(deps, [image], request);
        return reply.code(201).send(view as ImageView);
      },
    );

    app.get(
      '/images/:id',
      {
        schema: {
          operationId: 'getImage',
          summary: 'One image with its runs',
          params: ById,
          response: { 200: ImageDetail },
        },
      },
      async (request, reply) => readDetail(deps, request, reply, request.params.id),
    );

    app.patch(
      '/images/:id',
      {
        ...member,
        config: { audit: 'image.rename' },
        schema: {
          operationId: 'changeImage',
          summary: 'Change name, requirements or properties',
          params: ById,
          body: ChangeImage,
          response: { 200: ImageView },
        },
      },
      async (request) => {
        const image = await imageToChange(deps, request);
        const changed = await images.change(image.id, (before) => afterChange(before, request.body));
        const [view] = await toViews(deps, [changed], request);
        return view as ImageView;
      },
    );

    app.delete(
      '/images/:id',
      {
        ...member,
        config: { audit: 'image.delete' },
        schema: {
          operationId: 'deleteImage',
          summary: 'Delete an image and its objects',
          params: ById,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        await images.markForDeletion((await imageToChange(deps, request)).id);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/images/:id/download',
      {
        config: { security: 'link-given' },
        schema: {
          operationId: 'getDownload',
          summary: 'A link to the published image',
          params: ById,
          refuses: ['conflict'],
          response: { 200: DownloadLink },
        },
      },
      async (request) => {
        const image = await usableImage(deps, request);
        const published = await images.publication(image.id);
        if (image.status !== 'active' || !published) throw notPublished(image);
        const fileName = `${image.name.replaceAll(/[^\p{L}\p{N} ._-]+/gu, '_')}.${published.format}`;
        return {
          url: await store.presignGet(published.bucket, published.key, linkSeconds, fileName),
          fileName,
          size: published.size,
          sha256: published.sha256,
          expiresAt: new Date(Date.now() + linkSeconds * 1000).toISOString(),
        };
      },
    );
  };
}

function notPublished(image: Pick<Image, 'status'>): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: `The image is not published: it is ${image.status}.`,
    remedy: 'Wait until it is active. "bootready show" shows what it is waiting for.',
  });
}

function onlyOwnBoots(): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: '"boot" filters only the images of your own project.',
    remedy: 'Omit "owner" and "shared".',
  });
}

function twoPages(): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: '"after" works only in the order of creation, newest first, and not together with "offset".',
    remedy: 'Use "offset" for every other order.',
  });
}
