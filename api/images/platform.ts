import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  FamilyList,
  ImageDetail,
  ImageSourceList,
  ImageSourceView,
  ImageView,
  PromoteImage,
  SetImageSource,
} from '../../shared/contracts/api.ts';
import { toShownUrl } from '../../shared/contracts/download.ts';
import { Family } from '../../shared/contracts/image.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ImageSource } from '../../shared/ports/platform.ts';
import type { ApiDeps } from '../deps.ts';
import { inTurn } from '../http/page.ts';
import { atLeast, readIdentity } from '../identity/identity.ts';

import { ownImage, readDetail, toViews } from './image-access.ts';

const ByFamily = z.object({ family: Family });

/** Images that the provider offers to everyone: administrators decide, everyone reads. */
export function platformRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { platform } = deps;
    const admin = { onRequest: atLeast('admin') };

    app.post(
      '/images/:id/promote',
      {
        config: { audit: 'image.promote' },
        schema: {
          operationId: 'promoteImage',
          refuses: ['conflict'],
          summary: 'Make a published image the platform image of a family',
          params: z.object({ id: z.string() }),
          body: PromoteImage,
          response: { 200: ImageView },
        },
      },
      async (request) => {
        // Checks first that the caller may see the image, so other projects learn nothing.
        const { id } = await ownImage(deps, request);
        await atLeast('admin')(request);
        const [view] = await toViews(deps, [await platform.promote(id, request.body.family)], request);
        return view as ImageView;
      },
    );

    app.get(
      '/families',
      {
        schema: {
          operationId: 'listFamilies',
          summary: 'Families of platform images, with the newest of each',
          response: { 200: FamilyList },
        },
      },
      (request, reply) =>
        inTurn(deps.lists, request, reply, async () => {
          const latest = await toViews(deps, await platform.families(), request);
          return { families: latest.map((image) => ({ family: image.family ?? '', latest: image })) };
        }),
    );

    app.get(
      '/families/:family',
      {
        schema: {
          operationId: 'getFamily',
          refuses: ['not-found'],
          summary: 'The newest platform image of a family',
          params: ByFamily,
          response: { 200: ImageDetail },
        },
      },
      async (request, reply) => {
        const image = await platform.latest(request.params.family);
        if (!image) throw noSuchFamily();
        return readDetail(deps, request, reply, image.id);
      },
    );

    app.get(
      '/image-sources',
      {
        ...admin,
        schema: {
          operationId: 'listImageSources',
          refuses: ['forbidden'],
          summary: 'Sources of platform images',
          response: { 200: ImageSourceList },
        },
      },
      async () => ({ sources: (await platform.sources()).map(toSourceView) }),
    );

    app.put(
      '/image-sources/:family',
      {
        ...admin,
        config: { audit: 'source.set' },
        schema: {
          operationId: 'setImageSource',
          summary: 'Download the images of a family from a URL, now and whenever their checksum changes',
          params: ByFamily,
          body: SetImageSource,
          response: { 200: ImageSourceView },
        },
      },
      async (request) => {
        const { family } = request.params;
        const {
          url,
          checksum = null,
          checksumUrl = null,
          signingKeys = null,
          signatureUrl = null,
          everySeconds,
          name = family,
          keep = null,
          settings,
        } = request.body;
        const { projectId } = readIdentity(request);
        const source = { family, projectId, name, url, checksumUrl, settings, everySeconds, keep };
        const signed = { signingKeys, signatureUrl };
        return toSourceView(await platform.setSource({ ...source, ...signed, fixedChecksum: checksum }));
      },
    );

    app.post(
      '/image-sources/:family/refresh',
      {
        ...admin,
        config: { audit: 'source.refresh' },
        schema: {
          operationId: 'refreshImageSource',
          refuses: ['not-found'],
          summary: 'Refresh a source now; failed downloads are retried',
          params: ByFamily,
          response: { 202: ImageSourceView },
        },
      },
      async (request, reply) => {
        const source = await platform.refresh(request.params.family);
        if (!source) throw noSuchSource();
        return reply.code(202).send(toSourceView(source));
      },
    );

    app.delete(
      '/image-sources/:family',
      {
        ...admin,
        config: { audit: 'source.delete' },
        schema: {
          operationId: 'deleteImageSource',
          refuses: ['not-found'],
          summary: 'Remove a source; its images stay',
          params: ByFamily,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        if (!(await platform.removeSource(request.params.family))) throw noSuchSource();
        return reply.code(204).send(null);
      },
    );
  };
}

function toSourceView({
  url,
  checksumUrl,
  signatureUrl,
  signingKeys,
  signedAt: _signedAt,
  lookedAt,
  fixedChecksum: _,
  ...source
}: ImageSource): ImageSourceView {
  return {
    ...source,
    url: toShownUrl(url),
    checksumUrl: checksumUrl === null ? null : toShownUrl(checksumUrl),
    signatureUrl: signatureUrl === null ? null : toShownUrl(signatureUrl),
    mustBeSigned: signingKeys !== null,
    lookedAt: lookedAt ? lookedAt.toISOString() : null,
  };
}

function noSuchFamily(): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: 'This family has no platform image.',
    remedy: 'GET /v1/families lists them ("bootready families").',
  });
}

function noSuchSource(): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: 'This family has no source.',
    remedy: 'GET /v1/image-sources lists them ("bootready source list").',
  });
}
